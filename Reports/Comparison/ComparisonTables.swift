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

/// A comparison as an aligned table of plain text: two models side by side, more of them one below the other.
public enum ComparisonText {
  /// - Parameter width: the columns of a line.
  public static func text(_ comparison: RunComparison, width: Int = 80) -> String {
    let names = ComparisonNames(comparison)
    let table = comparison.columns.count == 2 ? beside(comparison, names, width) : below(comparison, names, width)
    let notes = (comparison.notes + [names.method]).flatMap { TextLines.wrapped($0, width: width) }
    return table + "\n" + notes.joined(separator: "\n") + "\n"
  }

  private static func beside(_ comparison: RunComparison, _ names: ComparisonNames, _ width: Int) -> String {
    var rows: [[String]?] = [["attack", "ε"] + names.header]
    var previous = ""
    for row in comparison.rows {
      let title = names.title(row)
      if title != previous { rows.append(nil) }
      rows.append([title == previous ? "" : title, names.epsilon(row)] + names.cells(row))
      previous = title
    }
    return TextTable.aligned(rows, flushRight: 1..., width: width)
  }

  private static func below(_ comparison: RunComparison, _ names: ComparisonNames, _ width: Int) -> String {
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
    return TextTable.aligned(rows, flushRight: 2..., width: width)
  }
}

/// A comparison as LaTeX: one `tabular` to be input into a paper; it needs `booktabs`.
public enum ComparisonLaTeX {
  public static func text(_ comparison: RunComparison) -> String {
    let names = ComparisonNames(comparison)
    let columns = "ll" + String(repeating: "r", count: names.header.count)
    let data = LaTeXText.escaped("\(comparison.dataset.name) (\(comparison.dataset.split))")
    var lines = [
      "% \(comparison.images.count) images of \(data); needs booktabs",
      "\\begin{tabular}{\(columns)}", "\\toprule",
      line(["attack", "$\\varepsilon$"] + names.header.map(LaTeXText.escaped)),
    ]
    var previous: String?
    for row in comparison.rows {
      let title = names.title(row)
      if title != previous { lines.append("\\midrule") }
      lines.append(
        line(
          ([title == previous ? "" : title, names.epsilon(row)] + names.cells(row)).map(LaTeXText.escaped)))
      previous = title
    }
    return (lines + ["\\bottomrule", "\\end{tabular}"]).joined(separator: "\n") + "\n"
  }

  private static func line(_ cells: [String]) -> String { cells.joined(separator: " & ") + " \\\\" }
}

extension [String] {
  /// Each element where it first stands.
  fileprivate var uniqued: [String] {
    var seen = Set<String>()
    return filter { seen.insert($0).inserted }
  }
}
