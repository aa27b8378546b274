import Evaluation
import Testing

@Suite struct RunSummaryTests {
  /// Four images of classes 0, 0, 1, 2; image 3 is wrong from the start; ε = 8/255 flips image 1.
  private var untargeted: [EvaluationRecord] {
    [
      .sample(budget: 0, image: 0, label: 0, clean: 0, after: 0),
      .sample(budget: 0, image: 1, label: 0, clean: 0, after: 0),
      .sample(budget: 0, image: 2, label: 1, clean: 1, after: 1),
      .sample(budget: 0, image: 3, label: 2, clean: 1, after: 1),
      .sample(budget: 1, image: 0, label: 0, clean: 0, after: 0, norm: 0.03),
      .sample(budget: 1, image: 1, label: 0, clean: 0, after: 2, norm: 0.01),
      .sample(budget: 1, image: 2, label: 1, clean: 1, after: 1, norm: 0.02),
      .sample(budget: 1, image: 3, label: 2, clean: 1, after: 1, norm: 0),
    ]
  }

  @Test func untargetedNumbers() throws {
    let summary = RunSummary(configuration: .sample(), records: untargeted.reversed())
    #expect(summary.results.count == 2)
    #expect(summary.worstCases.isEmpty && summary.targetMatrices.isEmpty)
    let clean = try #require(summary.cleanAccuracies.first)
    #expect(clean.correct == 3 && clean.count == 4)
    let cell = summary.results[1]
    #expect((cell.count, cell.correct, cell.cleanCorrect) == (4, 2, 3))
    #expect((cell.trials, cell.successes, cell.attacked) == (3, 1, 3))
    #expect(cell.accuracy.value == 0.5 && cell.successRate.value == 1.0 / 3)
    #expect(abs(cell.norms.meanLinf - 0.02) < 1e-8 && cell.norms.maxL2 == Double(Float(0.06)))
    #expect((cell.forwards, cell.backwards) == (8, 4))
    #expect(cell.perClass.map(\.correct) == [1, 1, 0] && cell.perClass.map(\.count) == [2, 1, 1])
    #expect(cell.perTarget == nil && cell.epsilonText == "8/255" && cell.epsilon == 8 / 255)
  }

  /// Rates by target: 0 → 1 of 1, 1 → 0 of 2, 2 → 1 of 3; the mean over targets is 4/9, not the pooled 1/3.
  @Test func eachTargetInTurn() throws {
    let outcomes: [(image: Int, label: Int, after: [Int])] = [
      (0, 0, [0, 0, 2]), (1, 0, [0, 0, 0]), (2, 1, [0, 1, 1]),
    ]
    let records = outcomes.flatMap { outcome in
      outcome.after.enumerated().map { target, after in
        EvaluationRecord.sample(
          target: target, image: outcome.image, label: outcome.label, clean: outcome.label, after: after)
      }
    }
    let summary = RunSummary(configuration: .sample(goals: [.each]), records: records)
    let cell = try #require(summary.results.first)
    #expect(cell.perTarget?.map(\.trials) == [1, 2, 3] && cell.perTarget?.map(\.successes) == [1, 0, 1])
    #expect(cell.trials == 6 && cell.successes == 2)
    #expect(abs(try #require(cell.successRate.value) - 4.0 / 9) < 1e-15)
    let interval = Statistics.wilson(proportion: 4.0 / 9, trials: 3)
    #expect(abs(cell.successRate.lower - interval.lower) < 1e-15)
    // Image 0 falls to target 2, image 2 to target 0; image 1 withstands all.
    #expect(cell.correct == 1 && cell.count == 3)
    let matrix = try #require(summary.targetMatrices.first)
    #expect(matrix.trials == [[0, 2, 2], [1, 0, 1], [0, 0, 0]])
    #expect(matrix.successes == [[0, 0, 1], [1, 0, 0], [0, 0, 0]])
    #expect(matrix.averageOverTargets == cell.successRate.value)
  }

  @Test func worstCaseOverTwoAttacks() {
    let records: [EvaluationRecord] = [
      .sample(attack: 0, image: 0, label: 0, clean: 0, after: 1),
      .sample(attack: 0, image: 1, label: 1, clean: 1, after: 1),
      .sample(attack: 1, image: 0, label: 0, clean: 0, after: 0),
      .sample(attack: 1, image: 1, label: 1, clean: 1, after: 2),
    ]
    let summary = RunSummary(configuration: .sample(attacks: ["fgsm", "bim"]), records: records)
    #expect(summary.results.map(\.correct) == [1, 1])
    #expect(summary.worstCases.map(\.correct) == [0] && summary.worstCases.map(\.budgetIndex) == [1])
  }

  @Test func orderOfRecordsDoesNotMatter() {
    let summary = RunSummary(configuration: .sample(), records: untargeted)
    #expect(summary == RunSummary(configuration: .sample(), records: untargeted.reversed()))
  }
}
