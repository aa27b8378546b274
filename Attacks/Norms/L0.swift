public import Tensors

/// How many pixels differ: a pixel counts once, whichever of its channels differ.
public struct L0: Norm {
  public init() {}

  public var name: String { "l0" }
  public var title: String { "L0" }
  public var meaning: String { "the number of pixels that differ, in whichever of their channels" }
  public var unit: String { "in pixels" }
  public var stepMeaning: String { "the gradient over its largest element, a step being a multiple of a pixel's range" }

  public var defaultBudgets: String { "0:100:11" }
  public var defaultTolerance: Float { 1 }
  public var budgetExamples: String { "0:100:11 (start:stop:count), or 1,5,20" }
  public var isHomogeneous: Bool { false }

  public func budget(from value: Float) -> Float { value.rounded(.up) }

  public func problem(ofBudget value: Double) -> String? {
    value == value.rounded() ? nil : "a budget is a whole number of pixels"
  }

  public func distances(of perturbed: Tensor, from originals: Tensor) -> [Float] {
    let pixels = perturbed.pixelCount
    return perturbed.perImage(with: originals, "L0.distances") { perturbed, originals in
      Float(
        (0..<pixels).count {
          Self.channels(of: $0, pixels, perturbed.count).contains { perturbed[$0] != originals[$0] }
        })
    }
  }

  private static func channels(of pixel: Int, _ pixels: Int, _ count: Int) -> StrideTo<Int> {
    stride(from: pixel, to: count, by: pixels)
  }

  /// ⌊ε⌋ random pixels, each moved a tenth of the way to a random value: what has changed most is kept by `project`, so that a
  /// larger change would decide before any step which pixels those are.
  public func start(around images: Tensor, budget: Float, streams: [RandomStream]) -> Tensor {
    precondition(streams.count == images.shape[0], "L0.start: \(streams.count) streams for \(images.shape)")
    return .concatenated(
      streams.enumerated().map { image, stream in
        var stream = stream
        return changed(images.rows(image..<image + 1), budget, &stream) { $0 + 0.1 * ($1.uniform() - $0) }
      })
  }

  /// ⌊ε⌋ random pixels, 0 or 1 in every channel.
  public func extreme(around image: Tensor, budget: Float, using stream: inout RandomStream) -> Tensor {
    changed(image, budget, &stream) { _, stream in stream.next() & 1 == 0 ? 0 : 1 }
  }

  private func changed(
    _ image: Tensor, _ budget: Float, _ stream: inout RandomStream, _ value: (_ old: Float, inout RandomStream) -> Float
  ) -> Tensor {
    let pixels = image.pixelCount
    var (noisy, order) = (image, stream.permutation(of: pixels)[...])
    order = order.prefix(Int(budget))
    noisy.withUnsafeMutableBuffer { elements in
      for pixel in order {
        for i in Self.channels(of: pixel, pixels, elements.count) { elements[i] = value(elements[i], &stream) }
      }
    }
    return noisy
  }

  /// ∇ / max |∇ᵢ|: which pixels to change, `project` decides when it keeps those that have changed most.
  public func direction(of gradient: Tensor) -> Tensor {
    gradient.scaledToUnit { $0.reduce(0) { max($0, abs($1)) } }
  }

  /// A multiple of the range of a pixel, whatever the number of pixels.
  public func stepLength(_ multiple: Float, of budget: Float) -> Float { multiple }

  /// Exactly: the ⌊ε⌋ pixels for which being clipped to [0, 1] instead of put back brings the image nearest; of equal ones,
  /// the first (Croce & Hein 2019, arXiv:1909.05040, §4).
  public func project(_ perturbed: Tensor, around originals: Tensor, budget: Float) -> Tensor {
    let pixels = perturbed.pixelCount
    guard budget >= 1 else { return originals }
    return perturbed.mapImages(with: originals, "L0.project") { perturbed, originals, output in
      _ = output.update(fromContentsOf: originals)
      let gains = (0..<pixels).map { pixel in
        Self.channels(of: pixel, pixels, output.count).reduce(0.0) { sum, i in
          let (back, clipped) = (
            Double(perturbed[i] - originals[i]), Double(perturbed[i] - min(1, max(0, perturbed[i])))
          )
          return sum + back * back - clipped * clipped
        }
      }
      let kept = gains.indices.sorted { (gains[$0], $1) > (gains[$1], $0) }.prefix(Int(budget))
      for pixel in kept {
        for i in Self.channels(of: pixel, pixels, output.count) { output[i] = min(1, max(0, perturbed[i])) }
      }
    }
  }

  public func diameter(of shape: Shape) -> Float { Float(shape.pixelCount) }

  /// Counting makes no error.
  public func slack(at budget: Float, of shape: Shape) -> Float { 0 }
}
