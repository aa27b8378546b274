import Kernels
import Tensors

/// `x Wᵀ + b` for `x` `[batch, inputs]`, `W` `[outputs, inputs]` and, if there is one, `b` `[outputs]`.
struct Linear: Operation {
  let relu: Bool

  var name: String { relu ? "linear+relu" : "linear" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let (x, weights) = (inputs[0], inputs[1])
    let (batch, features) = x.shape.requireMatrix("linear")
    let (outputs, width) = weights.shape.requireMatrix("linear")
    precondition(features == width, "linear: weights \(weights.shape) for an input of shape \(x.shape)")
    if inputs.count > 2 {
      precondition(inputs[2].shape == [outputs], "linear: bias \(inputs[2].shape) for weights \(weights.shape)")
    }
    return Evaluation(
      .from(x, weights, shape: [batch, outputs]) { x, weights, y in
        let product = { (bias: Floats?) in
          Kernels.linear(
            x, weights: weights, bias: bias, batch: batch, inputs: features, outputs: outputs, relu: relu, into: y)
        }
        if inputs.count > 2 { inputs[2].withUnsafeBuffer(product) } else { product(nil) }
      })
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (x, weights) = (record.inputs[0], record.inputs[1])
    let (batch, features, outputs) = (x.shape[0], x.shape[1], weights.shape[0])
    let g = relu ? record.gradient.maskedByRelu(output: record.outputs[0]) : record.gradient
    var gradients: [Tensor?] = [nil, nil]
    if record.wants[0] {
      gradients[0] = .from(g, weights, shape: x.shape) {
        Kernels.reverseOfLinearByInput(
          gradient: $0, weights: $1, batch: batch, inputs: features, outputs: outputs, into: $2)
      }
    }
    if record.wants[1] { gradients[1] = ParameterGradient.product(WeightProduct(outputGradient: g, input: x)).tensor }
    if record.inputs.count > 2 { gradients.append(record.wants[2] ? g.summedOverAllButAxis1() : nil) }
    return gradients
  }

  func weightProduct(_ record: ReverseRecord, byInput index: Int) -> WeightProduct? {
    guard index == 1 else { return nil }
    let g = relu ? record.gradient.maskedByRelu(output: record.outputs[0]) : record.gradient
    return WeightProduct(outputGradient: g, input: record.inputs[0])
  }
}

extension Tensor {
  /// The gradient before a ReLU that gave `output`.
  func maskedByRelu(output: Tensor) -> Tensor {
    .from(output, self, shape: shape) {
      Kernels.reverse(of: .relu, input: $0, output: $0, gradient: $1, into: $2)
    }
  }
}

extension Variable {
  /// `x Wᵀ + b`, clamped at zero from below if `relu`; this is `[B, I]`, `weights` `[O, I]`, `bias` `[O]`.
  public func linear(_ weights: Variable, bias: Variable? = nil, relu: Bool = false) -> Variable {
    let operation = Linear(relu: relu)
    return if let bias { applying(operation, weights, bias) } else { applying(operation, weights) }
  }
}
