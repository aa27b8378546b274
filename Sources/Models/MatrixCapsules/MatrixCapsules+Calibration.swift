import Autodiff
import Kernels
public import Tensors

extension MatrixCapsules {
  /// Shifts β_a of every layer, the first one first, such that the mean score of its capsules on `images` is 0.
  ///
  /// Assignments depend on β_a only through activations in earlier iterations, so a few rounds suffice.
  public mutating func calibrate(on images: Tensor) {
    guard configuration.initialization == .calibrated, configuration.activationRule == .logistic else { return }
    let graph = Graph()
    func bound() -> BoundParameters { parameters.bound(to: graph, trained: { _ in false }) }
    var children = primaryCapsules(
      for: graph.constant(images), parameters: bound(), mode: .evaluation, observe: { _, _, _ in })
    for (layer, routing) in routedLayers {
      for _ in 0..<Self.calibrationRounds {
        let scores = route(children, layer, routing, bound()).scores.value
        let shift = scores.meanScalar / routing.inverseTemperatures.last!
        let beta = parameters["\(layer).beta_a"]
        parameters["\(layer).beta_a"] = Tensor(beta.scalars.map { $0 - shift }, shape: beta.shape)
      }
      let parents = route(children, layer, routing, bound())
      children = (parents.poses, activate(parents.scores))
    }
  }

  private static let calibrationRounds = 3
}

extension Tensor {
  /// The mean of all scalars, added in double precision.
  fileprivate var meanScalar: Float { Float(scalars.reduce(0) { $0 + Double($1) } / Double(count)) }
}
