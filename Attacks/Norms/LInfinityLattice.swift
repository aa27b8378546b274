public import Tensors

/// The L∞ ball on the grid of 8-bit images: every iterate is an image of whole levels k/255, so that what an attack
/// judges is what a file can hold.
///
///     project(x′) = round(255 x′), clipped to { k : |k/255 − x| ≤ ε, 0 ≤ k ≤ 255 }, over 255
///
/// For an original on the grid that is ±⌊255 ε⌋ levels: `8/255` is 8 levels, and 0.05 (12.75 levels) is 12. A step is a
/// whole number of levels, at least one. The ball of an original off the grid may hold no image of whole levels, and
/// then that pixel stays.
public struct LInfinityLattice: Norm {
  public init() {}

  public var name: String { LInfinity().name }
  public var title: String { LInfinity().title }
  public var meaning: String { LInfinity().meaning }
  public var unit: String { LInfinity().unit }
  public var otherScale: (label: String, factor: Double)? { ("ε, in steps of 1/255", 255) }
  public var stepMeaning: String { LInfinity().stepMeaning }
  public var defaultBudgets: String { LInfinity().defaultBudgets }
  public var defaultTolerance: Float { LInfinity().defaultTolerance }
  public var budgetExamples: String { LInfinity().budgetExamples }
  public func problem(ofBudget value: Double) -> String? { LInfinity().problem(ofBudget: value) }
  public var onLattice: (any Norm)? { self }

  /// How many levels a change within `budget` can have: `⌊255 ε⌋`.
  public static func levels(in budget: Float) -> Int { Int((255 * Double(budget) + slack).rounded(.down)) }

  /// Whether `budget` is a whole number of levels, as `8/255` is.
  public static func isWhole(_ budget: Float) -> Bool {
    abs(255 * Double(budget) - Double(levels(in: budget))) <= slack
  }

  /// Covers the rounding of ε and of k/255 to `Float` (below 2e-5 levels), so that `8/255` is exactly 8 levels.
  private static let slack = 1e-4

  /// α to the nearest whole number of levels, but one at least: a shorter step would be rounded away.
  public func stepSize(nearest stepSize: Float) -> Float { max(1, (255 * stepSize).rounded()) / 255 }

  /// Each pixel one of the levels within ε, all equally likely.
  public func start(around images: Tensor, budget: Float, streams: [RandomStream]) -> Tensor {
    precondition(streams.count == images.shape[0], "LInfinityLattice.start: \(streams.count) streams, \(images.shape)")
    let stride = images.shape.withoutBatch.count
    var noisy = images
    noisy.withUnsafeMutableBuffer { pixels in
      for (image, stream) in streams.enumerated() {
        var stream = stream
        for i in image * stride..<(image + 1) * stride {
          guard let range = Self.range(around: pixels[i], budget: budget) else { continue }
          pixels[i] = Float(Int.random(in: range, using: &stream)) / 255
        }
      }
    }
    return noisy
  }

  /// A random corner of the ball, as far from `image` as levels allow.
  public func extreme(around image: Tensor, budget: Float, using stream: inout RandomStream) -> Tensor {
    project(LInfinity().extreme(around: image, budget: budget, using: &stream), around: image, budget: budget)
  }

  public func direction(of gradient: Tensor) -> Tensor { LInfinity().direction(of: gradient) }

  /// The image of whole levels nearest to `perturbed` within `budget` levels; `originals` bit for bit if that is none.
  public func project(_ perturbed: Tensor, around originals: Tensor, budget: Float) -> Tensor {
    precondition(
      perturbed.shape == originals.shape, "LInfinityLattice.project: \(perturbed.shape) around \(originals.shape)")
    guard Self.levels(in: budget) > 0 else { return originals }
    return Tensor(uninitialized: originals.shape) { output in
      perturbed.withUnsafeBuffer { perturbed in
        originals.withUnsafeBuffer { originals in
          for i in 0..<originals.count {
            guard let range = Self.range(around: originals[i], budget: budget) else {
              output[i] = originals[i]
              continue
            }
            let nearest = Int((min(max(perturbed[i], 0), 1) * 255).rounded())
            output[i] = Float(min(max(nearest, range.lowerBound), range.upperBound)) / 255
          }
        }
      }
    }
  }

  public func distances(of perturbed: Tensor, from originals: Tensor) -> [Float] {
    LInfinity().distances(of: perturbed, from: originals)
  }

  public func diameter(of shape: Shape) -> Float { 1 }

  /// What ε holds beyond whole levels, and the rounding of k/255.
  public func slack(at budget: Float, of shape: Shape) -> Float { Float(Self.slack / 255) }

  /// The levels within `budget` of `original`; `nil` if there is none.
  private static func range(around original: Float, budget: Float) -> ClosedRange<Int>? {
    let (centre, radius) = (255 * Double(original), 255 * Double(budget) + slack)
    let lower = max(0, Int((centre - radius).rounded(.up)))
    let upper = min(255, Int((centre + radius).rounded(.down)))
    return lower <= upper ? lower...upper : nil
  }
}
