public import Comparison
import Text

/// A comparison as an aligned table of plain text: two models side by side, more of them one below the other.
public enum ComparisonText {
  /// - Parameter width: the columns of a line.
  public static func text(_ comparison: RunComparison, width: Int = 80) -> String {
    let names = ComparisonNames(comparison)
    let table =
      comparison.columns.count == 2 ? names.table.terminal(width: width, words: 1) : below(comparison, names, width)
    let notes = (comparison.notes + [names.method]).flatMap { TextLines.wrapped($0, width: width) }
    return table + "\n" + notes.joined(separator: "\n") + "\n"
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

extension [String] {
  /// Each element where it first stands.
  fileprivate var uniqued: [String] {
    var seen = Set<String>()
    return filter { seen.insert($0).inserted }
  }
}
