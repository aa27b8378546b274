import Tensors

/// Loops over the images of a batch, which norms share.
extension Tensor {
  /// Calls `body` with each image's elements of both, and returns what it gives.
  func perImage<Result>(
    with other: Tensor, _ what: StaticString,
    _ body: (UnsafeBufferPointer<Float>, UnsafeBufferPointer<Float>) -> Result
  ) -> [Result] {
    precondition(shape == other.shape, "\(what): \(shape) and \(other.shape)")
    let stride = shape.withoutBatch.count
    guard stride > 0 else { return [] }
    return withUnsafeBuffer { mine in
      other.withUnsafeBuffer { theirs in
        (0..<mine.count / stride).map { image in
          let elements = image * stride..<(image + 1) * stride
          return body(UnsafeBufferPointer(rebasing: mine[elements]), UnsafeBufferPointer(rebasing: theirs[elements]))
        }
      }
    }
  }

  /// A tensor like this one whose images `body` makes of each image of this one and of `other`.
  func mapImages(
    with other: Tensor, _ what: StaticString,
    _ body: (UnsafeBufferPointer<Float>, UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void
  ) -> Tensor {
    let stride = shape.withoutBatch.count
    return Tensor(uninitialized: shape) { output in
      var image = 0
      _ = perImage(with: other, what) { mine, theirs in
        body(mine, theirs, UnsafeMutableBufferPointer(rebasing: output[image * stride..<(image + 1) * stride]))
        image += 1
      }
    }
  }

  /// This gradient over the size that `size` gives each image's elements; zero where all of them are. NaN counts as 0; if
  /// there are infinite elements, they alone count.
  func scaledToUnit(_ size: ([Double]) -> Double) -> Tensor {
    mapImages(with: self, "Norm.direction") { gradient, _, output in
      let hasInfinite = gradient.contains { $0.isInfinite }
      let elements = gradient.map { element -> Double in
        hasInfinite ? (element.isInfinite ? (element > 0 ? 1 : -1) : 0) : element.isNaN ? 0 : Double(element)
      }
      let length = size(elements)
      for i in output.indices { output[i] = length > 0 ? Float(elements[i] / length) : 0 }
    }
  }

  /// How many pixels an image has: all channels of a place are one pixel. Tensors that are no batch of images have a pixel an
  /// element.
  var pixelCount: Int { shape.rank == 4 ? shape[2] * shape[3] : shape.withoutBatch.count }
}

extension Shape {
  /// The same of one image, `[channel, row, column]`.
  var pixelCount: Int { rank == 3 ? self[1] * self[2] : count }
}
