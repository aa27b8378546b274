import Foundation

/// The number of successes in `trials` independent trials, each of which succeeds with `probability`.
package struct Binomial {
  package let trials: Int
  package let probability: Double

  package init(trials: Int, probability: Double) {
    precondition(trials >= 0 && probability >= 0 && probability <= 1, "Binomial: \(trials) trials of \(probability)")
    self.trials = trials
    self.probability = probability
  }

  /// P(X = k) = C(n, k) pᵏ (1−p)ⁿ⁻ᵏ, through logarithms of the gamma function.
  func mass(_ k: Int) -> Double {
    guard (0...trials).contains(k) else { return 0 }
    if probability == 0 { return k == 0 ? 1 : 0 }
    if probability == 1 { return k == trials ? 1 : 0 }
    let (n, x) = (Double(trials), Double(k))
    let ways = lgamma(n + 1) - lgamma(x + 1) - lgamma(n - x + 1)
    return exp(ways + x * log(probability) + (n - x) * log1p(-probability))
  }

  /// P(X ≤ k), summed over the shorter tail.
  package func cumulative(_ k: Int) -> Double {
    if k < 0 { return 0 }
    if k >= trials { return 1 }
    if Double(k) <= mean { return min(1, lowerTail(through: k)) }
    return max(0, 1 - Binomial(trials: trials, probability: 1 - probability).lowerTail(through: trials - k - 1))
  }

  /// P(X ≥ k), likewise: as many failures as that leaves, or fewer.
  package func atLeast(_ k: Int) -> Double {
    Binomial(trials: trials, probability: 1 - probability).cumulative(trials - k)
  }

  private var mean: Double { Double(trials) * probability }

  /// The masses of k, k−1, …: each is the one before times k(1−p) / ((n−k+1)p), until they no longer count.
  private func lowerTail(through k: Int) -> Double {
    if probability == 0.5, trials <= 1000 { return fairCoinTail(through: k) }
    var term = mass(k)
    var sum = term
    guard probability > 0 else { return 1 }
    var x = k
    while x > 0, term > sum * 1e-18 {
      term *= Double(x) * (1 - probability) / (Double(trials - x + 1) * probability)
      sum += term
      x -= 1
    }
    return sum
  }

  /// Σ over x ≤ k of C(n, x) / 2ⁿ, from the first term on: 2⁻¹⁰⁰⁰ is still a normal number.
  private func fairCoinTail(through k: Int) -> Double {
    var term = Double(sign: .plus, exponent: -trials, significand: 1)
    var sum = term
    for x in 0..<k {
      term *= Double(trials - x) / Double(x + 1)
      sum += term
    }
    return min(1, sum)
  }
}
