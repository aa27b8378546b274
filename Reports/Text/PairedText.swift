import Runs
import Statistics
import Text

/// What paired tests say of two models, in the words of all reports.
enum PairedText {
  /// `+2.3 (1.1 to 3.5), p = 0.004`: percentage points with an interval, and the adjusted p-value.
  static func text(_ value: Double, _ interval: ClosedRange<Double>, adjustedPValue: Double) -> String {
    let interval =
      "\(NumberFormat.signed(100 * interval.lowerBound, 1)) to \(NumberFormat.signed(100 * interval.upperBound, 1))"
    return "\(NumberFormat.signed(100 * value, 1)) (\(interval)), " + NumberFormat.probabilityEquation(adjustedPValue)
  }

  static func text(_ difference: RunSummary.PairedDifference) -> String {
    text(
      difference.difference, difference.lower...difference.upper, adjustedPValue: difference.adjustedPValue)
  }

  /// How the differences from `reference` came about; `scope` is what they are all of, for example `this run`.
  static func method(reference: String, scope: String) -> String {
    """
    Differences from \(reference) are in percentage points with Tango’s 95% interval for paired proportions (1998); p is \
    McNemar’s, exact up to \(NumberFormat.grouped(McNemarTest.exactLimit)) discordant images, and adjusted after Holm over \
    all differences of \(scope).
    """
  }
}
