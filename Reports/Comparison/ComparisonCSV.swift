import Attacks
public import Comparison
import Files
import Runs
import Statistics

/// A comparison as CSV: all differences, and every image that flipped.
public enum ComparisonCSV {
  /// `differences.csv`: one line per model, attack, goal and ε.
  public static func differences(_ comparison: RunComparison) -> String {
    let header = [
      "model", "reference", "attack", "attack_parameters", "goal", "epsilon", "epsilon_text", "count", "correct",
      "reference_correct", "gained", "lost", "difference", "difference_lower", "difference_upper", "p", "p_adjusted",
      "test", "odds_ratio",
      "cohens_g",
    ]
    let reference = comparison.columns[comparison.reference].label
    var lines = [header]
    for row in comparison.rows {
      for (column, difference) in row.differences.enumerated() {
        guard let difference else { continue }
        let pairs = difference.pairs
        lines.append(
          [comparison.columns[column].label, reference] + place(row)
            + [pairs.count, pairs.first, pairs.second, pairs.onlyFirst, pairs.onlySecond].map(String.init)
            + [difference.value, difference.interval.lowerBound, difference.interval.upperBound].map(CSVReport.decimal)
            + ["\(difference.mcNemar.pValue)", "\(difference.adjustedPValue)", difference.mcNemar.method.rawValue]
            + [pairs.oddsRatio, pairs.cohensG].map { $0.map(CSVReport.decimal) ?? "" })
      }
    }
    return CSV.text(lines)
  }

  /// `flips.csv`: one line per image that only one of the two gets right.
  public static func flips(_ comparison: RunComparison) -> String {
    let reference = comparison.columns[comparison.reference].label
    var lines = [
      ["model", "reference", "attack", "attack_parameters", "goal", "epsilon", "epsilon_text", "image", "right_in"]
    ]
    for row in comparison.rows {
      for (column, difference) in row.differences.enumerated() {
        guard let difference else { continue }
        let label = comparison.columns[column].label
        let images = difference.gained.map { ($0, label) } + difference.lost.map { ($0, reference) }
        for (image, right) in images.sorted(by: { $0.0 < $1.0 }) {
          lines.append([label, reference] + place(row) + ["\(image)", right])
        }
      }
    }
    return CSV.text(lines)
  }

  private static func place(_ row: RunComparison.Row) -> [String] {
    let attack = row.attack.map { RunConfiguration.Attack.columns(of: $0) } ?? ["none", ""]
    return attack + [row.goal?.rawValue ?? ""] + (row.budget?.columns ?? ["0.0", "0"])
  }
}
