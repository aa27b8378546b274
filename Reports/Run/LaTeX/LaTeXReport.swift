import Attacks
import Figures
public import Runs
import Text

/// `report.tex`: a table for each figure of a run, with caption and label, to be input into a paper that loads `booktabs`.
public enum LaTeXReport {
  /// Characters that fit beside each other in a line of small print of an article of one column.
  private static let lineLength = 66

  public static func text(_ summary: RunSummary) -> String {
    let head = """
      % Tables of a run of robust \(summary.toolVersion), configuration \(summary.configurationHash.prefix(12)).
      % In the preamble: \\usepackage{booktabs}. Here: \\input{report}. At the end: \\bibliography{references}.

      """
    return head + RunFigure.all(of: summary).map { "\n" + table($0, summary) }.joined()
  }

  private static func table(_ figure: RunFigure, _ summary: RunSummary) -> String {
    """
    \\begin{table}
      \\centering
      \\small
      \\caption{\(caption(figure, summary))}
      \\label{tab:\(figure.id)-\(summary.configurationHash.prefix(8))}
    \(parts(figure).map { tabular(figure, columns: $0) }.joined(separator: "  \\par\\medskip\n"))\\end{table}

    """
  }

  private static func caption(_ figure: RunFigure, _ summary: RunSummary) -> String {
    let (configuration, names) = (summary.configuration, Names(summary.configuration))
    let attacks = configuration.attacks.enumerated().map { index, attack in
      let works = Bibliography.works(of: attack).map(\.key).joined(separator: ",")
      return escaped(names.attacks[index] + (attack.objective.map { " on \(objective($0))" } ?? ""))
        + (works.isEmpty ? "" : "~\\cite{\(works)}")
    }
    let dataset = configuration.dataset
    return escaped("\(figure.plot.title). \(figure.definition) In per cent, with 95% intervals")
      + "~\\cite{\(BibliographyEntry.scoreInterval.key)}"
      + escaped(
        "; \(NumberFormat.grouped(dataset.count)) images of \(dataset.title); ε \(configuration.norm.unit). "
          + (attacks.count > 1 ? "Attacks: " : "Attack: "))
      + ResultSentences.list(attacks) + "."
  }

  private static func objective(_ name: String) -> String {
    switch name {
    case "own-loss": "the model’s own loss"
    case "cross-entropy": "the cross-entropy of the scores"
    case "margin": "the margin of the scores"
    case "dlr": "the difference of logits ratio"
    default: name
    }
  }

  /// The series in groups that fit into a line.
  private static func parts(_ figure: RunFigure) -> [[Int]] {
    var parts: [[Int]] = []
    var left = 0
    for series in figure.heads.indices {
      let cells = figure.rows.map { shown($0.cells[series]) }
      let width = 3 + (figure.heads[series] + cells).reduce(0) { max($0, $1.count) }
      if width > left || parts.isEmpty {
        parts.append([])
        left = lineLength - 10
      }
      parts[parts.count - 1].append(series)
      left -= width
    }
    return parts
  }

  private static func tabular(_ figure: RunFigure, columns: [Int]) -> String {
    let heads = columns.map { figure.heads[$0] }
    let rows = heads.map(\.count).max() ?? 0
    var lines = ["\\begin{tabular}{l\(String(repeating: "r", count: columns.count))}", "  \\toprule"]
    for row in 0..<rows {
      lines.append(
        line([row == rows - 1 ? "$\\varepsilon$" : ""] + heads.map { escaped($0.indices.contains(row) ? $0[row] : "") })
      )
    }
    lines.append("  \\midrule")
    lines += figure.rows.map { row in line([escaped(row.epsilon)] + columns.map { escaped(shown(row.cells[$0])) }) }
    return (lines + ["  \\bottomrule", "\\end{tabular}"]).map { "  \($0)\n" }.joined()
  }

  private static func line(_ cells: [String]) -> String { "  " + cells.joined(separator: " & ") + " \\\\" }

  /// The caption says that the numbers are per cent.
  private static func shown(_ cell: String) -> String { cell.replacing("%", with: "") }

  /// Text that LaTeX sets as it is.
  private static func escaped(_ text: String) -> String {
    LaTeXText.escaped(text).replacing("ε", with: "$\\varepsilon$")
  }
}
