public import Evaluation
import Files

/// `findings.csv`: one line per finding of the trust checks, the worst first; a header alone if there is none.
public enum FindingsCSV {
  private static let header = [
    "severity", "check", "model", "attack", "goal", "epsilon", "title", "evidence", "remedy",
  ]

  public static func text(_ summary: RunSummary) -> String {
    let names = Names.forPrograms(summary.configuration)
    let rows = summary.findings.map { finding in
      let scope = finding.scope
      return [
        finding.severity.rawValue, finding.check, scope.modelIndex.map { names.models[$0] } ?? "",
        scope.attackIndex.map { names.attacks[$0] } ?? "",
        scope.goalIndex.map { summary.configuration.goals[$0].rawValue } ?? "",
        scope.budgetIndex.map { summary.configuration.budgets[$0].text } ?? "", finding.title, finding.evidence,
        finding.remedy,
      ]
    }
    return CSV.text([header] + rows)
  }
}
