import Kernels
import Tensors

/// `v = (‖s‖² / (1 + ‖s‖²)) s / ‖s‖` along the last axis (Sabour, Frosst & Hinton 2017, Eq. 1).
struct Squash: Operation {
  var name: String { "squash" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let (rows, columns) = layout(inputs[0].shape)
    return Evaluation(
      .from(inputs[0], shape: inputs[0].shape) { Kernels.squash($0, rows: rows, columns: columns, into: $1) })
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (rows, columns) = layout(record.inputs[0].shape)
    return [
      .from(record.inputs[0], record.gradient, shape: record.gradient.shape) {
        Kernels.reverseOfSquash(input: $0, gradient: $1, rows: rows, columns: columns, into: $2)
      }
    ]
  }

  private func layout(_ shape: Shape) -> (rows: Int, columns: Int) {
    precondition(shape.rank > 0 && shape.dimensions.last! > 0, "squash: \(shape)")
    return (shape.count / shape.dimensions.last!, shape.dimensions.last!)
  }
}

extension Variable {
  /// The vectors along the last axis, shortened to a length ‖s‖² / (1 + ‖s‖²) below 1; 0 stays 0.
  public func squash() -> Variable { applying(Squash()) }
}
