import Attacks
import Comparison
import Foundation
import Reports
import Runs
import Statistics
import TestSupport
import Testing

/// The report says of two models what `robust compare` says of them.
@Suite struct PairedSentencesTests {
  /// The findings of the page, and those of the Markdown.
  private func sentences(_ summary: RunSummary) throws -> [String] {
    let markup = try #require(Markup(HTMLReport.text(summary, rows: [])))
    return markup.all("li", in: "lead").map { $0.text.replacing("\u{A0}", with: " ") }
  }

  private func overlap(_ a: Proportion, _ b: Proportion) -> Bool { a.lower <= b.upper && b.lower <= a.upper }

  /// 12 and 22 of 40 images: Wilson's intervals overlap, but the second model gets all right that the first does, so that p
  /// is 2 · 2⁻¹⁰. Then 8 and 22 of 40: the intervals are apart, but 8 images speak for the one and 22 for the other.
  @Test(arguments: [
    (first: Set(0..<12), second: Set(0..<22), overlaps: true, differs: true),
    (first: Set(0..<8), second: Set(18..<40), overlaps: false, differs: false),
  ])
  func theIntervalsDoNotDecide(first: Set<Int>, second: Set<Int>, overlaps: Bool, differs: Bool) throws {
    let run = PairedRun(count: 40, correct: [[first, [], []], [second, [], []]])
    let summary = run.summary
    let cells = summary.results.filter { $0.budgetIndex == 1 }
    #expect(overlap(cells[0].accuracy, cells[1].accuracy) == overlaps)
    let comparison = try run.comparison()
    let row = try #require(comparison.rows.first { $0.budget?.text == "0.1" })
    let difference = try #require(row.differences[1])
    #expect((difference.adjustedPValue <= 0.05) == differs)
    let lead = try sentences(summary)
    let sentence = try #require(lead.first { $0.hasPrefix("There ") })
    #expect(sentence.contains("withstands it better than") == differs)
    #expect(sentence.contains("do not settle") == !differs)
    #expect(!lead.joined().contains("overlap"))
    // The very numbers of compare, in every format.
    let numbers = try #require(ComparisonCell.text(comparison, "0.1"))
    #expect(sentence.contains(numbers))
    #expect(MarkdownReport.text(summary).replacing("\u{A0}", with: " ").replacing("\\", with: "").contains(numbers))
    #expect(ComparisonMarkdown.text(comparison).contains("no difference that these images prove") == !differs)
  }

  /// The summary holds every difference that compare finds.
  @Test func theSummaryHoldsWhatCompareFinds() throws {
    let run = PairedRun(
      count: 30, correct: [[Set(0..<25), Set(0..<10)], [Set(5..<29), Set(3..<20)], [Set(0..<30), Set(20..<30)]],
      attacks: ["fgsm", "bim"], modelNames: ["cnn", "caps", "other"])
    let comparison = try run.comparison()
    let found = run.summary.pairedDifferences
    let expected = comparison.rows.flatMap { row in
      [1, 2].map { (row, row.differences[$0]!, $0) }
    }
    #expect(found.count == expected.count && found.count == 2 * (1 + 2 * 2))
    for (ours, (row, theirs, model)) in zip(found, expected) {
      #expect(ours.modelIndex == model && ours.referenceIndex == 0)
      #expect(ours.attackIndex.map { run.configuration.attacks[$0].description } == row.attack)
      #expect(ours.epsilonText == row.budget?.text ?? "0" && ours.goal == row.goal)
      #expect(ours.count == 30 && ours.difference == theirs.value && ours.pValue == theirs.mcNemar.pValue)
      #expect(ours.onlyModel == theirs.gained.count && ours.onlyReference == theirs.lost.count)
      #expect(ours.adjustedPValue == theirs.adjustedPValue && ours.lower...ours.upper == theirs.interval)
    }
    // The store gives the same as the records.
    let folder = try TemporaryFolder()
    let store = try RunStore.create(at: URL(filePath: folder("run.sqlite")), configuration: run.configuration)
    #expect(try RunSummary(of: store).pairedDifferences.isEmpty, "nothing was attacked yet")
    try store.append(run.records)
    #expect(try RunSummary(of: store) == run.summary)
  }

