import Attacks
import Files
public import Runs
import Statistics
import Text

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

  /// The columns of a norm that is neither L∞ nor L2, if the run is in one: at the end, so that the others stay where they are.
  private static func ownColumns(_ configuration: RunConfiguration) -> [String] {
    let name = configuration.norm.name
    return [LInfinity().name, L2().name].contains(name) ? [] : ["mean_\(name)", "max_\(name)"]
  }

  public static func text(_ summary: RunSummary) -> String {
    let configuration = summary.configuration
    let models = configuration.distinctModelNames
    let own = ownColumns(configuration)
    var lines = [header + own]
    for cell in summary.results {
      var line = [models[cell.modelIndex]] + configuration.attacks[cell.attackIndex].columns
      line += [cell.goal.rawValue] + configuration.budgets[cell.budgetIndex].columns
      line += ["\(cell.count)", "\(cell.correct)"] + share(cell.accuracy)
      line += ["\(cell.cleanCorrect)", "\(cell.trials)", "\(cell.successes)"] + share(cell.successRate)
      line += ["\(cell.attacked)"]
      line += [cell.norms.meanLinf, cell.norms.maxLinf, cell.norms.meanL2, cell.norms.maxL2].map(decimal)
      line += ["\(cell.forwards)", "\(cell.backwards)"]
      lines.append(line + (own.isEmpty ? [] : [cell.norms.ofRun.mean, cell.norms.ofRun.max].map(decimal)))
    }
    for row in summary.worstCases {
      var line = [models[row.modelIndex], "worst-case", "", "all"] + configuration.budgets[row.budgetIndex].columns
      line += ["\(row.count)", "\(row.correct)"] + share(row.accuracy)
      lines.append(line + [String](repeating: "", count: 13 + own.count))
    }
    return CSV.text(lines)
  }

  static func share(_ share: Proportion) -> [String] {
    [share.value.map(decimal) ?? "", decimal(share.lower), decimal(share.upper)]
  }

  static func decimal(_ value: Double) -> String { NumberFormat.fixed(value, 6) }
}
