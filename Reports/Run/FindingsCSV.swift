import Attacks
import Files
public import Runs

/// `findings.csv`: one line per finding of the trust checks, the worst first; a header alone if there is none.
public enum FindingsCSV {
  private static let header = [
    "severity", "check", "model", "attack", "attack_parameters", "goal", "epsilon", "epsilon_text", "title", "evidence",
    "remedy",
  ]

  public static func text(_ summary: RunSummary) -> String {
    let configuration = summary.configuration
    let models = configuration.distinctModelNames
    let rows = summary.findings.map { finding -> [String] in
      let scope = finding.scope
      var row = [finding.severity.rawValue, finding.check, scope.modelIndex.map { models[$0] } ?? ""]
      row += scope.attackIndex.map { configuration.attacks[$0].columns } ?? ["", ""]
      row.append(scope.goalIndex.map { configuration.goals[$0].rawValue } ?? "")
      row += scope.budgetIndex.map { configuration.budgets[$0].columns } ?? ["", ""]
      return row + [finding.title, finding.evidence, finding.remedy]
    }
    return CSV.text([header] + rows)
  }
}
