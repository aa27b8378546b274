package import Kernels
public import Tensors

/// One layer of capsules routed by EM (Hinton, Sabour & Frosst 2018, Procedure 1), as one fused operation.
///
/// Inputs: poses `[batch, row, column, type, 4, 4]`, activations `[batch, row, column, type]`, weights
/// `[child, parent type, 4, 4]` (16×16 for vector poses), β_a and β_u `[parent type]`.
/// Outputs: parent poses `[batch, row, column, parent type, 4, 4]` and scores λ(β_a − Σ cost), whose logistic is the
/// parents' activation; or, for mixing proportions, ln Σᵢ rᵢⱼ, whose softmax over all parents of an image is.
public struct EMRoutedCapsules: Operation {
  private let routing: EMRouting

  package init(_ routing: EMRouting) { self.routing = routing }

  public var name: String { "emRoutedCapsules" }

  public func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let result = routing.forward(
      poses: inputs[0], activations: inputs[1], weights: inputs[2], betaActivation: inputs[3], betaCost: inputs[4],
      saving: saving)
    return Evaluation(
      result.poses, result.scores, saved: result.saved.map { [$0.statistics, $0.shifts, $0.scales] } ?? [])
  }

  public func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let inputs = record.inputs
    let gradients = routing.reverse(
      poses: inputs[0], activations: inputs[1], weights: inputs[2], betaActivation: inputs[3], betaCost: inputs[4],
      saved: EMRouting.Saved(
        statistics: record.saved[0], shifts: record.saved[1], scales: record.saved[2]),
      poseGradient: record.gradients[0], scoreGradient: record.gradients[1],
      wantsWeights: record.wants[2...].contains(true))
    return [
      gradients.poses, gradients.activations, gradients.weights, gradients.betaActivation, gradients.betaCost,
    ]
  }
}
