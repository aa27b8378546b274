import Diagnostics
public import Models
public import Tensors

/// A search for a misclassified image within a budget of the original: a value of hyperparameters whose printed form
/// reproduces it.
///
/// What every attack here agrees on, since `AttackDriver` and `AttackTrial` see to it:
/// - An untargeted attack succeeds when the prediction differs from the true label; a targeted one when it is the target.
/// - An image misclassified before the attack is not attacked: it counts as not robust, and not as a success. An image
///   whose true label is the target is not attacked either. Hence an image already classified as the target, which is
///   then necessarily misclassified, is a clean error and no success.
/// - The image returned is the last successful one that the attack asked the model about, else the last one.
/// - Budgets are in the unit of the norm, for images in [0, 1]; ε = 0 returns the image bit for bit.
public protocol Attack: Codable, Hashable, Sendable, CustomStringConvertible {
  /// What it is, for people and for programs.
  static var profile: AttackProfile { get }

  /// The attack with the hyperparameters in `arguments`, defaults for the others.
  ///
  /// - Throws: `InputError` for a value without meaning. What is not taken out of `arguments`, the caller refuses.
  init(_ arguments: inout AttackArguments) throws

  /// What makes up `description`, in its order; hyperparameters at a default that switches something off are left out.
  var parameters: [AttackParameter] { get }

  /// What it climbs; nil if it asks for no gradient.
  var objective: Objective? { get }

  /// Whether every iterate, the returned one included, is an image of 8-bit levels.
  var isOnLattice: Bool { get }

  /// How many gradient steps it takes at a budget, over all restarts; nil if it takes none.
  func stepCount(at budget: Float) -> Int?

  /// This attack with another number of steps at `budget`, each as long as before; nil if it is not one of several steps.
  ///
  /// Its path begins with the same steps: what changes is where it ends.
  func withSteps(_ count: Int, at budget: Float) -> (any Attack)?

  /// This attack on another objective; nil if it has none.
  func withObjective(_ objective: Objective) -> (any Attack)?

  /// This attack on the grid of 8-bit images, so that what it finds survives a file; nil if it cannot search there.
  var onLattice: (any Attack)? { get }

  /// Why it has no meaning in `norm`, as a clause; nil if it has one.
  func problem(in norm: any Norm) -> String?

  /// What should be said of the hyperparameters at these budgets before the attack begins, if anything.
  func warning(at budgets: [Budget], norm: any Norm) -> String?

  /// Looks for adversarial images by asking `trial`, which notes what is found.
  ///
  /// - Throws: what `trial` throws when the attack is to give up.
  func perturb(_ trial: AttackTrial) throws
}

extension Attack {
  public var isOnLattice: Bool { false }
  public func stepCount(at budget: Float) -> Int? { nil }
  public func withSteps(_ count: Int, at budget: Float) -> (any Attack)? { nil }
  public func withObjective(_ objective: Objective) -> (any Attack)? { nil }
  public var onLattice: (any Attack)? { nil }
  public func problem(in norm: any Norm) -> String? { nil }
  public func warning(at budgets: [Budget], norm: any Norm) -> String? { nil }

  /// What the command line calls it.
  public static var name: String { profile.name }
  public var name: String { Self.name }

  /// For example `BIM(steps: 10, relativeStepSize: 0.2, objective: cross-entropy)`.
  public var description: String {
    "\(Self.self)(\(parameters.map { "\($0.name): \($0.value)" }.joined(separator: ", ")))"
  }

  /// Whether `stepCount` is one: it may overshoot, and be beaten by its own smaller budgets.
  package func isSingleStep(at budget: Float) -> Bool { stepCount(at: budget) == 1 }
  package func isIterative(at budget: Float) -> Bool { stepCount(at: budget).map { $0 > 1 } ?? false }

  /// Attacks `images`, `[batch, channel, row, column]` in [0, 1], once for each budget.
  ///
  /// - Parameters:
  ///   - labels: the true label of each image.
  ///   - budgets: ε in the unit of `norm`, in any order.
  /// - Returns: one outcome for each of `budgets`, in their order.
  /// - Throws: `InputError` of kind `.usage` when the objective has no meaning for the classifier's number of classes, or
  ///   the attack none in `norm`; `CancellationError` soon after `options` say to give up.
  public func run(
    on classifier: any Classifier, images: Tensor, labels: [Int], goal: Goal, norm: any Norm, budgets: [Float],
    options: AttackOptions = AttackOptions()
  ) throws -> [AttackOutcome] {
    try AttackDriver(
      attack: self, classifier: classifier, images: images, labels: labels, goal: goal, norm: norm, options: options
    ).run(budgets: budgets)
  }

  /// - Throws: `InputError` of kind `.usage` if it has no meaning on a classifier of `classCount` classes or in `norm`.
  public func validate(classCount: Int, isTargeted: Bool, norm: any Norm) throws {
    try objective?.validate(classCount: classCount, isTargeted: isTargeted)
    if let problem = problem(in: norm) {
      throw InputError(
        .usage, description, "it has no meaning in \(norm.title): \(problem)",
        remedy:
          "use another attack, or another \(Setting.norm): \(NormCatalog.all.filter { self.problem(in: $0) == nil }.map(\.name).joined(separator: ", "))"
      )
    }
    guard !isOnLattice || norm.onLattice != nil else {
      throw InputError(
        .usage, description, "there is no grid of 8-bit images to search on in \(norm.title)",
        remedy:
          "leave out \(Setting.lattice), or attack in \(LInfinity().title): \(Setting.norm.set(to: LInfinity().name))")
    }
  }
}
