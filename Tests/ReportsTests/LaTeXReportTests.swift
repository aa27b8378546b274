import Attacks
import Comparison
import Foundation
import Reports
import Runs
import Testing

@Suite struct LaTeXReportTests {
  private func summary(_ attacks: [(name: String, objective: String)], name: String = "caps") -> RunSummary {
    var configuration = Sample.configuration(name: name)
    configuration.attacks = attacks.map {
      .init(
        name: $0.name, parameters: [], objective: $0.objective, description: "\($0.name)(objective: \($0.objective))")
    }
    let records = attacks.indices.flatMap { attack in
      Sample.records(configuration).map { record in
        var record = record
        record.attack = attack
        return record
      }
    }
    return RunSummary(configuration: configuration, records: records)
  }

  private func keys(_ text: String, _ pattern: Regex<(Substring, Substring)>) -> Set<String> {
    Set(text.matches(of: pattern).flatMap { $0.output.1.split(separator: ",").map(String.init) })
  }

  @Test func everyFigureIsATableWithCaptionAndLabel() throws {
    let text = LaTeXReport.text(Sample.summary(goals: [.untargeted, .each]))
    #expect(text.ranges(of: "\\begin{table}").count == 3 && text.ranges(of: "\\end{table}").count == 3)
    #expect(text.ranges(of: "\\caption{").count == 3)
    let labels = text.matches(of: #/\\label\{(tab:[a-z0-9-]+)\}/#).map { String($0.output.1) }
    #expect(Set(labels).count == 3 && labels[0].hasPrefix("tab:accuracy-"))
    #expect(text.contains("10 images of shapes (test)"))
    #expect(text.contains("0.1 & 70.0 (39.7--89.2) & 90.0 (59.6--98.2) \\\\"))
    #expect(text.filter { $0 == "{" }.count == text.filter { $0 == "}" }.count)
    // What is not in the fonts of LaTeX is a command.
    #expect(!text.contains("ε") && !text.contains("–"))
  }

  @Test func namesAreEscaped() {
    let text = LaTeXReport.text(summary([("fgsm", "cross-entropy")], name: "a_b&c%$"))
    #expect(text.contains("a\\_b\\&c\\%\\$") && !text.contains("a_b"))
  }

  /// Everything that is cited is in the bibliography, once, and nothing else is.
  @Test(arguments: [
    ([("fgsm", "cross-entropy")], ["goodfellow2015explaining"]),
    ([("bim", "margin")], ["kurakin2017adversarial", "carlini2017towards"]),
    (
      [("fgsm", "dlr"), ("bim", "dlr"), ("bim", "own-loss")],
      ["goodfellow2015explaining", "kurakin2017adversarial", "croce2020reliable"]
    ),
  ])
  func bibliographyHoldsWhatIsCited(attacks: [(String, String)], works: [String]) {
    let summary = summary(attacks.map { (name: $0.0, objective: $0.1) })
    let bibliography = Bibliography.text(summary)
    let entries = bibliography.matches(of: #/@[a-z]+\{([a-z0-9]+),/#).map { String($0.output.1) }
    #expect(entries.count == Set(entries).count)
    #expect(Set(entries) == Set(works + ["wilson1927probable"]))
    #expect(keys(LaTeXReport.text(summary), #/\\cite\{([a-z0-9,]+)\}/#) == Set(entries))
    for field in ["author", "title", "year"] {
      #expect(bibliography.ranges(of: "  \(field) = {").count == entries.count)
    }
    #expect(bibliography.filter { $0 == "{" }.count == bibliography.filter { $0 == "}" }.count)
  }

  /// Many curves become several tables below each other, none wider than a line.
  @Test func wideTablesAreSplit() {
    let text = LaTeXReport.text(
      summary([("fgsm", "cross-entropy"), ("bim", "cross-entropy"), ("bim", "margin")], name: "matrix-capsules-small"))
    let rows = text.split(separator: "\n").filter { $0.hasSuffix("\\\\") }
    #expect(text.ranges(of: "\\begin{tabular}").count > text.ranges(of: "\\begin{table}").count)
    #expect(rows.count { $0.contains("0.2 & ") } >= 3 && rows.allSatisfy { $0.count <= 90 })
  }
}
