import Reports
import Runs
import TestSupport
import Testing

@Suite struct VerdictTests {
  /// The verdict's class, headline and sentences, as the page shows them.
  private func verdict(_ summary: RunSummary) throws -> (trust: String, headline: String, sentences: String) {
    let markup = try #require(Markup(HTMLReport.text(summary, rows: [])))
    let box = try #require(markup.all("div").first { $0.attributes["class"]?.hasPrefix("verdict") == true })
    let style = try #require(box.attributes["class"])
    let texts = markup.all("p", in: style).map { $0.text.replacing("\u{A0}", with: " ") }
    return (String(style.dropFirst("verdict trust-".count)), texts[0], texts[1])
  }

  /// cnn: 10, 7 and 2 of 10 images at ε = 0, 0.1 and 0.2; caps: 10, 9 and 5. At 0.2, 7 of 20 are left: less than half.
  @Test func comparesAtOneBudget() throws {
    var summary = Sample.summary()
    summary.findings = []
    #expect(
      try verdict(summary).headline == "At ε = 0.2, caps keeps 50.0% and cnn 20.0% of all images right under FGSM.")
    // With 14 of 20 left at every ε, the largest is taken.
    for index in summary.results.indices where summary.results[index].budgetIndex > 0 {
      summary.results[index].correct = 7
    }
    #expect(try verdict(summary).headline.hasPrefix("At ε = 0.2, "))
    let markdown = MarkdownReport.text(summary).replacing("\u{A0}", with: " ")
    #expect(markdown.contains("the largest ε of this run: no ε leaves less than half of what was right"))
  }

  @Test func nothingIsRankedByAFailedEvaluation() throws {
    let failed = try #require(Markup(HTMLReport.text(Sample.summary(checks: Sample.checks), rows: [])))
    #expect(failed.all("table").allSatisfy { $0.attributes["class"] != "ranking" })
    let sound = try #require(Markup(HTMLReport.text(Sample.summary(), rows: [])))
    #expect(sound.all("table").contains { $0.attributes["class"] == "ranking" })
  }

  @Test(arguments: [
    (Finding.Severity.error, "error"), (.warning, "warning"), (.note, "good"),
  ]) func followsTheWorstFinding(severity: Finding.Severity, trust: String) throws {
    var summary = Sample.summary(checks: Sample.checks)
    summary.findings = [
      Finding(check: "zero-gradients", severity: severity, title: "title", evidence: "evidence", remedy: "remedy")
    ]
    let verdict = try verdict(summary)
    #expect(verdict.trust == trust)
    #expect(verdict.headline.hasPrefix("These numbers say nothing about robustness") == (severity == .error))
  }

  @Test func withoutChecksNothingIsVouchedFor() throws {
    var summary = Sample.summary()
    (summary.findings, summary.checks) = ([], [])
    let verdict = try verdict(summary)
    #expect(verdict.trust == "unchecked" && verdict.sentences.hasPrefix("No trust checks were run."))
    // One step of FGSM is all there was.
    #expect(verdict.sentences.contains("(attacks: pgd)"))
  }
}
