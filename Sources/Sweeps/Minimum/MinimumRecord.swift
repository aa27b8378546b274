public import Attacks

/// The smallest ε at which one attack beat one image, as far as the search could tell.
public struct MinimumRecord: Sendable, Hashable {
  public enum Status: String, Codable, Sendable, Hashable {
    /// The attack succeeds at `epsilon`.
    case beaten
    /// It fails at every ε that was tried.
    case withstood
    /// Misclassified before the attack, which had nothing to do.
    case alreadyWrong = "already-wrong"
    /// Its class is the target.
    case labelIsTarget = "label-is-target"
  }

  /// Positions in the configuration's lists.
  public var model: Int
  public var attack: Int
  public var image: Int
  public var label: Int
  public var target: Int?
  public var cleanPrediction: Int
  /// At `epsilon` if it was beaten, else at the largest ε.
  public var prediction: Int
  public var status: Status
  /// The smallest ε tried at which the attack succeeds.
  public var epsilon: Float?
  /// The largest ε tried below it at which it fails; 0 if none did.
  public var failedEpsilon: Float
  /// The smallest ε tried above `epsilon` at which it fails again; nil if it never does, or none was tried.
  public var failedAgainEpsilon: Float?
  /// How far the image at `epsilon` is from the original; 0 if it was not beaten.
  public var distances: NormDistances
  public var forwards: Int
  public var backwards: Int
}
