package import Tensors

/// ‖x′ − x‖₂ of each image, summed in double precision.
package enum EuclideanDistance {
  /// Both `[batch, …]`; one distance an image.
  package static func of(_ perturbed: Tensor, from originals: Tensor) -> [Float] {
    precondition(
      perturbed.shape == originals.shape, "EuclideanDistance: \(perturbed.shape) from \(originals.shape)")
    let stride = originals.shape.withoutBatch.count
    return perturbed.withUnsafeBuffer { a in
      originals.withUnsafeBuffer { b in
        (0..<originals.shape[0]).map { image in
          var sum = 0.0
          for i in image * stride..<(image + 1) * stride {
            let difference = Double(a[i] - b[i])
            sum += difference * difference
          }
          return Float(sum.squareRoot())
        }
      }
    }
  }
}
