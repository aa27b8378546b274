import Diagnostics

/// Text that GitHub's Markdown shows as it is: no markup, no table cells, no links, nobody mentioned.
package enum MarkdownText {
  /// A table whose first `flushLeft` columns hold words, the others numbers.
  package static func table(header: [String], rows: [[String]], flushLeft: Int = 1) -> String {
    let rule = header.indices.map { $0 < flushLeft ? ":--" : "--:" }
    return ([header.map(escaped), rule] + rows.map { $0.map(escaped) })
      .map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  /// `text` in one line.
  ///
  /// Scalars decide, as for Markdown: a bar with a combining mark after it ends a cell all the same.
  package static func escaped(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var result = String.UnicodeScalarView()
    for (index, scalar) in scalars.enumerated() {
      let next = index + 1 < scalars.count ? scalars[index + 1] : nil
      result.append(contentsOf: escaped(scalar, at: index, in: scalars, before: next).unicodeScalars)
    }
    return String(result)
  }

  private static func escaped(
    _ scalar: Unicode.Scalar, at index: Int, in scalars: [Unicode.Scalar], before next: Unicode.Scalar?
  ) -> String {
    switch scalar {
    case "\n", "\r", "\t", "\u{0B}", "\u{0C}", "\u{85}", "\u{2028}", "\u{2029}": return index == 0 ? "&#32;" : " "
    // Four of them begin a block of code.
    case " ": return index == 0 ? "&#32;" : " "
    case "<": return "&lt;"
    case "&": return "&amp;"
    case "\\", "`", "*", "_", "[", "]", "|", "~", "$": return "\\\(scalar)"
    // Mentions, and numbers of issues, are found after backslashes are gone; what is between the signs is not shown.
    case "@": return next?.properties.isAlphabetic == true || next.map(isDigit) == true ? "@<!-- -->" : "@"
    case "#": return (index == 0 ? "\\#" : "#") + (next.map(isDigit) == true ? "<!-- -->" : "")
    // Addresses become links by themselves.
    case ":": return next == "/" ? "\\:" : ":"
    case ".": return isAfterWorldWideWeb(scalars, index) || endsNumber(scalars, index) ? "\\." : "."
    // What makes a heading, a list, a quotation or a rule at the beginning of a line.
    case ")": return endsNumber(scalars, index) ? "\\)" : ")"
    case "-", "+", "=", ">": return index == 0 ? "\\\(scalar)" : "\(scalar)"
    default:
      let isForbidden = scalar.properties.generalCategory == .control || PrintableText.turnsText(scalar)
      return isForbidden ? "\u{FFFD}" : "\(scalar)"
    }
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  /// Whether `www` stands before `index`.
  private static func isAfterWorldWideWeb(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    index >= 3 && scalars[(index - 3)..<index].allSatisfy { $0 == "w" || $0 == "W" }
  }

  /// Whether all before `index` is a number and a space or the end comes after it, as in an ordered list.
  private static func endsNumber(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    index > 0 && scalars[..<index].allSatisfy(isDigit)
      && (index + 1 == scalars.count || scalars[index + 1].properties.isWhitespace)
  }
}
