public import Tensors

/// What an attack did to a batch of images at one budget.
public struct AttackOutcome: Sendable {
  /// ε, in the unit of the norm.
  public let budget: Float
  /// `[batch, channel, row, column]` in [0, 1], within `budget` of the originals.
  public internal(set) var images: Tensor
  /// One for each image.
  public internal(set) var accounts: [AttackAccount]
}

/// What an attack did to one image at one budget.
public struct AttackAccount: Hashable, Sendable {
  /// Why an image was, or was not, attacked.
  public enum Status: String, Hashable, Sendable, Codable, CaseIterable {
    case attacked
    /// Misclassified before the attack: not robust, not attacked.
    case alreadyWrong = "already-wrong"
    /// Its true label is the target.
    case labelIsTarget = "label-is-target"
    /// Beaten at a smaller budget: that image stands for this budget too.
    case carried
  }

  public internal(set) var status: Status
  /// Whether the goal was reached, at this budget or (`.carried`) a smaller one.
  public internal(set) var succeeded = false
  /// The step of the first success, counted from 1 (0: the random start).
  public internal(set) var firstSuccess: Int?
  /// The class predicted for the returned image.
  public internal(set) var prediction: Int
  /// Forward passes of this image; one shared by several budgets is counted at the smallest.
  public internal(set) var forwards = 0
  /// Input gradients of this image; one shared by several budgets is counted at the smallest.
  public internal(set) var backwards = 0
  /// How many elements of the gradients used were NaN, and were treated as 0, or infinite.
  public internal(set) var invalidGradients = 0
  /// Whether some gradient used was zero in every element: the attack could not move, which is a finding.
  public internal(set) var zeroGradient = false
  /// Whether some score of this image on the attack's path was NaN or infinite.
  public internal(set) var nonFiniteScore = false

  /// Whether the model was asked about the image that is returned.
  var isJudged = false

  public var attacked: Bool { status == .attacked }
  /// Whether the goal was reached on the path, but not by the image that was returned: it should not happen.
  public var silentSuccess: Bool { firstSuccess != nil && !succeeded }
}
