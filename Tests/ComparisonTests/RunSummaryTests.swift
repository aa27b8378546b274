import Attacks
import Comparison
import Foundation
import RunSamples
import Runs
import Statistics
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

  @Test func anImageAlreadyWrongIsNotRobustAndNoSuccess() throws {
    let records: [EvaluationRecord] = [
      .sample(image: 0, label: 0, clean: 0, after: 0), .sample(image: 1, label: 1, clean: 1, after: 2),
      .sample(image: 2, label: 2, clean: 0, after: 0), .sample(image: 3, label: 0, clean: 0, after: 1),
    ]
    let cell = try #require(RunSummary(configuration: .sample(), records: records).results.first)
    #expect(cell.accuracy.value == 0.25 && cell.successRate == Proportion(2, of: 3))
  }

  @Test func targetedTrialsLeaveOutImagesThatShowTheTarget() throws {
    let records: [EvaluationRecord] = [
      .sample(target: 2, image: 0, label: 0, clean: 0, after: 2),
      .sample(target: 2, image: 1, label: 1, clean: 1, after: 0),
      .sample(target: 2, image: 2, label: 2, clean: 2, after: 2),
      .sample(target: 2, image: 3, label: 0, clean: 2, after: 2),
    ]
    let summary = RunSummary(configuration: .sample(goals: [.target(2)]), records: records)
    #expect(try #require(summary.results.first).successRate == Proportion(1, of: 2))
  }

  @Test func worstCaseIsTakenImageByImage() throws {
    let records: [EvaluationRecord] = [
      .sample(attack: 0, image: 0, label: 0, clean: 0, after: 1),
      .sample(attack: 0, image: 1, label: 1, clean: 1, after: 1),
      .sample(attack: 0, image: 2, label: 2, clean: 2, after: 2),
      .sample(attack: 1, image: 0, label: 0, clean: 0, after: 0),
      .sample(attack: 1, image: 1, label: 1, clean: 1, after: 0),
      .sample(attack: 1, image: 2, label: 2, clean: 2, after: 2),
    ]
    let summary = RunSummary(configuration: .sample(attacks: ["fgsm", "bim"]), records: records)
    let worst = try #require(summary.worstCases.first)
    #expect((worst.count, worst.correct) == (3, 1))
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

  /// Budgets 0, 0.1, 0.2, 0.4. Of images 0 to 3, all right before, one falls at 0.1, two at 0.2, one never; image 4 is
  /// wrong from the start. Accuracies 0.8, 0.6, 0.2, 0.2: the area is (0.07 + 0.04 + 0.04) / 0.4.
  @Test func curvesInNumbers() throws {
    let budgets: [Float] = [0, 0.1, 0.2, 0.4]
    let firstBeaten = [1, 2, 2, 9]
    var records: [EvaluationRecord] = []
    for budget in 0..<4 {
      for image in 0..<5 {
        let clean = image == 4 ? 1 : 0
        let after = image < 4 && budget >= firstBeaten[image] ? 2 : clean
        records.append(.sample(budget: budget, image: image, label: 0, clean: clean, after: after))
      }
    }
    let configuration = RunConfiguration.sample(budgets: budgets.map { .init(text: "\($0)", value: $0) })
    let curve = try #require(RunSummary(configuration: configuration, records: records).curves.first)
    #expect(abs(try #require(curve.areaUnderCurve?.value) - 0.15 / 0.4) < 1e-8)
    let smallest = curve.smallestEpsilon
    #expect((smallest.trials, smallest.beaten, smallest.largestEpsilon) == (4, 3, 0.4))
    #expect(smallest.quantiles.map(\.value) == [0.1, 0.1, 0.2, 0.2, nil])
    // Four numbers are too few for an upper bound of the median, or a lower one.
    #expect(smallest.median.lower == 0 && smallest.median.upper == nil)
    // Without ε = 0 the curve begins at the clean accuracy.
    let later = RunConfiguration.sample(budgets: budgets.dropFirst().map { .init(text: "\($0)", value: $0) })
    let rest = records.filter { $0.budget > 0 }.map { record in
      var record = record
      record.budget -= 1
      return record
    }
    let same = try #require(RunSummary(configuration: later, records: rest).curves.first)
    #expect(abs(try #require(same.areaUnderCurve?.value) - 0.15 / 0.4) < 1e-8)
    #expect(smallest.beatenFirst == [0, 1, 2, 0] && same.smallestEpsilon.beatenFirst == [1, 2, 0])
    #expect(same.smallestEpsilon.quantiles == smallest.quantiles && same.smallestEpsilon.trials == smallest.trials)
  }

  @Test func orderOfRecordsDoesNotMatter() {
    let summary = RunSummary(configuration: .sample(), records: untargeted)
    #expect(summary == RunSummary(configuration: .sample(), records: untargeted.reversed()))
  }

  /// Two attacks, two goals, three targets, four images, none of whose results agree.
  private var mixed: (configuration: RunConfiguration, records: [EvaluationRecord]) {
    let configuration = RunConfiguration.sample(attacks: ["fgsm", "bim"], goals: [.untargeted, .each])
    var records: [EvaluationRecord] = []
    for attack in 0..<2 {
      for (goal, targets) in ([[nil], [0, 1, 2]] as [[Int?]]).enumerated() {
        for target in targets {
          for (budget, image) in [(0, 3), (1, 3), (0, 9), (1, 9), (0, 4), (1, 4), (0, 0), (1, 0)] {
            let after: Int = (image * image + attack + 2 * budget + (target ?? 1)) % 3
            let norm = 0.01 * Float(image + attack + budget)
            records.append(
              .sample(
                attack: attack, goal: goal, target: target, budget: budget, image: image, label: image % 3,
                clean: image == 9 ? 1 : image % 3, after: after, norm: norm))
          }
        }
      }
    }
    return (configuration, records)
  }

  /// Correct after the attack / all images; under several targets or attacks, an image counts if it stays correct under
  /// every one.
  private static func robustAccuracy(of records: [EvaluationRecord]) -> Proportion {
    let images = Dictionary(grouping: records, by: \.image)
    return Proportion(images.values.count { $0.allSatisfy(\.isCorrect) }, of: images.count)
  }

  /// Flipped / clean-correct, or target reached / clean-correct images whose label is not the target.
  private static func successRate(of records: [EvaluationRecord]) -> Proportion {
    let trials = records.filter(\.isTrial)
    return Proportion(trials.count(where: \.success), of: trials.count)
  }

  /// Each cell against these definitions, applied to all of its records at once.
  @Test func cellsFollowTheDefinitions() {
    let (configuration, records) = mixed
    let summary = RunSummary(configuration: configuration, records: records)
    #expect(summary.results.count == 8 && summary.worstCases.count == 2 && summary.targetMatrices.count == 4)
    for cell in summary.results {
      let own = records.filter {
        $0.attack == cell.attackIndex && $0.goal == cell.goalIndex && $0.budget == cell.budgetIndex
      }
      let trials = own.filter(\.isTrial)
      #expect(cell.accuracy == Self.robustAccuracy(of: own))
      #expect(Proportion(cell.successes, of: cell.trials) == Self.successRate(of: own))
      #expect(cell.attacked == own.count(where: \.attacked) && cell.forwards == 2 * own.count)
      let meanL2 = trials.reduce(0.0) { $0 + Double($1.distances["l2"]!) } / Double(trials.count)
      #expect(abs(cell.norms.meanL2 - meanL2) < 1e-12)
      #expect(cell.norms.maxLinf == Double(trials.map { $0.distances["linf"]! }.max()!))
    }
    for row in summary.worstCases {
      #expect(row.accuracy == Self.robustAccuracy(of: records.filter { $0.budget == row.budgetIndex }))
    }
    // Images 0, 3 and 9 are of class 0, image 4 of class 1; image 9 is wrong from the start.
    let clean = summary.cleanAccuracies[0]
    #expect(clean.perClass.map(\.count) == [3, 1, 0] && clean.perClass.map(\.correct) == [2, 1, 0])
    #expect(clean.accuracy == Proportion(3, of: 4))
  }

  /// Stored in two parts, neither of which is in order.
  @Test func aStoreIsSummedUpAsItsRecordsAre() throws {
    let (configuration, records) = mixed
    let folder = FileManager.default.temporaryDirectory.appending(path: "summary-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try RunStore.create(at: folder.appending(path: "run.sqlite"), configuration: configuration)
    #expect(try RunSummary(of: store).results.isEmpty)
    try store.append(records.filter { $0.image % 2 == 1 }.reversed())
    try store.append(records.filter { $0.image % 2 == 0 })
    #expect(try RunSummary(of: store) == RunSummary(configuration: configuration, records: records))
    try store.close()
  }
}
