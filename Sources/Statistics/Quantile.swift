/// A quantile of numbers some of which are only known to be larger than a bound, with a distribution-free interval.
public struct CensoredQuantile: Codable, Sendable, Hashable {
  /// 0.5 for the median.
  public var probability: Double
  /// nil when it is larger than the bound, or there are no numbers.
  public var value: Float?
  /// Order statistics that hold the true quantile between them with at least 95% probability; 0 where the lower end lies
  /// before the first number, and the bound where it is larger than that.
  public var lower: Float
  /// nil when it is larger than the bound, or lies beyond the last number.
  public var upper: Float?
}

extension Statistics {
  /// The quantile of positive numbers, given as ascending `values` with how often each occurs, and of `censored` more of
  /// which it is only known that they are larger than `bound`.
  ///
  /// The value is the smallest that at least a share `probability` of the numbers do not exceed: x₍₍ₙₚ₎₎ with np rounded
  /// up. Its interval lies between x₍ₗ₎ and x₍ᵤ₎, where a count X of n trials with this probability has
  /// P(X < l) ≤ 0.025 and P(X ≥ u) ≤ 0.025 (Conover 1999, §3.2): exact for any distribution, and conservative on a grid.
  public static func quantile(
    _ probability: Double, of values: [(value: Float, count: Int)], censored: Int, bound: Float,
    confidence: Double = 0.95
  ) -> CensoredQuantile {
    let total = values.reduce(censored) { $0 + $1.count }
    guard total > 0 else { return CensoredQuantile(probability: probability, value: nil, lower: 0, upper: nil) }
    /// The number of the given rank, from 1; nil if it is censored.
    func ranked(_ rank: Int) -> Float? {
      var seen = 0
      for entry in values {
        seen += entry.count
        if rank <= seen { return entry.value }
      }
      return nil
    }
    let tail = (1 - confidence) / 2
    let count = Binomial(trials: total, probability: probability)
    // The largest l with P(X ≤ l − 1) ≤ tail, and the smallest u with P(X ≤ u − 1) ≥ 1 − tail.
    let lowerRank = firstRank(upTo: total) { count.cumulative($0) > tail }
    let upperRank = firstRank(upTo: total) { count.cumulative($0) >= 1 - tail } + 1
    let rank = min(total, max(1, Int((Double(total) * probability - 1e-9).rounded(.up))))
    return CensoredQuantile(
      probability: probability, value: ranked(rank), lower: lowerRank == 0 ? 0 : ranked(lowerRank) ?? bound,
      upper: upperRank > total ? nil : ranked(upperRank))
  }

  /// The smallest of 0, …, `last` that `holds`, which holds for all larger ones too; `last` if none does.
  private static func firstRank(upTo last: Int, _ holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, last)
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
