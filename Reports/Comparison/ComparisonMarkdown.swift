public import Comparison
import Figures
import Text

/// A comparison as Markdown: findings, figures by name, all numbers.
public enum ComparisonMarkdown {
  public static func text(_ comparison: RunComparison) -> String {
    let names = ComparisonNames(comparison)
    func escaped(_ text: String) -> String { MarkdownText.escaped(text) }
    var text = "# \(escaped(ComparisonHTML.title(comparison)))\n\n"
    text += names.findings.map { escaped($0) + "\n" }.joined(separator: "\n")
    for note in comparison.notes { text += "\n" + escaped(note) + "\n" }
    for figure in ComparisonFigure.all(of: comparison) {
      text += "\n## \(escaped(figure.plot.title))\n\n![\(escaped(figure.plot.title))](\(figure.id).svg)\n\n"
      text += escaped(figure.caption) + "\n"
    }
    text += "\n## All numbers\n\n\(escaped(names.method))\n\n\(names.table.markdown)"
    text += "\n\n## Models\n\n"
    text += comparison.columns.map { "- \(escaped($0.label)): of \(escaped($0.run)), SHA-256 \(escaped($0.sha256))\n" }
      .joined()
    return text
  }
}
