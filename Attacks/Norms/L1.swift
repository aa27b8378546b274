import Foundation
public import Tensors

/// The sum of all changes: ‖x′ − x‖₁ = Σ |x′ᵢ − xᵢ|.
public struct L1: Norm {
  /// The share of an image's elements that a step moves: the steepest single element alone would need as many steps as there
  /// are elements to move (Tramèr & Boneh 2019, arXiv:1904.13000, §4).
  public static let sparsity = 0.05

  public init() {}

  public var name: String { "l1" }
  public var title: String { "L1" }
  public var meaning: String { "the sum of the changes of all pixels and channels" }
  public var stepMeaning: String { "the signs of the 5% largest elements of the gradient, scaled to a sum of 1" }

  /// Else a step would go on with the few largest elements of the gradient after they can move no further (Maini et al. 2020,
  /// arXiv:1909.04068, §4.2).
  public var skipsSaturated: Bool { true }
  public var defaultBudgets: String { "0:50:11" }
  public var defaultTolerance: Float { 0.1 }
  public var budgetExamples: String { "0:50:11 (start:stop:count), 12 or 255/255" }

  /// Summed in double precision.
  public func distances(of perturbed: Tensor, from originals: Tensor) -> [Float] {
    perturbed.perImage(with: originals, "L1.distances") { perturbed, originals in
      Float(perturbed.indices.reduce(0.0) { $0 + abs(Double(perturbed[$1] - originals[$1])) })
    }
  }

  /// Uniform in the ball, then projected to [0, 1]: exponential lengths over their sum and that of one more, with random signs.
  public func start(around images: Tensor, budget: Float, streams: [RandomStream]) -> Tensor {
    precondition(streams.count == images.shape[0], "L1.start: \(streams.count) streams for \(images.shape)")
    let stride = images.shape.withoutBatch.count
    var noisy = images
    noisy.withUnsafeMutableBuffer { pixels in
      for (image, stream) in streams.enumerated() {
        var stream = stream
        func exponential() -> Double { -log1p(-Double(stream.uniform())) }
        let lengths = (0...stride).map { _ in exponential() }
        let scale = Double(budget) / max(lengths.reduce(0, +), .leastNormalMagnitude)
        for i in 0..<stride {
          let sign: Double = stream.next() & 1 == 0 ? 1 : -1
          pixels[image * stride + i] += Float(sign * scale * lengths[i])
        }
      }
    }
    return project(noisy, around: images, budget: budget)
  }

  /// Elements in random order, each moved to 0 or 1 by chance, until ε is spent.
  public func extreme(around image: Tensor, budget: Float, using stream: inout RandomStream) -> Tensor {
    let order = stream.permutation(of: image.count)
    var noisy = image
    noisy.withUnsafeMutableBuffer { pixels in
      var rest = budget
      for i in order where rest > 0 {
        let isUp = stream.next() & 1 == 0
        let length = min(rest, isUp ? 1 - pixels[i] : pixels[i])
        pixels[i] += isUp ? length : -length
        rest -= length
      }
    }
    return project(noisy, around: image, budget: budget)
  }

  /// The signs of the largest `sparsity` of the elements, at least one, over their number.
  public func direction(of gradient: Tensor) -> Tensor {
    gradient.mapImages(with: gradient, "L1.direction") { gradient, _, output in
      output.update(repeating: 0)
      let count = max(1, Int((Self.sparsity * Double(gradient.count)).rounded(.up)))
      let sizes = gradient.map { $0.isNaN ? 0 : abs($0) }
      let largest = gradient.indices.sorted { (sizes[$0], $1) > (sizes[$1], $0) }.prefix(count).filter { sizes[$0] > 0 }
      for i in largest { output[i] = (gradient[i] > 0 ? 1 : -1) / Float(largest.count) }
    }
  }

  /// Exactly (Croce & Hein 2021, arXiv:2103.01208, §3.1): xᵢ + sign(dᵢ) · min(roomᵢ, max(0, |dᵢ| − λ)), d = z − x, with the
  /// smallest λ ≥ 0 for which the sum is at most ε.
  ///
  /// - Complexity: O(n log n) an image.
  public func project(_ perturbed: Tensor, around originals: Tensor, budget: Float) -> Tensor {
    guard budget > 0 else { return originals }
    return perturbed.mapImages(with: originals, "L1.project") { perturbed, originals, output in
      let threshold = Self.threshold(perturbed, originals, Double(budget))
      for i in output.indices {
        if threshold == 0 {
          output[i] = min(1, max(0, perturbed[i]))
        } else {
          let change = Double(perturbed[i] - originals[i])
          let length = max(0, abs(change) - threshold)
          let moved = length == 0 ? originals[i] : Float(Double(originals[i]) + (change > 0 ? length : -length))
          output[i] = min(1, max(0, moved))
        }
      }
    }
  }

  /// λ: the sum falls from one to the next of the places where an element becomes free of its bound or is used up.
  private static func threshold(
    _ perturbed: UnsafeBufferPointer<Float>, _ originals: UnsafeBufferPointer<Float>, _ budget: Double
  ) -> Double {
    var sum = 0.0
    var slope = 0
    var events: [(place: Double, slope: Int)] = []
    for i in perturbed.indices {
      let change = Double(perturbed[i] - originals[i])
      let room = change > 0 ? 1 - Double(originals[i]) : Double(originals[i])
      let length = abs(change)
      guard length > 0, room > 0 else { continue }
      sum += min(room, length)
      if length > room { events.append((length - room, 1)) } else { slope += 1 }
      events.append((length, -1))
    }
    guard sum > budget else { return 0 }
    var place = 0.0
    for event in events.sorted(by: { $0.place < $1.place }) {
      let next = sum - Double(slope) * (event.place - place)
      if next <= budget { return place + (sum - budget) / Double(slope) }
      (sum, place, slope) = (next, event.place, slope + event.slope)
    }
    return place
  }

  public func diameter(of shape: Shape) -> Float { Float(shape.count) }

  /// Every pixel is rounded to a `Float` of [0, 1], by half an ulp of 1 at most; the sum is rounded in proportion.
  public func slack(at budget: Float, of shape: Shape) -> Float { 1e-5 * budget + 0x1p-24 * diameter(of: shape) }
}
