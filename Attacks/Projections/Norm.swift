public import Tensors

/// A notion of distance, as the iteration of an attack needs it. Tensors are `[batch, …]`; each image is on its own.
public protocol Norm: Sendable {
  /// Random images around `images`, within `budget` and in [0, 1]; one stream for each image.
  func start(around images: Tensor, budget: Float, streams: [RandomStream]) -> Tensor

  /// The direction of steepest ascent of unit length; NaN elements of `gradient` count as 0.
  func normalise(_ gradient: Tensor) -> Tensor

  /// The images nearest to `perturbed` that are within `budget` of `originals` and in [0, 1].
  func project(_ perturbed: Tensor, around originals: Tensor, budget: Float) -> Tensor

  /// The distance of each of `perturbed` from its original.
  func distances(of perturbed: Tensor, from originals: Tensor) -> [Float]

  /// The length nearest to `stepSize` that a step can have.
  func stepSize(nearest stepSize: Float) -> Float
}

extension Norm {
  /// Any length.
  public func stepSize(nearest stepSize: Float) -> Float { stepSize }
}
