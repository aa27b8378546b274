import Kernels
import Tensors

/// Zero mean and unit variance for each image.
struct Standardization: Operation {
  var name: String { "standardize" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let shape = inputs[0].shape
    precondition(shape.rank >= 1 && shape.withoutBatch.count > 0, "standardize: \(shape) has no images")
    var scales = Tensor(shape: [shape[0]])
    let output = Tensor.from(inputs[0], shape: shape) { x, y in
      scales.withUnsafeMutableBuffer {
        Kernels.standardize(x, rows: shape[0], columns: shape.withoutBatch.count, into: y, scales: $0)
      }
    }
    return Evaluation(output, saved: saving ? [scales] : [])
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let shape = record.gradient.shape
    return [
      .from(record.outputs[0], record.saved[0], record.gradient, shape: shape) {
        Kernels.reverseOfStandardize(
          output: $0, scales: $1, gradient: $2, rows: shape[0], columns: shape.withoutBatch.count, into: $3)
      }
    ]
  }
}

extension Variable {
  /// `(x - mean) / max(σ, 1/√N)` over the N elements of each image of `[B, …]`, σ² being the mean square deviation.
  public func standardizedPerImage() -> Variable { applying(Standardization()) }
}
