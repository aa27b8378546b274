import Kernels
import Tensors

/// The logarithm of softmax over the last axis of `[batch, classes]`.
struct LogSoftmax: Operation {
  var name: String { "logSoftmax" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let (rows, columns) = inputs[0].shape.requireMatrix(name)
    return Evaluation(
      .from(inputs[0], shape: inputs[0].shape) { Kernels.logSoftmax($0, rows: rows, columns: columns, into: $1) })
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let shape = record.outputs[0].shape
    return [
      .from(record.outputs[0], record.gradient, shape: shape) {
        Kernels.reverseOfLogSoftmax(output: $0, gradient: $1, rows: shape[0], columns: shape[1], into: $2)
      }
    ]
  }
}

extension Variable {
  /// The logarithm of softmax over the last axis of `[batch, classes]`, without overflow.
  public func logSoftmax() -> Variable { applying(LogSoftmax()) }
}
