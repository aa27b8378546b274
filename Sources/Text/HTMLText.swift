/// Sentences as HTML.
package enum HTMLText {
  /// `text` escaped, with every option of the command line in a span of class `option`, in which no line ends: browsers
  /// would break `--attack` after its first hyphens.
  package static func marked(_ text: String) -> String {
    var result = ""
    var plain = ""
    var rest = text[...]
    var previous: Character?
    while let character = rest.first {
      let option = isBoundary(previous) ? option(at: rest) : nil
      if let option {
        result += XMLText.escaped(plain) + "<span class=\"option\">\(option)</span>"
        plain = ""
        previous = option.last
        rest = rest.dropFirst(option.count)
      } else {
        plain.append(character)
        previous = character
        rest = rest.dropFirst()
      }
    }
    return result + XMLText.escaped(plain)
  }

  private static func isBoundary(_ previous: Character?) -> Bool {
    previous.map { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "/" } ?? true
  }

  /// `--name` at the beginning of `text`.
  private static func option(at text: Substring) -> String? {
    guard text.hasPrefix("--"), let first = text.dropFirst(2).first, first.isASCII, first.isLetter else { return nil }
    let name = text.dropFirst(2).prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    // Longer ones are no options, and have to break somewhere.
    return name.count <= 30 ? "--" + name : nil
  }
}
