package import Kernels
package import Tensors

/// A model that shows what its layers do on the way to its scores.
package protocol Inspectable: Model {
  /// What each layer does with `images`, in order.
  func activities(of images: Tensor) -> [LayerActivity]
}

/// What one layer does with a batch of images.
package struct LayerActivity: Sendable {
  /// The prefix of the layer's parameters.
  package let name: String
  /// `[batch, row, column, type]`, none of them negative: of capsules, channels or units.
  package let activations: Tensor
  /// What is neither little nor much for these activations; 0 for rectified units, where any positive number is activity.
  ///
  /// A probability is of the order of 1, a mixing proportion of its uniform share.
  package let scale: Float
  /// What each type has when nothing is there: 0, but for EM routing the logistic of λ β_a, as without children no cost is paid.
  package let rest: [Float]
  /// Each iteration of routing, by image of the batch; nil if the layer does not route.
  package let routing: (@Sendable (_ image: Int) -> [RoutingStatistics])?
  /// EM routing in full, by image of the batch; nil for other layers.
  package let trace: (@Sendable (_ image: Int) -> RoutingTrace)?

  package init(
    _ name: String, activations: Tensor, scale: Float,
    routing: (@Sendable (_ image: Int) -> [RoutingStatistics])? = nil
  ) {
    precondition(activations.shape.rank == 4, "LayerActivity: \(name) has activations \(activations.shape)")
    self.name = name
    self.activations = activations
    self.scale = scale
    rest = Array(repeating: 0, count: activations.shape[3])
    self.routing = routing
    trace = nil
  }

  /// A layer of capsules with EM routing.
  package init(
    _ name: String, activations: Tensor, scale: Float, rest: [Float],
    trace: @escaping @Sendable (_ image: Int) -> RoutingTrace
  ) {
    precondition(
      activations.shape.rank == 4 && rest.count == activations.shape[3],
      "LayerActivity: \(name) has activations \(activations.shape) and \(rest.count) types")
    self.name = name
    self.activations = activations
    self.scale = scale
    self.rest = rest
    self.trace = trace
    routing = { trace($0).statistics }
  }
}
