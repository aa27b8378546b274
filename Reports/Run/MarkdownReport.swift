import Figures
public import Runs
import Text

/// `report.md`: the findings, the figures by name, the tables, methods and provenance.
public enum MarkdownReport {
  /// - Parameter survival: of all exported examples; unknown if nil.
  public static func text(_ summary: RunSummary, survival: ExportSurvival? = nil) -> String {
    let figures = RunFigure.all(of: summary).map { figure in
      [
        "title": escaped(figure.plot.title), "id": figure.id, "caption": escaped(figure.caption),
        "table": MarkdownText.table(
          header: ["ε"] + figure.plot.series.map(\.name), rows: figure.rows.map { [$0.epsilon] + $0.cells }),
      ]
    }
    let results = MarkdownText.table(
      header: ["model, attack, goal"] + ResultTable.columns(summary.configuration),
      rows: ResultTable.groups(summary).flatMap { group in group.rows.map { [group.name] + $0 } })
    let verdict = Verdict(summary)
    var values: [String: Any] =
      [
        "title": escaped(HTMLReport.title(summary)),
        "headline": escaped(verdict.headline),
        "findings": escaped((ResultSentences(summary).sentences + verdict.sentences.suffix(1)).joined(separator: " ")),
        "checks": checks(summary),
        "figures": figures,
        "results": results, "curveCaption": escaped(CurveTable.caption),
        "curves": MarkdownText.table(
          header: ["model, attack, goal"] + CurveTable.columns,
          rows: CurveTable.rows(summary).map { [$0.name] + $0.cells }),
        "methods": Methods.entries(summary.configuration).map(entryValues),
        "provenance": Provenance.entries(summary).map(entryValues),
      ]
    if let ranking = verdict.ranking {
      values["ranking"] = [
        "caption": escaped(ResultSentences.unbroken(ranking.caption)),
        "table": MarkdownText.table(header: ranking.columns, rows: ranking.cells, flushLeft: 2),
      ]
    }
    if let survival { values["survival"] = escaped(survival.sentence) }
    return Templates.render(PackageResources.report_md_mustache, values)
  }

  private static func checks(_ summary: RunSummary) -> [String: Any] {
    let checks = TrustText(summary)
    var values: [String: Any] = [
      "verdict": escaped(checks.verdict),
      "findings": checks.findings.map {
        [
          "severity": $0.severity.rawValue, "title": escaped($0.title), "place": escaped(checks.place($0)),
          "evidence": escaped($0.evidence), "remedy": escaped($0.remedy), "check": escaped($0.check),
        ]
      },
    ]
    if !checks.rows.isEmpty {
      values["table"] = MarkdownText.table(
        header: ["check", "what holds if it passes", "outcome"],
        rows: checks.rows.map { [$0.name, $0.claim, $0.outcome] }, flushLeft: 3)
    }
    return values
  }

  private static func entryValues(_ entry: (term: String, text: String)) -> [String: String] {
    ["term": escaped(entry.term), "text": escaped(entry.text)]
  }

  private static func escaped(_ text: String) -> String { MarkdownText.escaped(text) }
}
