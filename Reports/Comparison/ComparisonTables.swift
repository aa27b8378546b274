public import Evaluation
import Files

/// A comparison as CSV: all differences, and every image that flipped.
public enum ComparisonCSV {
  /// `differences.csv`: one line per model, attack, goal and ε.
  public static func differences(_ comparison: RunComparison) -> String {
    let header = [
      "model", "reference", "attack", "goal", "epsilon", "epsilon_text", "count", "correct", "reference_correct",
      "gained", "lost", "difference", "difference_lower", "difference_upper", "p", "p_adjusted", "test", "odds_ratio",
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
    var lines = [["model", "reference", "attack", "goal", "epsilon", "epsilon_text", "image", "right_in"]]
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
    [
      row.attack ?? "none", row.goal?.rawValue ?? "", row.budget.map { "\($0.value)" } ?? "0.0",
      row.budget?.text ?? "0",
    ]
  }
}

/// A comparison as an aligned table of plain text: two models side by side, more of them one below the other.
public enum ComparisonText {
  public static func text(_ comparison: RunComparison) -> String {
    let names = ComparisonNames(comparison)
    let notes = (comparison.notes + [names.method]).joined(separator: "\n")
    return (comparison.columns.count == 2 ? beside(comparison, names) : below(comparison, names)) + "\n" + notes + "\n"
  }

  private static func beside(_ comparison: RunComparison, _ names: ComparisonNames) -> String {
    var rows: [[String]?] = [["attack", "ε"] + names.header]
    var previous = ""
    for row in comparison.rows {
      let title = names.title(row)
      if title != previous { rows.append(nil) }
      rows.append([title == previous ? "" : title, names.epsilon(row)] + names.cells(row))
      previous = title
    }
    return TextTable.aligned(rows, flushRight: 1...)
  }

  private static func below(_ comparison: RunComparison, _ names: ComparisonNames) -> String {
    var rows: [[String]?] = [["attack", "model", "ε", "accuracy", "difference from \(names.reference)"]]
    for title in comparison.rows.map(names.title).uniqued {
      rows.append(nil)
      var shownTitle = title
      for (column, model) in comparison.columns.enumerated() {
        var label = model.label
        for row in comparison.rows where names.title(row) == title {
          guard let accuracy = row.accuracies[column] else { continue }
          let difference = row.differences[column].map(names.text) ?? ""
          rows.append([shownTitle, label, names.epsilon(row), accuracy.text, difference])
          (shownTitle, label) = ("", "")
        }
      }
    }
    return TextTable.aligned(rows, flushRight: 2...)
  }
}

/// A comparison as LaTeX: one `tabular` to be input into a paper; it needs `booktabs`.
public enum ComparisonLaTeX {
  public static func text(_ comparison: RunComparison) -> String {
    let names = ComparisonNames(comparison)
    let columns = "ll" + String(repeating: "r", count: names.header.count)
    var lines = [
      "% \(comparison.images.count) images of \(comparison.dataset.name) (\(comparison.dataset.split)); needs booktabs",
      "\\begin{tabular}{\(columns)}", "\\toprule", line(["attack", "$\\varepsilon$"] + names.header.map(escaped)),
    ]
    var previous: String?
    for row in comparison.rows {
      let title = names.title(row)
      if title != previous { lines.append("\\midrule") }
      lines.append(
        line([title == previous ? "" : escaped(title), escaped(names.epsilon(row))] + names.cells(row).map(escaped)))
      previous = title
    }
    return (lines + ["\\bottomrule", "\\end{tabular}"]).joined(separator: "\n") + "\n"
  }

  private static func line(_ cells: [String]) -> String { cells.joined(separator: " & ") + " \\\\" }

  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\textbackslash{}"
      case "&", "%", "$", "#", "_", "{", "}": result += "\\\(character)"
      case "~": result += "\\textasciitilde{}"
      case "^": result += "\\textasciicircum{}"
      case "−": result += "$-$"
      case "–": result += "--"
      case "+": result += "$+$"
      case "<": result += "$<$"
      case ">": result += "$>$"
      default: result.append(character)
      }
    }
    return result
  }
}

extension [String] {
  /// Each element where it first stands.
  fileprivate var uniqued: [String] {
    var seen = Set<String>()
    return filter { seen.insert($0).inserted }
  }
}
