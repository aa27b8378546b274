/// CSV as other programs read it: RFC 4180 with LF, scalar by scalar.
public enum CSVLines {
  /// The fields of each line.
  public static func fields(_ text: String) -> [[String]] {
    var lines: [[String]] = []
    var line: [String] = []
    var field = String.UnicodeScalarView()
    var isQuoted = false
    var scalars = Array(text.unicodeScalars)[...]
    while let scalar = scalars.popFirst() {
      switch scalar {
      case "\"" where isQuoted && scalars.first == "\"": field.append(scalars.removeFirst())
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        line.append(String(field))
        field = .init()
      case "\n" where !isQuoted:
        lines.append(line + [String(field)])
        (line, field) = ([], .init())
      default: field.append(scalar)
      }
    }
    return lines
  }
}
