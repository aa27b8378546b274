import Foundation

/// McNemar's test of whether two paired proportions are equal (McNemar 1947).
///
/// Only discordant pairs tell: if the proportions are equal, each is as likely of one kind as of the other. Up to
/// `exactLimit` of them the p-value is the exact binomial one; beyond, that of the continuity-corrected
/// χ² = (|b − c| − 1)² / (b + c) with one degree of freedom (Edwards 1948), which by then differs by less than 1% of
/// itself down to p = 10⁻³.
public struct McNemarTest: Codable, Sendable, Hashable {
  public enum Method: String, Codable, Sendable, Hashable {
    case exact
    case chiSquared = "chi-squared"
  }

  /// How many discordant pairs are still treated exactly.
  public static let exactLimit = 1000

  public var method: Method
  /// Of the hypothesis that both proportions are equal, against either being larger.
  public var pValue: Double
  /// Against the first being larger.
  public var pValueFirstLarger: Double
  /// Against the second being larger.
  public var pValueSecondLarger: Double

  public init(_ pairs: PairedProportions) {
    let (b, c, n) = (pairs.onlyFirst, pairs.onlySecond, pairs.discordant)
    guard n > Self.exactLimit else {
      method = .exact
      // P(X ≥ b) is P(X ≤ c), since both sum to n and the coin is fair.
      pValueFirstLarger = Self.fairCoin(flips: n, atMost: c)
      pValueSecondLarger = Self.fairCoin(flips: n, atMost: b)
      pValue = min(1, 2 * Self.fairCoin(flips: n, atMost: min(b, c)))
      return
    }
    method = .chiSquared
    let root = Double(n).squareRoot()
    // |X − n/2| ≥ k begins half a unit below k: in units of √n/2, that is one unit of b − c.
    func tail(_ excess: Int) -> Double { Statistics.normalUpperTail((Double(excess) - 1) / root) }
    pValueFirstLarger = tail(b - c)
    pValueSecondLarger = tail(c - b)
    pValue = min(1, 2 * tail(abs(b - c)))
  }

  /// Σ over k ≤ `heads` of C(n, k) / 2ⁿ, from the first term on: 2⁻¹⁰⁰⁰ is still a normal number.
  private static func fairCoin(flips n: Int, atMost heads: Int) -> Double {
    var term = Double(sign: .plus, exponent: -n, significand: 1)
    var sum = term
    for k in 0..<heads {
      term *= Double(n - k) / Double(k + 1)
      sum += term
    }
    return min(1, sum)
  }
}
