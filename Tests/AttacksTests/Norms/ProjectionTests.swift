import Attacks
import Tensors
import TestSupport
import Testing

/// Projections onto ball ∩ box against a search that knows no formula.
struct ProjectionTests {
  static let norms: [any Norm] = [L2(), L1()]

  /// The optimum of a convex problem is where no small feasible change brings the image nearer.
  @Test("No feasible point is nearer", arguments: 0..<2, [0.05, 0.4, 1, 2.5] as [Float])
  func nearest(index: Int, budget: Float) {
    let norm = Self.norms[index]
    let shape: Shape = [1, 1, 2, 3]
    var stream = RandomStream(seed: 4, UInt64(index))
    for seed in 0..<20 as Range<UInt64> {
      let original = noise(1, [1, 2, 3], seed: 2 * seed)
      let wanted = noise(1, [1, 2, 3], seed: 2 * seed + 1, low: -0.6, high: 1.6)
      let projected = norm.project(wanted, around: original, budget: budget)
      #expect(projected.scalars.allSatisfy { $0 >= 0 && $0 <= 1 })
      #expect(norm.distances(of: projected, from: original)[0] <= budget + norm.slack(at: budget, of: [1, 2, 3]))
      func squares(_ x: Tensor) -> Float {
        zip(x.scalars, wanted.scalars).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      let best = squares(projected)
      for scale: Float in [1, 0.3, 0.1, 0.03, 0.01] {
        for _ in 0..<60 {
          var other = Tensor(projected.scalars.map { min(1, max(0, $0 + scale * stream.normal())) }, shape: shape)
          // Drawn back to the original until it is inside: both sets are convex, and so is what is between.
          let distance = norm.distances(of: other, from: original)[0]
          if distance > budget {
            let factor = budget / distance
            other = Tensor(zip(original.scalars, other.scalars).map { $0 + factor * ($1 - $0) }, shape: shape)
          }
          #expect(squares(other) >= best - 1e-5)
        }
      }
    }
  }

  /// All images within ⌊ε⌋ pixels of the original, by trying every choice of pixels.
  @Test(
    "L0 keeps the best of all choices of pixels", arguments: [(1.0, 1), (2.9, 1), (3, 2), (7, 1)] as [(Float, Int)])
  func pixels(budget: Float, channels: Int) {
    let norm = L0()
    for seed in 0..<20 as Range<UInt64> {
      let original = noise(1, [channels, 2, 3], seed: 2 * seed)
      let wanted = noise(1, [channels, 2, 3], seed: 2 * seed + 1, low: -0.6, high: 1.6)
      let (x, z) = (original.scalars, wanted.scalars)
      var best = Float.infinity
      for choice in 0..<64 where choice.nonzeroBitCount <= Int(budget) {
        let candidate = x.indices.map { choice >> ($0 % 6) & 1 == 1 ? min(1, max(0, z[$0])) : x[$0] }
        best = min(best, zip(candidate, z).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) })
      }
      let projected = norm.project(wanted, around: original, budget: budget)
      #expect(norm.distances(of: projected, from: original)[0] <= budget.rounded(.down))
      #expect(abs(zip(projected.scalars, z).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } - best) < 1e-5)
    }
  }

  @Test(
    "Projecting twice is projecting once; inside stays; 0 gives the original bit for bit",
    arguments: NormCatalog.all.indices)
  func isProjection(index: Int) {
    let norm = NormCatalog.all[index]
    let original = noise(3, [2, 4, 4], seed: 1)
    let far = noise(3, [2, 4, 4], seed: 2, low: -1, high: 2)
    for budget: Float in [0.01, 0.3, 1, 3, 12] where norm.problem(ofBudget: Double(budget)) == nil {
      let once = norm.project(far, around: original, budget: budget)
      let twice = norm.project(once, around: original, budget: budget)
      #expect(zip(once.scalars, twice.scalars).allSatisfy { abs($0 - $1) < 1e-5 })
      #expect(norm.project(original, around: original, budget: budget) == original)
    }
    #expect(norm.project(far, around: original, budget: 0) == original)
  }

  @Test("With room on all sides, the L2 projection is the scaled difference")
  func scales() {
    let original = Tensor(repeating: 0.5, shape: [1, 1, 2, 2])
    let wanted = Tensor([0.8, 0.5, 0.5, 0.1] as [Float], shape: [1, 1, 2, 2])  // At a distance of 0.5.
    let projected = L2().project(wanted, around: original, budget: 0.25).scalars
    for (x, expected) in zip(projected, [0.65, 0.5, 0.5, 0.3] as [Float]) { #expect(abs(x - expected) < 1e-6) }
  }

  @Test("With room on all sides, the L1 projection is soft thresholding")
  func thresholds() {
    let original = Tensor(repeating: 0.5, shape: [1, 1, 2, 2])
    let wanted = Tensor([0.9, 0.45, 0.5, 0.2] as [Float], shape: [1, 1, 2, 2])
    // |d| = 0.4, 0.05, 0, 0.3: λ = 0.2 leaves 0.2 + 0.1 = 0.3.
    let projected = L1().project(wanted, around: original, budget: 0.3).scalars
    for (x, expected) in zip(projected, [0.7, 0.5, 0.5, 0.4] as [Float]) { #expect(abs(x - expected) < 1e-6) }
  }
}
