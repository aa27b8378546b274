public import Tensors

/// The largest change of any pixel of any channel: ‖x′ − x‖∞ = max |x′ᵢ − xᵢ|.
public struct LInfinity: Norm {
  public init() {}

  /// Each pixel uniform on [x − ε, x + ε), then clipped to [0, 1].
  public func start(around images: Tensor, budget: Float, streams: [RandomStream]) -> Tensor {
    precondition(streams.count == images.shape[0], "LInfinity.start: \(streams.count) streams for \(images.shape)")
    let stride = images.shape.withoutBatch.count
    var noisy = images
    noisy.withUnsafeMutableBuffer { pixels in
      for (image, stream) in streams.enumerated() {
        var stream = stream
        for i in image * stride..<(image + 1) * stride { pixels[i] += budget * (2 * stream.uniform() - 1) }
      }
    }
    return project(noisy, around: images, budget: budget)
  }

  /// The sign of each element, with sign(0) = 0 and sign(NaN) = 0.
  public func normalise(_ gradient: Tensor) -> Tensor {
    gradient.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
  }

  /// Clips each pixel to [max(0, x − ε), min(1, x + ε)].
  ///
  /// The bounds are rounded to `Float`, so a pixel can be farther from x than ε by half an ulp of the bound, no more.
  /// A budget of 0 gives `originals` bit for bit.
  public func project(_ perturbed: Tensor, around originals: Tensor, budget: Float) -> Tensor {
    precondition(
      perturbed.shape == originals.shape, "LInfinity.project: \(perturbed.shape) around \(originals.shape)")
    guard budget > 0 else { return originals }
    return Tensor(uninitialized: originals.shape) { output in
      perturbed.withUnsafeBuffer { perturbed in
        originals.withUnsafeBuffer { originals in
          for i in 0..<originals.count {
            let lower = max(0, originals[i] - budget)
            let upper = min(1, originals[i] + budget)
            output[i] = min(upper, max(lower, perturbed[i]))
          }
        }
      }
    }
  }

  public func distances(of perturbed: Tensor, from originals: Tensor) -> [Float] {
    precondition(
      perturbed.shape == originals.shape, "LInfinity.distances: \(perturbed.shape) from \(originals.shape)")
    let stride = originals.shape.withoutBatch.count
    return perturbed.withUnsafeBuffer { perturbed in
      originals.withUnsafeBuffer { originals in
        (0..<(stride == 0 ? 0 : originals.count / stride)).map { image in
          (image * stride..<(image + 1) * stride).reduce(0) { max($0, abs(perturbed[$1] - originals[$1])) }
        }
      }
    }
  }
}
