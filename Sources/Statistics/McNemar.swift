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
      let exchanged = PairedProportions(onlyFirst: c, onlySecond: b)
      pValueFirstLarger = Self.exactPValue(firstLarger: pairs)
      pValueSecondLarger = Self.exactPValue(firstLarger: exchanged)
      pValue = min(1, 2 * min(pValueFirstLarger, pValueSecondLarger))
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

  /// Against the first being larger, summed exactly however many discordant pairs there are.
  package static func exactPValue(firstLarger pairs: PairedProportions) -> Double {
    Binomial(trials: pairs.discordant, probability: 0.5).atLeast(pairs.onlyFirst)
  }
}
