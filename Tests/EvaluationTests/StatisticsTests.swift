import Evaluation
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

  @Test func anImageAlreadyWrongIsNotRobustAndNoSuccess() {
    let records: [EvaluationRecord] = [
      .sample(image: 0, label: 0, clean: 0, after: 0), .sample(image: 1, label: 1, clean: 1, after: 2),
      .sample(image: 2, label: 2, clean: 0, after: 0), .sample(image: 3, label: 0, clean: 0, after: 1),
    ]
    #expect(Statistics.robustAccuracy(of: records).value == 0.25)
    #expect(Statistics.successRate(of: records) == Proportion(2, of: 3))
  }

  @Test func targetedTrialsLeaveOutImagesThatShowTheTarget() {
    let records: [EvaluationRecord] = [
      .sample(target: 2, image: 0, label: 0, clean: 0, after: 2),
      .sample(target: 2, image: 1, label: 1, clean: 1, after: 0),
      .sample(target: 2, image: 2, label: 2, clean: 2, after: 2),
      .sample(target: 2, image: 3, label: 0, clean: 2, after: 2),
    ]
    #expect(Statistics.successRate(of: records) == Proportion(1, of: 2))
  }

  @Test func worstCaseIsTakenImageByImage() {
    let records: [EvaluationRecord] = [
      .sample(attack: 0, image: 0, label: 0, clean: 0, after: 1),
      .sample(attack: 0, image: 1, label: 1, clean: 1, after: 1),
      .sample(attack: 0, image: 2, label: 2, clean: 2, after: 2),
      .sample(attack: 1, image: 0, label: 0, clean: 0, after: 0),
      .sample(attack: 1, image: 1, label: 1, clean: 1, after: 0),
      .sample(attack: 1, image: 2, label: 2, clean: 2, after: 2),
    ]
    #expect(Statistics.correctUnderAll(records) == [0: false, 1: false, 2: true])
  }
}
