import Statistics
import Testing

@Suite struct StatisticsTests {
  /// Computed with the quantiles of Python's `statistics.NormalDist`; 50 of 100 is in Agresti and Coull (1998).
  @Test(arguments: [
    (50, 100, 0.95, 0.4038315303659956, 0.5961684696340044), (0, 10, 0.95, 0, 0.2775327998628892),
    (10, 10, 0.95, 0.7224672001371106, 1), (312, 1000, 0.95, 0.2840496860924683, 0.3413891750981004),
    (7, 9, 0.99, 0.3645304121723405, 0.955267033732957), (1, 1, 0.9, 0.2698659487840544, 1.0), (0, 0, 0.95, 0, 1),
  ])
  func wilsonInterval(successes: Int, trials: Int, confidence: Double, lower: Double, upper: Double) {
    let interval = Statistics.wilson(successes: successes, trials: trials, confidence: confidence)
    #expect(abs(interval.lower - lower) < 1e-12)
    #expect(abs(interval.upper - upper) < 1e-12)
    #expect((0...1).contains(interval.lower) && (0...1).contains(interval.upper))
  }
}
