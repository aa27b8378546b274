import Evaluation
import Reports
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

  /// cnn: 10, 7 and 2 of 10 images at ε = 0, 0.1 and 0.2; caps: 10, 9 and 5.
  @Test func saysWhereHalfIsLost() throws {
    var summary = Sample.summary()
    summary.findings = []
    #expect(
      try verdict(summary).headline
        == "cnn loses 80.0% of its right answers at ε = 0.2; caps loses 50.0% of its right answers at ε = 0.2.")
    for index in summary.results.indices where summary.results[index].modelIndex == 1 {
      summary.results[index].correct = max(summary.results[index].correct, 6)
    }
    #expect(
      try verdict(summary).headline
        .hasSuffix("; caps keeps 60.0% of its right answers up to ε = 0.2, the largest tried."))
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
    #expect(verdict.sentences.contains("--attack bim"))
  }
}
