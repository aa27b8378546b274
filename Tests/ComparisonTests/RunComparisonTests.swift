import Attacks
import Comparison
import Diagnostics
import Files
import Foundation
import Runs
import Statistics
import TestSupport
import Testing

@Suite struct RunComparisonTests {
  private func input(_ name: String, _ sample: OutcomeSample) throws -> RunComparison.Input {
    let folder = try TemporaryFolder()
    return try RunComparison.Input(name: name, store: sample.store(in: folder))
  }

  /// Images 3, 6, … 30: five fall before, only the first two after.
  @Test func twoRunsOfTheSameModel() throws {
    let comparison = try RunComparison([
      input("before", OutcomeSample(count: 10, beaten: 5)), input("after", OutcomeSample(count: 10, beaten: 2)),
    ])
    #expect(comparison.columns.map(\.label) == ["before/cnn", "after/cnn"])
    #expect(comparison.rows.count == 2 && comparison.rows[0].attack == nil)
    let row = comparison.rows[1]
    #expect(row.accuracies == [Proportion(5, of: 10), Proportion(8, of: 10)])
    #expect(row.differences[0] == nil)
    let difference = try #require(row.differences[1])
    #expect(difference.value == 0.3 && difference.gained == [9, 12, 15] && difference.lost.isEmpty)
    #expect(difference.mcNemar.pValue == 0.25)
    // Two differences: the clean one has p = 1, this one 2 × 0.25.
    #expect(difference.adjustedPValue == 0.5)
  }

  @Test func onlySharedImagesCount() throws {
    var later = OutcomeSample(count: 8, beaten: 0)
    later.ids = (3...10).map { 3 * $0 }
    let comparison = try RunComparison([input("a", OutcomeSample(count: 10, beaten: 5)), input("b", later)])
    #expect(comparison.images == (3...10).map { 3 * $0 })
    #expect(comparison.rows[1].differences[1]?.gained == [9, 12, 15])
    #expect(comparison.notes == ["Only the 8 images that all runs share are compared."])
  }

  @Test func theReferenceCanBeNamed() throws {
    let runs = try [input("a", OutcomeSample(count: 10, beaten: 5)), input("b", OutcomeSample(count: 10, beaten: 2))]
    let comparison = try RunComparison(runs, reference: "b/cnn")
    #expect(comparison.rows[1].differences[0]?.value == -0.3 && comparison.rows[1].differences[1] == nil)
    #expect(throws: InputError.self) { try RunComparison(runs, reference: "c") }
  }

  /// Budgets that only one run has are shown, and not compared.
  @Test func otherBudgetsStandAlone() throws {
    var wider = OutcomeSample(count: 10, beaten: 5)
    wider.epsilon = .init(text: "0.1", value: 0.1)
    let narrow = OutcomeSample(count: 10, beaten: 5)
    #expect(throws: InputError.self) { try RunComparison([input("a", narrow), input("b", wider)]) }
  }

  @Test func whatCannotBeComparedIsRefused() throws {
    let sample = OutcomeSample(count: 10, beaten: 5)
    #expect(throws: InputError.self) { try RunComparison([input("a", sample)]) }
    var apart = sample
    apart.ids = sample.ids.map { $0 + 1 }
    #expect(throws: InputError.self) { try RunComparison([input("a", sample), input("b", apart)]) }
    var other = sample
    other.attack = "bim"
    #expect(throws: InputError.self) { try RunComparison([input("a", sample), input("b", other)]) }
    var first = try input("a", sample)
    first.configuration.dataset.sha256 = "other"
    #expect(throws: InputError.self) { try RunComparison([first, input("b", sample)]) }
  }
}
