public import Tensors

/// A way to measure a perturbation, with all that attacks, checks and reports need to know of it.
///
/// Tensors are `[batch, …]`, with images `[channel, row, column]` in [0, 1]; every image is on its own. Attacks,
/// checks and reports ask a norm for what they need, not which one it is; what is defined in one norm alone says so.
public protocol Norm: Sendable {
  /// What options, files and records call it, for example `linf`.
  var name: String { get }

  /// What reports call it, for example `L∞`.
  var title: String { get }

  /// What a perturbation's size means, as a noun phrase without a full stop.
  var meaning: String { get }

  /// The unit of ε on the axis of a figure.
  var unit: String { get }

  /// Another scale of ε that people know it by, and how many of its units one of `unit` has; nil if there is none.
  var otherScale: (label: String, factor: Double)? { get }

  /// What attacks add to an image when they step along `direction`, as a noun phrase for the methods section of a report.
  var stepMeaning: String { get }

  /// The distance of each of `perturbed` from its original.
  func distances(of perturbed: Tensor, from originals: Tensor) -> [Float]

  /// Random images around `images`, spread over the ball of radius `budget`, and in [0, 1]; one stream for each image.
  func start(around images: Tensor, budget: Float, streams: [RandomStream]) -> Tensor

  /// A random image at the edge of the ball of radius `budget` around `image`, `[1, …]`, clipped to [0, 1].
  func extreme(around image: Tensor, budget: Float, using stream: inout RandomStream) -> Tensor

  /// The direction of steepest ascent, of unit length, of each image; NaN elements of `gradient` count as 0.
  func direction(of gradient: Tensor) -> Tensor

  /// The images nearest to `perturbed`, by Euclidean distance, that are within `budget` of `originals` and in [0, 1]: the
  /// originals bit for bit if `budget` is 0.
  ///
  /// - Precondition: `originals` are in [0, 1].
  func project(_ perturbed: Tensor, around originals: Tensor, budget: Float) -> Tensor

  /// How long a step of `multiple` · `budget` is, in the unit of `direction`.
  func stepLength(_ multiple: Float, of budget: Float) -> Float

  /// The length nearest to `stepSize` that a step can have.
  func stepSize(nearest stepSize: Float) -> Float

  /// The distance of the farthest two images of `shape`, `[channel, row, column]`: no larger budget means anything.
  func diameter(of shape: Shape) -> Float

  /// By how much more than `budget` the distance may be that rounding to `Float` makes of a point of the ball, for images of
  /// `shape`.
  func slack(at budget: Float, of shape: Shape) -> Float

  /// Whether a step leaves out the elements that are at the edge of [0, 1] already and would leave it.
  var skipsSaturated: Bool { get }

  /// Whether twice a perturbation has twice its size.
  var isHomogeneous: Bool { get }

  /// Budgets that show how a model that was trained without attacks breaks down, as `BudgetList` reads them.
  var defaultBudgets: String { get }

  /// How close a search for the smallest ε brings the one that succeeds and the one that fails.
  var defaultTolerance: Float { get }

  /// Budgets as `--epsilon` takes them, to show how they are written.
  var budgetExamples: String { get }

  /// The smallest budget from `value` on that differs from the smaller ones.
  func budget(from value: Float) -> Float

  /// Why `value` is no budget, as a clause; nil if it is one for images large enough.
  func problem(ofBudget value: Double) -> String?

  /// This norm on the grid of 8-bit images, if attacks can search there.
  var onLattice: (any Norm)? { get }
}

extension Norm {
  public var otherScale: (label: String, factor: Double)? { nil }

  public var unit: String { "in \(title), for pixel values in [0, 1]" }

  public func stepLength(_ multiple: Float, of budget: Float) -> Float { multiple * budget }

  public func stepSize(nearest stepSize: Float) -> Float { stepSize }

  public var isHomogeneous: Bool { true }

  public var skipsSaturated: Bool { false }

  public func budget(from value: Float) -> Float { value }

  public func problem(ofBudget value: Double) -> String? { nil }

  public var onLattice: (any Norm)? { nil }
}
