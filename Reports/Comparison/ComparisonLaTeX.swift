public import Comparison
import Runs
import Text

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
