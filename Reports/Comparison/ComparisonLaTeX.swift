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
    lines += names.table.blocks(words: 1, ruled: 1).map { $0.map { line($0.map(LaTeXText.escaped)) } ?? "\\midrule" }
    return (lines + ["\\bottomrule", "\\end{tabular}"]).joined(separator: "\n") + "\n"
  }

  private static func line(_ cells: [String]) -> String { cells.joined(separator: " & ") + " \\\\" }
}
