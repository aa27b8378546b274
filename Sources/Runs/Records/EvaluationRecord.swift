public import Attacks

/// What one attack did to one image at one budget.
///
/// Every image has a record for every model, attack, goal, target and budget of the run. An image that is not attacked
/// (already wrong, already beaten at a smaller budget, or showing the target class) has one too: it repeats the clean
/// prediction or the earlier result, with `attacked` false and no work.
public struct EvaluationRecord: Sendable, Hashable {
  /// Positions in `RunConfiguration.models`, `.attacks`, `.goals` and `.budgets`.
  public var model: Int
  public var attack: Int
  public var goal: Int
  /// The class aimed at; nil when untargeted.
  public var target: Int?
  public var budget: Int
  /// The image's number in its data set.
  public var image: Int
  /// The true class.
  public var label: Int
  public var cleanPrediction: Int
  public var prediction: Int
  /// Untargeted: correct before, wrong after. Targeted: correct before, label ≠ target, target predicted after.
  public var success: Bool
  /// Whether work was done on the image at this budget.
  public var attacked: Bool
  /// How far the returned image is from the original.
  public var distances: NormDistances
  /// Forward and backward passes of this image, charged to the smallest budget that shares them.
  public var forwards: Int
  public var backwards: Int
  /// The seed that reproduces the image's random choices.
  public var seed: UInt64
  /// What was suspicious meanwhile.
  public var flags: RecordFlags

  public init(
    model: Int, attack: Int, goal: Int, target: Int?, budget: Int, image: Int, label: Int, cleanPrediction: Int,
    prediction: Int, success: Bool, attacked: Bool, distances: NormDistances, forwards: Int, backwards: Int,
    seed: UInt64, flags: RecordFlags = []
  ) {
    self.model = model
    self.attack = attack
    self.goal = goal
    self.target = target
    self.budget = budget
    self.image = image
    self.label = label
    self.cleanPrediction = cleanPrediction
    self.prediction = prediction
    self.success = success
    self.attacked = attacked
    self.distances = distances
    self.forwards = forwards
    self.backwards = backwards
    self.seed = seed
    self.flags = flags
  }

  /// Whether `other` says the same, apart from distances that only one of them knows.
  package func isSame(as other: EvaluationRecord) -> Bool {
    var copy = self
    copy.distances.values = zip(distances.values, other.distances.values).map { $1 == nil ? nil : $0 }
    return copy == other
  }

  public var wasCorrect: Bool { cleanPrediction == label }
  public var isCorrect: Bool { prediction == label }
  /// Whether the attack had something to achieve: the clean prediction was correct, and the target is another class.
  public var isTrial: Bool { wasCorrect && target != label }
  /// Whether a prediction is what the attack was after.
  package func isFooled(by prediction: Int) -> Bool { target.map { prediction == $0 } ?? (prediction != label) }
}
