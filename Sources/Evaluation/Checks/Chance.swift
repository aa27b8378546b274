import Foundation

/// How likely a check would be to fire by chance alone.
package enum Chance {
  /// What a test of chance must fall below for a check to fire: about twenty tests a model then raise a false alarm in less
  /// than one run in fifty.
  package static let level = 0.001

  /// P(X ≥ `count`) for X binomial with `trials` and `probability`, summed exactly.
  package static func atLeast(_ count: Int, of trials: Int, probability p: Double) -> Double {
    precondition(trials >= 0 && (0...1).contains(p), "Chance: \(trials) trials of probability \(p)")
    if count <= 0 { return 1 }
    if count > trials || p == 0 { return 0 }
    if p == 1 { return 1 }
    let n = Double(trials)
    var sum = 0.0
    for k in count...trials {
      let x = Double(k)
      let ways = lgamma(n + 1) - lgamma(x + 1) - lgamma(n - x + 1)
      sum += exp(ways + x * log(p) + (n - x) * log1p(-p))
    }
    return min(1, sum)
  }

  /// The one-sided exact test of McNemar: how likely at least `first` of the images that only one of two attacks beats
  /// would be the first one's, were both equally strong.
  package static func thatFirstIsNotStronger(onlyFirst first: Int, onlySecond second: Int) -> Double {
    atLeast(first, of: first + second, probability: 0.5)
  }

  /// How severe it is that `count` of `trials` are affected, judged by the lower end of a 95% Wilson interval: by default
  /// above 1%, what people report accuracy to, an error, above 0.2% a warning, else a note. Less than three are no error.
  package static func severity(
    _ count: Int, of trials: Int, warningAbove: Double = 0.002, errorAbove: Double = 0.01
  ) -> Finding.Severity? {
    guard count > 0 else { return nil }
    let lower = Statistics.wilson(successes: count, trials: trials).lower
    return lower > errorAbove && count > 2 ? .error : lower > warningAbove ? .warning : .note
  }
}
