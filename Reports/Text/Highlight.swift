package import Files

/// A little colour for what is printed: the header of a table, and the words that say how far to trust it.
package enum Highlight {
  /// How lines begin that say how something ended.
  private static let beginnings: [(text: String, style: Terminal.Style)] = [
    ("error:", .red), ("warning:", .yellow), ("note:", .bold), ("doubt:", .red),
    ("This evaluation is not trustworthy", .red), ("Read these numbers with care", .yellow),
    ("The numbers stand", .green), ("The one trust check that applies passed", .green),
    ("Pass:", .green), ("Regression:", .red), ("Inconclusive:", .yellow), ("Not trustworthy:", .red),
  ]

  /// `text` as `terminal` shows it best; the same text where there is no colour.
  package static func applied(to text: String, on terminal: Terminal) -> String {
    guard terminal.hasColor else { return text }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var result: [String] = []
    var isTable = false
    for (index, line) in lines.enumerated() {
      if line.isEmpty { isTable = false }
      let isHeader = !isTable && lines[(index + 1)...].prefix { !$0.isEmpty }.prefix(4).contains { isRule($0) }
      if isRule(line) { isTable = true }
      result.append(isHeader && !isRule(line) ? terminal.styled(String(line), .bold) : coloured(line, terminal))
    }
    return result.joined(separator: "\n")
  }

  private static func isRule(_ line: Substring) -> Bool { !line.isEmpty && line.allSatisfy { $0 == "─" } }

  private static func coloured(_ line: Substring, _ terminal: Terminal) -> String {
    let margin = String(line.prefix { $0 == " " })
    let text = String(line.dropFirst(margin.count))
    if text.hasPrefix("All "), text.hasSuffix(" passed.") { return margin + terminal.styled(text, .green) }
    guard let (word, style) = beginnings.first(where: { text.hasPrefix($0.text) }) else { return String(line) }
    return margin + terminal.styled(word, style) + String(text.dropFirst(word.count))
  }
}
