import Foundation
import Text

/// One experiment as text: for the terminal, and as the page `ID.md`.
struct ResultPage {
  let result: ExperimentResult
  /// How long what it needed took; differs between repeats.
  let times: Table?

  var terminal: String {
    var parts = [result.title]
    if let data = result.data { parts.append(data) }
    for table in result.tables { parts.append(table.caption + "\n\n" + table.terminal().trimmedAtEnd) }
    if !result.findings.isEmpty { parts.append(result.findings.map { "• " + $0 }.joined(separator: "\n")) }
    if !result.figures.isEmpty { parts.append("Pictures: " + result.figures.map(\.file).joined(separator: ", ")) }
    if !result.differences.isEmpty {
      parts.append("What differs from the paper:\n" + result.differences.map { "• " + $0 }.joined(separator: "\n"))
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  var markdown: String {
    func list(_ items: [String]) -> String { items.map { "- " + MarkdownText.escaped($0) }.joined(separator: "\n") }
    var parts = ["# " + MarkdownText.escaped(result.title)]
    if let data = result.data { parts.append(MarkdownText.escaped(data)) }
    parts.append("**The paper.** " + MarkdownText.escaped(result.published))
    if !result.findings.isEmpty { parts += ["## What ours shows", list(result.findings)] }
    for table in result.tables { parts += ["## " + MarkdownText.escaped(table.caption), table.markdown] }
    for figure in result.figures {
      let caption = MarkdownText.escaped(figure.caption)
      parts += ["![\(caption)](\(figure.file))", caption]
    }
    if !result.differences.isEmpty { parts += ["## What differs from the paper", list(result.differences)] }
    if let times { parts += ["## " + MarkdownText.escaped(times.caption), times.markdown] }
    return parts.joined(separator: "\n\n") + "\n"
  }
}

extension String {
  fileprivate var trimmedAtEnd: String { String(reversed().drop { $0.isNewline }.reversed()) }
}
