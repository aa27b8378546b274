public import Tensors

/// The largest change of any pixel of any channel: ‖x′ − x‖∞ = max |x′ᵢ − xᵢ|.
public struct LInfinity: Norm {
  public init() {}

  public var name: String { "linf" }
  public var title: String { "L∞" }
  public var meaning: String { "the largest change of any pixel" }
  public var unit: String { "in pixel values of [0, 1]" }
  public var otherScale: (label: String, factor: Double)? { ("ε, in steps of 1/255", 255) }
  public var stepMeaning: String { "the sign of the gradient" }
  public var defaultBudgets: String { "0:0.5:11" }
  public var defaultTolerance: Float { 0.001 }
  public var budgetExamples: String { "0:0.5:11 (start:stop:count), 1/255,8/255 or 0.1" }

  public func problem(ofBudget value: Double) -> String? {
    value <= 1 ? nil : "a budget is at most 1, the whole range of a pixel; write levels of 8 bits as 8/255"
  }

  public var onLattice: (any Norm)? { LInfinityLattice() }

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

  /// A corner: every element ε up or down by chance, clipped to [0, 1].
  public func extreme(around image: Tensor, budget: Float, using stream: inout RandomStream) -> Tensor {
    image.map { min(1, max(0, $0 + (stream.next() & 1 == 0 ? budget : -budget))) }
  }

  /// The sign of each element, with sign(0) = 0 and sign(NaN) = 0.
  public func direction(of gradient: Tensor) -> Tensor {
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
    perturbed.perImage(with: originals, "LInfinity.distances") { perturbed, originals in
      perturbed.indices.reduce(0) { max($0, abs(perturbed[$1] - originals[$1])) }
    }
  }

  /// The range of a pixel.
  public func diameter(of shape: Shape) -> Float { 1 }

  /// Half an ulp of a bound, which is at most 1.
  public func slack(at budget: Float, of shape: Shape) -> Float { 0x1p-24 }
}
