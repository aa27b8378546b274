/// Comma-separated values (RFC 4180, but lines end in LF).
public enum CSV {
  /// Lines of fields, each with its end.
  public static func text(_ lines: [[String]]) -> String { lines.map(line).joined() }

  /// One line with its end; fields that need quotes get them.
  public static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\n" }

  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
