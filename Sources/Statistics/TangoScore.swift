import Foundation

/// The score test and interval for the difference of two paired proportions (Tango 1998, Statistics in Medicine 17:891).
///
/// With b and c discordant pairs of n, the score of the hypothesis p₁ − p₂ = Δ is
///
///     z(Δ) = (b − c − nΔ) / √(n (2 p̃ + Δ(1 − Δ)))
///
/// where p̃ is the probability of a pair of the second kind that is likeliest under the hypothesis: the larger root of
/// 2n p̃² − (b + c − (2n − b + c) Δ) p̃ − c Δ (1 − Δ) = 0. At Δ = 0 it is McNemar's statistic without correction.
public struct TangoScore: Sendable, Hashable {
  private let b: Double
  private let c: Double
  private let n: Double

  public init(_ pairs: PairedProportions) {
    b = Double(pairs.onlyFirst)
    c = Double(pairs.onlySecond)
    n = Double(pairs.count)
  }

  /// z(Δ), which falls as Δ grows; 0 where nothing speaks against Δ.
  func score(_ difference: Double) -> Double {
    // The formula loses its digits where p₂ is bound to be small and Δ negative: exchange the two then.
    if difference < 0 { return -TangoScore(b: c, c: b, n: n).score(-difference) }
    let numerator = b - c - n * difference
    guard numerator != 0 else { return 0 }
    let linear = (2 * n - b + c) * difference - b - c
    let constant = -c * difference * (1 - difference)
    // Without pairs of the second kind the root is that of a square, which may be too small to be a number.
    let root = constant == 0 ? abs(linear) : (linear * linear - 8 * n * constant).squareRoot()
    let likeliest = max(0, (root - linear) / (4 * n))
    let variance = n * (2 * likeliest + difference * (1 - difference))
    return variance > 0 ? numerator / variance.squareRoot() : numerator * .infinity
  }

  private init(b: Double, c: Double, n: Double) {
    self.b = b
    self.c = c
    self.n = n
  }

  /// The p-value of “p₁ − p₂ is at most `margin`” against “it is more”.
  public func pValue(above margin: Double) -> Double {
    n > 0 ? Statistics.normalUpperTail(score(margin)) : 1
  }

  /// The p-value of “p₁ − p₂ is at least `margin`” against “it is less”.
  public func pValue(below margin: Double) -> Double {
    n > 0 ? Statistics.normalUpperTail(-score(margin)) : 1
  }

  /// The differences that the two-sided test does not reject; (−1, 1) without images.
  public func interval(confidence: Double = 0.95) -> (lower: Double, upper: Double) {
    interval(within: Statistics.normalQuantile(confidence: confidence))
  }

  /// The differences that neither one-sided test at level `tail` rejects, of confidence 1 − 2 `tail`; (−1, 1) without images.
  public func interval(upperTail tail: Double) -> (lower: Double, upper: Double) {
    interval(within: Statistics.normalQuantile(upperTail: tail))
  }

  private func interval(within z: Double) -> (lower: Double, upper: Double) {
    guard n > 0 else { return (-1, 1) }
    let estimate = (b - c) / n
    // Halving until neighbours meet: z(Δ) is monotone, and 200 halvings exhaust a Double.
    func crossing(from inside: Double, to outside: Double) -> Double {
      var (inside, outside) = (inside, outside)
      if abs(score(outside)) <= z { return outside }
      for _ in 0..<200 {
        let middle = (inside + outside) / 2
        guard middle != inside, middle != outside else { break }
        if abs(score(middle)) <= z { inside = middle } else { outside = middle }
      }
      return inside
    }
    return (crossing(from: estimate, to: -1), crossing(from: estimate, to: 1))
  }
}

extension Statistics {
  /// P(Z > z) of a standard normal Z.
  package static func normalUpperTail(_ z: Double) -> Double { erfc(z / 2.0.squareRoot()) / 2 }
}
