import Foundation
import Reports
import Runs
import TestSupport
import Testing

/// Findings, and the checks without one, in every report.
@Suite struct TrustTextTests {
  private let summary = Sample.summary(checks: Sample.checks)

  @Test func csvHasALineForEachTheWorstFirst() {
    let expected = """
      severity,check,model,attack,attack_parameters,goal,epsilon,epsilon_text,title,evidence,remedy
      error,zero-gradients,caps,fgsm,objective: cross-entropy,untargeted,0.2,0.2,FGSM failed,Zero for 7 of 10 <images>.,'--objective margin
      warning,more-steps,cnn,,,,,,"FGSM stops, too early",It was 3 of 10.,take more steps

      """
    #expect(FindingsCSV.text(summary) == expected)
    #expect(FindingsCSV.text(Sample.summary()).split(separator: "\n").count == 1)
  }

  @Test func jsonHoldsThemInFull() throws {
    let data = try JSONReport.data(summary)
    #expect(try JSONReport.summary(from: data) == summary)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let findings = try #require(object["findings"] as? [[String: Any]])
    #expect(findings.map { $0["severity"] as? String } == ["error", "warning"])
    #expect((findings[0]["numbers"] as? [String: Double])?["share"] == 0.7)
    #expect((findings[0]["scope"] as? [String: Int])?["budgetIndex"] == 2)
    #expect((findings[1]["scope"] as? [String: Int]) == ["modelIndex": 0])
    let checks = try #require(object["checks"] as? [[String: String]])
    #expect(checks.map { $0["verdict"] } == ["found", "found", "not-applicable", "passed"])
    #expect(checks[2]["reason"] == "one model only")
  }

  @Test func terminalSaysItShort() {
    let expected = """
      This evaluation is not trustworthy: 1 finding shows that an attack or a model
      did not work as it must. 1 of 3 trust checks that apply passed.

      error: FGSM failed [zero-gradients]
        Zero for 7 of 10 <images>.
        → --objective margin

      warning: FGSM stops, too early [more-steps]
        It was 3 of 10.
        → take more steps

      """
    #expect(TerminalFindings.text(summary) == expected)
    #expect(TerminalFindings.text(Sample.summary()) == "No trust checks were run.\n")
  }

  @Test(arguments: [
    (Finding.Severity.warning, "Read these numbers with care: 1 warning says"), (.note, "The numbers stand; "),
  ])
  func verdictFollowsTheWorst(severity: Finding.Severity, beginning: String) {
    var report = Sample.checks
    report.findings = [report.findings[0]]
    report.findings[0].severity = severity
    #expect(TerminalFindings.text(Sample.summary(checks: report)).hasPrefix(beginning))
  }

  @Test func silenceIsSaidToBeAPass() throws {
    var report = Sample.checks
    report.findings = []
    report.checks.removeFirst(2)
    let text = TerminalFindings.text(Sample.summary(checks: report))
    #expect(text == "The one trust check that applies passed.\n")
  }

  @Test func markdownHasFindingsAndATable() {
    let text = MarkdownReport.text(summary)
    let finding =
      "- **error: FGSM failed** (zero-gradients: caps, FGSM, untargeted, ε = 0.2). Zero for 7 of 10 &lt;images>."
    #expect(text.contains(finding))
    #expect(text.contains("| transfer | transfer is weaker | not applicable: one model only |"))
    #expect(text.contains("| non-finite | nothing is NaN | passed |"))
    #expect(text.contains("| zero-gradients | no gradient is zero | 1 finding |"))
    #expect(MarkdownReport.text(Sample.summary()).contains("## Trust checks\n\nNo trust checks were run.\n"))
  }

  @Test func pageHasFindingsAndATable() throws {
    let markup = try #require(Markup(HTMLReport.text(summary, rows: [])))
    #expect(markup.all("section").first?.attributes["id"] == "checks")
    let cells = markup.all("td", in: "checks").map(\.text)
    #expect(cells.contains("not applicable: one model only") && cells.contains("more steps gain <little>"))
    #expect(markup.all("span").filter { $0.attributes["class"] == "error" }.map(\.text) == ["error"])
    #expect(markup.all("dd").contains { $0.text.contains("Zero for 7 of 10 <images>.") })
    #expect(markup.all("table").count == markup.all("caption").count)
  }
}
