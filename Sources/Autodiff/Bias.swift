import Kernels
import Tensors

/// `x[b, c, …] + bias[c]`.
struct Bias: Operation {
  var name: String { "bias" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let (shape, bias) = (inputs[0].shape, inputs[1].shape)
    precondition(shape.rank >= 2 && bias == [shape[1]], "bias: \(bias) along axis 1 of \(shape)")
    let (outer, _, inner) = shape.split(at: 1)
    return Evaluation(
      .from(inputs[0], inputs[1], shape: shape) {
        Kernels.addBias($0, bias: $1, outer: outer, inner: inner, into: $2)
      })
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    [
      record.wants[0] ? record.gradient : nil,
      record.wants[1] ? record.gradient.summedOverAllButAxis1() : nil,
    ]
  }
}

extension Tensor {
  /// The gradient of a bias along axis 1: `[batch, channels, …]` summed to `[channels]`.
  func summedOverAllButAxis1() -> Tensor {
    let (outer, channels, inner) = shape.split(at: 1)
    return .from(self, shape: [channels]) { Kernels.reverseOfBias($0, outer: outer, inner: inner, into: $1) }
  }
}

extension Variable {
  /// Adds `bias`, `[C]`, along axis 1 of `[B, C]` or `[B, C, H, W]`.
  public func bias(_ bias: Variable) -> Variable { applying(Bias(), bias) }
}
