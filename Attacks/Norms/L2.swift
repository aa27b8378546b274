import Foundation
public import Tensors

/// The Euclidean length of the change: ‖x′ − x‖₂ = √Σ (x′ᵢ − xᵢ)².
public struct L2: Norm {
  public init() {}

  public var name: String { "l2" }
  public var title: String { "L2" }
  public var meaning: String { "the Euclidean length of the change over all pixels and channels" }
  public var stepMeaning: String { "the gradient scaled to a length of 1" }

  public var defaultBudgets: String { "0:5:11" }
  public var defaultTolerance: Float { 0.01 }
  public var budgetExamples: String { "0:5:11 (start:stop:count), 0.5,1,2 or 128/255" }

  /// Summed in double precision.
  public func distances(of perturbed: Tensor, from originals: Tensor) -> [Float] {
    perturbed.perImage(with: originals, "L2.distances") { perturbed, originals in
      var sum = 0.0
      for i in perturbed.indices {
        let difference = Double(perturbed[i] - originals[i])
        sum += difference * difference
      }
      return Float(sum.squareRoot())
    }
  }

  /// Uniform in the ball, then projected to [0, 1]: a normal direction, and a length of ε · u^(1/n).
  public func start(around images: Tensor, budget: Float, streams: [RandomStream]) -> Tensor {
    let noisy = moved(images, streams) { count, stream in
      Double(budget) * pow(Double(stream.uniform()), 1 / Double(count))
    }
    return project(noisy, around: images, budget: budget)
  }

  public func extreme(around image: Tensor, budget: Float, using stream: inout RandomStream) -> Tensor {
    var last = stream
    let noisy = moved(image, [stream]) { _, stream in
      last = stream
      return Double(budget)
    }
    stream = last
    return project(noisy, around: image, budget: budget)
  }

  /// `images` plus a normal direction of the length that `length` gives, which follows the direction in the stream.
  private func moved(
    _ images: Tensor, _ streams: [RandomStream], _ length: (_ count: Int, _ stream: inout RandomStream) -> Double
  ) -> Tensor {
    precondition(streams.count == images.shape[0], "L2: \(streams.count) streams for \(images.shape)")
    let stride = images.shape.withoutBatch.count
    var noisy = images
    noisy.withUnsafeMutableBuffer { pixels in
      for (image, stream) in streams.enumerated() {
        var stream = stream
        let direction = (0..<stride).map { _ in Double(stream.normal()) }
        let norm = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let scale = norm > 0 ? length(stride, &stream) / norm : 0
        for i in 0..<stride { pixels[image * stride + i] += Float(scale * direction[i]) }
      }
    }
    return noisy
  }

  /// ∇ / ‖∇‖₂; zero where ∇ is. Infinite elements are the only ones that count, if there are any.
  public func direction(of gradient: Tensor) -> Tensor {
    gradient.scaledToUnit { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
  }

  /// Exactly: xᵢ + t(zᵢ − xᵢ) clipped to [0, 1], with the largest t ≤ 1 for which the length is at most ε.
  ///
  /// For a fixed set of clipped pixels, t has a closed form; it grows from one set to the next, and so does the set, until it
  /// is the right one.
  public func project(_ perturbed: Tensor, around originals: Tensor, budget: Float) -> Tensor {
    guard budget > 0 else { return originals }
    return perturbed.mapImages(with: originals, "L2.project") { perturbed, originals, output in
      let t = Self.scale(perturbed, originals, Double(budget))
      for i in output.indices {
        let moved = t == 1 ? perturbed[i] : Float(Double(originals[i]) + t * Double(perturbed[i] - originals[i]))
        output[i] = min(1, max(0, moved))
      }
    }
  }

  private static func scale(
    _ perturbed: UnsafeBufferPointer<Float>, _ originals: UnsafeBufferPointer<Float>, _ budget: Double
  ) -> Double {
    /// Of the pixels that a step of `t` takes to the bounds: the sum of their squares there; of the others: that of all of d.
    func sums(_ t: Double) -> (clipped: Double, free: Double) {
      var (clipped, free) = (0.0, 0.0)
      for i in perturbed.indices {
        let change = Double(perturbed[i] - originals[i])
        let room = change > 0 ? 1 - Double(originals[i]) : Double(originals[i])
        if t * abs(change) >= room { clipped += room * room } else { free += change * change }
      }
      return (clipped, free)
    }
    let whole = sums(1)
    if whole.clipped + whole.free <= budget * budget { return 1 }
    var (t, parts) = (0.0, sums(0))
    while parts.free > 0 {
      let next = min(1, ((budget * budget - parts.clipped) / parts.free).squareRoot())
      guard next > t else { break }
      t = next
      parts = sums(t)
    }
    return t
  }

  public func diameter(of shape: Shape) -> Float { Float(Double(shape.count).squareRoot()) }

  /// Every pixel is rounded to a `Float` of [0, 1], by half an ulp of 1 at most; the sum is rounded in proportion.
  public func slack(at budget: Float, of shape: Shape) -> Float { 1e-5 * budget + 0x1p-24 * diameter(of: shape) }
}
