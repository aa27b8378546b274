package import Kernels
public import Tensors

/// One layer of capsules routed by agreement (Sabour, Frosst & Hinton 2017, Procedure 1), as one fused operation.
///
/// Inputs: poses `[batch, child, child element]` and weights `[child, parent, parent element, child element]`.
/// Output: `[batch, parent, parent element]`, the sums s_j of the last iteration, before they are squashed: the logarithm of
/// ‖s‖² is unbounded, and can't be had from ‖squash(s)‖ near 1. Gradients go through all iterations, with no stop-gradient.
public struct DynamicallyRoutedCapsules: Operation {
  private let routing: DynamicRouting

  package init(_ routing: DynamicRouting) { self.routing = routing }

  public var name: String { "dynamicallyRoutedCapsules" }

  public func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let (sums, saved) = routing.forward(poses: inputs[0], weights: inputs[1], saving: saving)
    return Evaluation(sums, saved: saved.map { [$0] } ?? [])
  }

  public func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let gradients = routing.reverse(
      poses: record.inputs[0], weights: record.inputs[1], sums: record.outputs[0], saved: record.saved[0],
      gradient: record.gradient, wantsPoses: record.wants[0], wantsWeights: record.wants[1])
    return [gradients.poses, gradients.weights]
  }
}
