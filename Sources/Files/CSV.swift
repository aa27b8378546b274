/// Comma-separated values (RFC 4180, but lines end in LF) that a reader or a spreadsheet takes for nothing but data.
///
/// Scalars decide, not characters: a comma with a combining mark after it is a comma to every reader.
public enum CSV {
  /// Lines of fields, each with its end.
  public static func text(_ lines: [[String]]) -> String { lines.map(line).joined() }

  /// One line with its end; fields that need quotes get them.
  public static func line(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") + "\n" }

  /// A field as it stands in a line.
  ///
  /// Text that a spreadsheet would compute, such as `=1+1`, gets an apostrophe before it, which makes it text there; numbers
  /// stay as they are. Control characters other than tabs and line ends, which break readers, become U+FFFD.
  public static func field(_ text: String) -> String {
    if text.utf8.allSatisfy(isPlain), !text.hasPrefix("-") { return text }
    var result = String.UnicodeScalarView()
    var needsQuotes = false
    if isFormula(text) { result.append("'") }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"":
        needsQuotes = true
        result.append(contentsOf: "\"\"".unicodeScalars)
      case ",", "\n", "\r", "\t", "\u{85}", "\u{2028}", "\u{2029}":
        needsQuotes = true
        result.append(scalar)
      case _ where scalar.properties.generalCategory == .control: result.append("\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return needsQuotes ? "\"\(String(result))\"" : String(result)
  }

  /// Letters, digits and signs that mean nothing to anybody, so that most fields need no second look.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "/"), UInt8(ascii: ":"):
      true
    default: false
    }
  }

  /// Whether a spreadsheet may compute the field: those of OWASP's list, and their full-width forms.
  private static func isFormula(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first(where: { $0 != " " }) else { return false }
    switch first {
    case "=", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠": return true
    case "+", "-": return Double(text) == nil
    default: return false
    }
  }
}
