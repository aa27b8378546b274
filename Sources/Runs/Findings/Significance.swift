import Statistics

/// How likely a check would be to fire by chance alone.
package enum Significance {
  /// What a test of chance must fall below for a check to fire: about twenty tests a model then raise a false alarm in less
  /// than one run in fifty.
  package static let level = 0.001

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
