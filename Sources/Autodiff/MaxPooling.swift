import Kernels
import Tensors

/// The largest element of each window of `[batch, channels, rows, columns]`.
struct MaxPooling: Operation {
  let size: Int
  let stride: Int

  var name: String { "maxPooling" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let shape = inputs[0].shape
    precondition(size > 0 && stride > 0, "maxPooling: size \(size), stride \(stride)")
    precondition(
      shape.rank == 4 && shape[2] >= size && shape[3] >= size, "maxPooling: windows of \(size)×\(size) over \(shape)")
    let window = PoolingWindow(size: size, stride: stride, rows: shape[2], columns: shape[3])
    return Evaluation(
      .from(inputs[0], shape: [shape[0], shape[1], window.outputRows, window.outputColumns]) {
        Kernels.maxPool($0, planes: shape[0] * shape[1], window: window, into: $1)
      })
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let shape = record.inputs[0].shape
    let window = PoolingWindow(size: size, stride: stride, rows: shape[2], columns: shape[3])
    return [
      .from(record.inputs[0], record.outputs[0], record.gradient, shape: shape) {
        Kernels.reverseOfMaxPool(
          input: $0, output: $1, gradient: $2, planes: shape[0] * shape[1], window: window, into: $3)
      }
    ]
  }
}

extension Variable {
  /// The largest element of each `size` × `size` window of `[B, C, H, W]`; windows over the border are left out.
  ///
  /// A window's gradient goes to its first maximum.
  public func maxPooling(size: Int, stride: Int) -> Variable { applying(MaxPooling(size: size, stride: stride)) }
}
