public import Evaluation
import Files

/// `accuracy.csv`: one line per model, attack, goal and ε, then the pointwise worst cases (RFC 4180, but lines end in LF).
///
/// `docs/summary-schema.md` says what each column holds. Shares and norms have six decimals.
public enum CSVReport {
  private static let header = [
    "model", "attack", "goal", "epsilon", "epsilon_text", "count", "correct", "accuracy", "accuracy_lower",
    "accuracy_upper", "clean_correct", "trials", "successes", "success_rate", "success_lower", "success_upper",
    "attacked", "mean_linf", "max_linf", "mean_l2", "max_l2", "forwards", "backwards",
  ]

  public static func text(_ summary: RunSummary) -> String {
    let names = Names.forPrograms(summary.configuration)
    var lines = [header]
    for cell in summary.results {
      lines.append(
        [
          names.models[cell.modelIndex], names.attacks[cell.attackIndex],
          cell.goal.rawValue, "\(cell.epsilon)", cell.epsilonText, "\(cell.count)", "\(cell.correct)",
        ] + share(cell.accuracy) + ["\(cell.cleanCorrect)", "\(cell.trials)", "\(cell.successes)"]
          + share(cell.successRate) + ["\(cell.attacked)"]
          + [cell.norms.meanLinf, cell.norms.maxLinf, cell.norms.meanL2, cell.norms.maxL2].map(decimal)
          + ["\(cell.forwards)", "\(cell.backwards)"])
    }
    for row in summary.worstCases {
      lines.append(
        [
          names.models[row.modelIndex], "worst-case", "all", "\(row.epsilon)", row.epsilonText, "\(row.count)",
          "\(row.correct)",
        ] + share(row.accuracy) + [String](repeating: "", count: 13))
    }
    return CSV.text(lines)
  }

  static func share(_ share: Proportion) -> [String] {
    [share.value.map(decimal) ?? "", decimal(share.lower), decimal(share.upper)]
  }

  static func decimal(_ value: Double) -> String { NumberFormat.fixed(value, 6) }
}
