import Comparison
import Files
import Foundation
import Reports
import Runs
import TestSupport
import Testing

@Suite struct ComparisonReportTests {
  /// The two models of the sample run: 7 and 9 of ten images stand at ε = 0.1, 2 and 5 at 0.2.
  private func comparison(name: String = "caps") throws -> RunComparison {
    let folder = try TemporaryFolder()
    let configuration = Sample.configuration(name: name)
    let store = try RunStore.create(at: URL(filePath: folder("run.sqlite")), configuration: configuration)
    try store.append(Sample.records(configuration))
    return try RunComparison([RunComparison.Input(name: "run", store: store)])
  }

  @Test func csvHoldsPairsAndFlips() throws {
    let comparison = try comparison()
    let lines = ComparisonCSV.differences(comparison).split(separator: "\n").map(String.init)
    #expect(lines.count == 4 && Set(lines.map { $0.filter { $0 == "," }.count }) == [19])
    #expect(lines[3].hasPrefix("caps,cnn,fgsm,objective: cross-entropy,untargeted,0.2,0.2,10,5,2,3,0,0.300000,"))
    #expect(lines[3].contains(",0.25,0.75,exact,"))
    let flips = ComparisonCSV.flips(comparison).split(separator: "\n").map(String.init)
    #expect(flips.dropFirst().count == 2 + 3)
    #expect(flips[5] == "caps,cnn,fgsm,objective: cross-entropy,untargeted,0.2,0.2,4,caps")
  }

  @Test func pageIsWellFormedAndSelfContained() throws {
    let text = ComparisonHTML.text(try comparison(name: "<script>x</script>"))
    let markup = try #require(Markup(text))
    #expect(markup.all("script").isEmpty && markup.all("link").isEmpty && !text.contains("https:"))
    #expect(
      markup.all("section").compactMap { $0.attributes["id"] } == ["accuracy-1", "differences", "flips", "models"])
    #expect(markup.all("td").map(\.text).contains("+30.0 (−6.1 to +60.3), p = 0.750"))
    #expect(markup.all("path", in: "wide").count { $0.attributes["class"] == "mark" } == 6)
  }

  @Test func latexEscapesAndBalances() throws {
    let text = ComparisonLaTeX.text(try comparison(name: "a_b&c%"))
    #expect(text.contains("a\\_b\\&c\\%") && !text.contains("a_b"))
    let rows = text.split(separator: "\n").filter { $0.hasSuffix("\\\\") }
    #expect(rows.count == 4)
    #expect(rows.allSatisfy { $0.replacing("\\&", with: "").filter { $0 == "&" }.count == 4 })
    #expect(text.filter { $0 == "{" }.count == text.filter { $0 == "}" }.count)
  }

  @Test func textAndMarkdownHoldTheSameNumbers() throws {
    let comparison = try comparison()
    let cell = "70.0% (39.7–89.2)"
    #expect(ComparisonText.text(comparison).contains(cell) && ComparisonMarkdown.text(comparison).contains(cell))
    #expect(ComparisonMarkdown.text(comparison).contains("](accuracy-1.svg)"))
  }

  /// With more than two models, each has lines of its own: the table is no wider for many of them.
  @Test func textPutsManyModelsBelowEachOther() throws {
    let folder = try TemporaryFolder()
    let configuration = Sample.configuration(name: "caps")
    let store = try RunStore.create(at: URL(filePath: folder("run.sqlite")), configuration: configuration)
    try store.append(Sample.records(configuration))
    let inputs = try ["one", "two"].map { try RunComparison.Input(name: $0, store: store) }
    let text = ComparisonText.text(try RunComparison(inputs, reference: "one/cnn"))
    let lines = text.prefix(upTo: try #require(text.firstRange(of: "\n\n")).lowerBound).split(separator: "\n")
    #expect(lines[0].hasSuffix("difference from one/cnn"))
    // A header, a rule, a name and four models before any attack, and the same for two ε with a line for the attack.
    #expect(lines.count == 1 + 1 + 4 * (1 + 1) + 1 + 4 * (1 + 2))
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(lines.count { $0.hasSuffix("+30.0 (−6.1 to +60.3), p = 1.000") } == 2)
  }

  @Test func writerWritesEveryFile() throws {
    let folder = try TemporaryFolder()
    let names = try ComparisonWriter.write(comparison(), to: URL(filePath: folder.path, directoryHint: .isDirectory))
    #expect(
      names == ["differences.csv", "flips.csv", "compare.html", "compare.md", "compare.tex", "accuracy-1.svg"])
    #expect(try folder.names() == names.sorted())
  }
}
