package import Kernels
package import Tensors

/// A function of one number, elementwise, in vectors.
package struct Pointwise: Operation {
  let function: PointwiseFunction

  package init(_ function: PointwiseFunction) { self.function = function }

  package var name: String { function.name }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    Evaluation(.from(inputs[0], shape: inputs[0].shape) { Kernels.applyPointwise(function, $0, into: $1) })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    [
      .from(record.inputs[0], record.outputs[0], record.gradient, shape: record.gradient.shape) {
        Kernels.reverseOfPointwise(function, input: $0, output: $1, gradient: $2, into: $3)
      }
    ]
  }
}