  /// cnn is ahead by 10 of 30 images at 0.1, caps by 10 at 0.3, neither at 0.2, where one image speaks for caps.
  @Test func saysWhereCurvesCross() throws {
    let run = PairedRun(
      count: 30,
      correct: [[Set(0..<30), Set(0..<15), Set(0..<5)], [Set(0..<20), Set(0..<16), Set(0..<15)]])
    let lead = try sentences(run.summary).joined(separator: " ")
    #expect(
      lead.contains(
        "The curves of cnn and caps cross between ε = 0.1 and 0.2: beyond chance, cnn is ahead at ε = 0.1, caps at ε = 0.3."
      ))
    let parallel = PairedRun(count: 30, correct: [[Set(0..<20), Set(0..<10)], [Set(0..<25), Set(0..<15)]])
    #expect(try !sentences(parallel.summary).joined().contains("cross"))
    let touching = PairedRun(count: 30, correct: [[Set(0..<20), Set(0..<10)], [Set(0..<20), Set(0..<11)]])
    #expect(try !sentences(touching.summary).joined().contains("cross"))
    let twice = PairedRun(
      count: 30, correct: [[Set(0..<20), Set(0..<18), Set(0..<4)], [Set(0..<19), Set(0..<19), Set(0..<3)]])
    #expect(
      try sentences(twice.summary).joined().contains(
        "cross between ε = 0.1 and 0.2 and between ε = 0.2 and 0.3: beyond chance, cnn is ahead at no ε, caps at no ε.")
    )
  }

  /// One ε and one verb for all, from the best to the worst; equal models share a rank.
  @Test func ranksAllModelsAtOneBudget() throws {
    let run = PairedRun(
      count: 20, correct: [[Set(0..<18), Set(0..<4)], [Set(0..<19), Set(0..<9)], [Set(0..<17), Set(0..<4)]],
      modelNames: ["cnn", "caps", "other"])
    let markup = try #require(Markup(HTMLReport.text(run.summary, rows: [])))
    let headline = try #require(markup.all("p").first { $0.attributes["class"] == "headline" }).text
    #expect(
      headline.replacing("\u{A0}", with: " ")
        == "At ε = 0.2, caps keeps 45.0%, cnn 20.0% and other 20.0% of all images right under FGSM.")
    #expect(markup.all("th", in: "ranking").suffix(3).map(\.text) == ["caps", "cnn", "other"])
    let cells = markup.all("td", in: "ranking").map(\.text)
    #expect(cells.count == 3 * 5)
    #expect(stride(from: 0, to: 15, by: 5).map { cells[$0] } == ["1", "2", "2"])
    #expect(cells[1...3] == ["100.0%", "45.0%", "25.8–65.8"])
    let comparison = try run.comparison()
    #expect(cells[4] == ComparisonCell.text(comparison, "0.2") && cells[9] == "–")
    #expect(MarkdownReport.text(run.summary).contains("| 1 | caps | 100.0% | 45.0% | 25.8–65.8 | "))
    let caption = try #require(markup.all("caption").first).text.replacing("\u{A0}", with: " ")
    #expect(caption.contains("the smallest ε of this run that leaves at most half"))
  }
}

/// How `robust compare` words the difference of the second model.
private enum ComparisonCell {
  static func text(_ comparison: RunComparison, _ epsilon: String) -> String? {
    let lines = ComparisonMarkdown.text(comparison).split(separator: "\n").filter { $0.hasPrefix("| ") }
    let row = lines.first { line in line.contains(" | \(epsilon) | ") }
    // attack, ε, an accuracy for each model, and the differences.
    return row?.split(separator: "|").dropFirst(2 + comparison.columns.count).first
      .map { $0.drop { $0 == " " } }.map { String($0.reversed().drop { $0 == " " }.reversed()) }
      // Markdown would take a plus at the start for a list.
      .map { $0.replacing("\\", with: "") }
  }
}
