import Kernels
import Tensors

/// Softmax over the last axis of `[batch, classes]`.
struct Softmax: Operation {
  var name: String { "softmax" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let (rows, columns) = inputs[0].shape.requireMatrix(name)
    return Evaluation(
      .from(inputs[0], shape: inputs[0].shape) { Kernels.softmax($0, rows: rows, columns: columns, into: $1) })
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let shape = record.outputs[0].shape
    return [
      .from(record.outputs[0], record.gradient, shape: shape) {
        Kernels.reverseOfSoftmax(output: $0, gradient: $1, rows: shape[0], columns: shape[1], into: $2)
      }
    ]
  }
}

extension Variable {
  /// Softmax over the last axis of `[batch, classes]`.
  public func softmax() -> Variable { applying(Softmax()) }
}
