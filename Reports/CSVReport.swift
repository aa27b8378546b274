import Files
public import Runs
import Statistics

/// `accuracy.csv`: one line per model, attack, goal and ε, then the pointwise worst cases (RFC 4180, but lines end in LF).
///
/// `docs/summary-schema.md` says what each column holds. Shares and norms have six decimals.
public enum CSVReport {
  private static let header = [
    "model", "attack", "attack_parameters", "goal", "epsilon", "epsilon_text", "count", "correct", "accuracy",
    "accuracy_lower",
    "accuracy_upper", "clean_correct", "trials", "successes", "success_rate", "success_lower", "success_upper",
    "attacked", "mean_linf", "max_linf", "mean_l2", "max_l2", "forwards", "backwards",
  ]

  public static func text(_ summary: RunSummary) -> String {
    let configuration = summary.configuration
    let models = configuration.distinctModelNames
    var lines = [header]
    for cell in summary.results {
      var line = [models[cell.modelIndex]] + configuration.attacks[cell.attackIndex].columns
      line += [cell.goal.rawValue] + configuration.budgets[cell.budgetIndex].columns
      line += ["\(cell.count)", "\(cell.correct)"] + share(cell.accuracy)
      line += ["\(cell.cleanCorrect)", "\(cell.trials)", "\(cell.successes)"] + share(cell.successRate)
      line += ["\(cell.attacked)"]
      line += [cell.norms.meanLinf, cell.norms.maxLinf, cell.norms.meanL2, cell.norms.maxL2].map(decimal)
      lines.append(line + ["\(cell.forwards)", "\(cell.backwards)"])
    }
    for row in summary.worstCases {
      var line = [models[row.modelIndex], "worst-case", "", "all"] + configuration.budgets[row.budgetIndex].columns
      line += ["\(row.count)", "\(row.correct)"] + share(row.accuracy)
      lines.append(line + [String](repeating: "", count: 13))
    }
    return CSV.text(lines)
  }

  static func share(_ share: Proportion) -> [String] {
    [share.value.map(decimal) ?? "", decimal(share.lower), decimal(share.upper)]
  }

  static func decimal(_ value: Double) -> String { NumberFormat.fixed(value, 6) }
}
