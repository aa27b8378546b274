import Autodiff
public import Models
public import Tensors

/// A search for a misclassified image within a budget of the original: a value of hyperparameters whose printed form
/// reproduces it.
///
/// What every attack here agrees on:
/// - An untargeted attack succeeds when the prediction differs from the true label; a targeted one when it is the target.
/// - An image misclassified before the attack is not attacked: it counts as not robust, and not as a success. An image
///   whose true label is the target is not attacked either. Hence an image already classified as the target, which is
///   then necessarily misclassified, is a clean error and no success.
/// - The image returned is the last successful one on the path, else the last one.
/// - Budgets are in pixel units of images in [0, 1]; ε = 0 returns the image bit for bit.
public protocol Attack: Codable, Hashable, Sendable, CustomStringConvertible {
  /// What the command line calls it.
  static var name: String { get }

  var objective: Objective { get }

  /// What makes up `description`, in its order; hyperparameters at a default that switches something off are left out.
  var parameters: [AttackParameter] { get }

  /// How many gradient steps it takes at a budget.
  func stepCount(at budget: Float) -> Int

  /// This attack with another number of steps at `budget`, each as long as before; nil if it is one of a single step.
  ///
  /// Its path begins with the same steps: what changes is where it ends.
  func withSteps(_ count: Int, at budget: Float) -> (any Attack)?

  /// Attacks `images`, `[batch, channel, row, column]` in [0, 1], once for each budget.
  ///
  /// - Parameters:
  ///   - labels: the true label of each image.
  ///   - budgets: ε in [0, 1], in any order.
  /// - Returns: one outcome for each of `budgets`, in their order.
  /// - Throws: `InputError` of kind `.usage` when the objective has no meaning for the classifier's number of classes;
  ///   `CancellationError` soon after `options` say to give up.
  func run(
    on classifier: any Classifier, images: Tensor, labels: [Int], goal: Goal, budgets: [Float], options: AttackOptions
  ) throws -> [AttackOutcome]
}

/// An attack that can search on the grid of 8-bit images (`LInfinityLattice`), so that what it finds survives a file.
public protocol LatticeAttack: Attack {
  /// Whether every iterate, the returned one included, is an image of 8-bit levels.
  var isOnLattice: Bool { get set }
}

extension LatticeAttack {
  /// The same attack on the grid.
  public var onLattice: Self {
    var attack = self
    attack.isOnLattice = true
    return attack
  }
}

/// One hyperparameter, printed.
public struct AttackParameter: Hashable, Sendable {
  public let name: String
  public let value: String

  public init(_ name: String, _ value: some CustomStringConvertible) {
    self.name = name
    self.value = value.description
  }

  /// The search is on the grid of 8-bit images.
  static let lattice = AttackParameter("lattice", true)
}

extension Attack {
  public func stepCount(at budget: Float) -> Int { 1 }

  public func withSteps(_ count: Int, at budget: Float) -> (any Attack)? { nil }

  /// The name of this attack's type.
  public var name: String { Self.name }

  /// For example `BIM(steps: 10, relativeStepSize: 0.2, objective: cross-entropy)`.
  public var description: String {
    "\(Self.self)(\(parameters.map { "\($0.name): \($0.value)" }.joined(separator: ", ")))"
  }

  /// Attacks with the default options.
  public func run(
    on classifier: any Classifier, images: Tensor, labels: [Int], goal: Goal = .untargeted, budgets: [Float]
  ) throws -> [AttackOutcome] {
    try run(
      on: classifier, images: images, labels: labels, goal: goal, budgets: budgets, options: AttackOptions())
  }
}

/// What the attacker wants the classifier to say.
public enum Goal: Hashable, Sendable {
  /// Anything but the true label.
  case untargeted
  /// For each image, this label.
  case targeted([Int])

  public var isTargeted: Bool { self != .untargeted }

  /// Whether `prediction` for image `index` is what the attacker wants.
  public func isReached(by prediction: Int, at index: Int, label: Int) -> Bool {
    switch self {
    case .untargeted: prediction != label
    case .targeted(let targets): prediction == targets[index]
    }
  }

  /// The goal of the images at `indices`, in that order.
  func rows(at indices: [Int]) -> Goal {
    switch self {
    case .untargeted: .untargeted
    case .targeted(let targets): .targeted(indices.map { targets[$0] })
    }
  }
}

/// How an attack is run, beyond its hyperparameters.
public struct AttackOptions {
  /// Attack every image at every budget, even one already beaten at a smaller budget: curves need not be monotone.
  public var rawCurves: Bool
  /// The seed of random starts.
  public var seed: UInt64
  /// What keys each image's random numbers; its position in the batch if `nil`.
  public var imageIDs: [Int]?
  /// The predictions for the unperturbed images, when they are already known; they are computed if `nil`.
  public var cleanPredictions: [Int]?
  /// A pass of the unperturbed images, if there is one: it saves the attack its own. Accounts count it all the same.
  public var cleanPass: CleanPass?
  /// Whether to give up: asked between steps, and before each gradient.
  public var isCancelled: @Sendable () -> Bool

  public init(
    rawCurves: Bool = false, seed: UInt64 = 0, imageIDs: [Int]? = nil, cleanPredictions: [Int]? = nil,
    cleanPass: CleanPass? = nil, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.rawCurves = rawCurves
    self.seed = seed
    self.imageIDs = imageIDs
    self.cleanPredictions = cleanPredictions
    self.cleanPass = cleanPass
    self.isCancelled = isCancelled
  }

  /// - Throws: `CancellationError` if the attack is to give up.
  func checkCancellation() throws {
    if isCancelled() { throw CancellationError() }
  }
}

/// A forward pass of the unperturbed images of a batch, which attacks with several goals can share.
public struct CleanPass {
  let graph: Graph
  let input: Variable
  let outputs: ClassifierOutputs

  /// Runs `classifier` on `images`, `[batch, channel, row, column]`, and keeps what gradients will want.
  public init(_ classifier: any Classifier, images: Tensor) {
    graph = Graph()
    input = graph.variable(images)
    outputs = classifier.outputs(for: input)
  }

  /// `[batch, classes]`.
  public var scores: Tensor { outputs.scores.value }
  public var predictions: [Int] { scores.argmaxOfRows() }
}
