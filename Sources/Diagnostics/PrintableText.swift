/// Text that comes from files or names, made fit to be shown on a terminal.
///
/// A terminal obeys control characters, and reorders a line after characters that switch its direction; they are shown by
/// name instead: `\n`, `\u{1b}`.
public enum PrintableText {
  /// `text` in one line.
  public static func line(_ text: some StringProtocol) -> String { escaped(text, keeping: []) }

  /// `text` with its line feeds.
  public static func lines(_ text: some StringProtocol) -> String { escaped(text, keeping: ["\n"]) }

  private static func escaped(_ text: some StringProtocol, keeping kept: Set<Unicode.Scalar>) -> String {
    guard text.unicodeScalars.contains(where: { isUnsafe($0) && !kept.contains($0) }) else { return String(text) }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      guard isUnsafe(scalar), !kept.contains(scalar) else {
        result.append(scalar)
        continue
      }
      let name =
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{\(String(scalar.value, radix: 16))}"
        }
      result.append(contentsOf: name.unicodeScalars)
    }
    return String(result)
  }

  /// Whether a terminal would do something else than show the scalar.
  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return true
    default: return turnsText(scalar) || isHidden(scalar)
    }
  }

  /// Whether the scalar changes the direction of what follows it.
  package static func turnsText(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// Marks of annotations, and letters that nothing shows.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
    default: false
    }
  }
}
