import Kernels
import Tensors

/// A function of one number, elementwise.
struct ElementwiseUnary: Operation {
  let function: UnaryFunction

  var name: String { function.rawValue }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    Evaluation(.from(inputs[0], shape: inputs[0].shape) { Kernels.apply(function, $0, into: $1) })
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    [
      .from(record.inputs[0], record.outputs[0], record.gradient, shape: record.gradient.shape) {
        Kernels.reverse(of: function, input: $0, output: $1, gradient: $2, into: $3)
      }
    ]
  }
}

extension Variable {
  /// `max(0, x)`; its derivative at 0 is 0.
  public func relu() -> Variable { applying(ElementwiseUnary(function: .relu)) }

  /// `1 / (1 + e^(-x))`.
  public func sigmoid() -> Variable { applying(ElementwiseUnary(function: .sigmoid)) }

  /// `ln(sigmoid(x))`, finite for every finite `x`.
  public func logSigmoid() -> Variable { applying(ElementwiseUnary(function: .logSigmoid)) }

  /// `e^x`.
  public func exp() -> Variable { applying(ElementwiseUnary(function: .exp)) }

  /// The natural logarithm.
  public func log() -> Variable { applying(ElementwiseUnary(function: .log)) }
}
