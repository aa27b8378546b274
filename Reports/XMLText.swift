import Diagnostics

/// SVG or other XML being written, element by element; attribute values and text are escaped.
struct XMLText {
  private(set) var text = ""
  private var open: [String] = []
  /// Of a figure in a file: the colours of the series that enclose what is written; nil elsewhere.
  private var colors: [String]?

  mutating func begin(_ name: String, _ attributes: KeyValuePairs<String, String> = [:]) {
    text += "<\(name)\(list(attributes))>\n"
    open.append(name)
    if let color = colors?.last { colors?.append(FigureColors.light.color(ofClass: attributes["class"]) ?? color) }
  }

  mutating func end() {
    text += "</\(open.removeLast())>\n"
    if colors != nil { colors?.removeLast() }
  }

  /// From here on, elements have the attributes of their class instead of leaving them to a style sheet.
  mutating func writeStylesAsAttributes() { colors = [FigureColors.light.series[0]] }

  mutating func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], content: String? = nil
  ) {
    text += "<\(name)\(list(attributes))"
    text += content.map { ">\(Self.escaped($0))</\(name)>\n" } ?? "/>\n"
  }

  private func list(_ attributes: KeyValuePairs<String, String>) -> String {
    var all = attributes.map { (name: $0.key, value: $0.value) }
    if let color = colors?.last, let style = attributes["class"] {
      // What an element says itself goes before its class.
      all += FigureStyle.attributes(style, color: color).filter { attribute in
        !all.contains { $0.name == attribute.name }
      }
    }
    return all.map { " \($0.name)=\"\(Self.escaped($0.value))\"" }.joined()
  }

  /// Text that XML and HTML show as it is, in content and in attributes.
  ///
  /// Scalars decide: a quote with a combining mark after it ends an attribute all the same. What XML 1.0 forbids even when
  /// escaped, what HTML calls an error, and what would turn the text around it, becomes U+FFFD.
  static func escaped(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      case "'": result.append(contentsOf: "&#39;".unicodeScalars)
      case "\t", "\n": result.append(scalar)
      // As it stands, a parser would read a line feed.
      case "\r": result.append(contentsOf: "&#13;".unicodeScalars)
      case _ where isForbidden(scalar): result.append("\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control || scalar.properties.isNoncharacterCodePoint
      || PrintableText.turnsText(scalar)
  }
}

extension KeyValuePairs<String, String> {
  fileprivate subscript(name: String) -> String? { first { $0.key == name }?.value }
}

extension FigureColors {
  /// Of the series `s0`, `s1`, …; nil for other classes.
  fileprivate func color(ofClass style: String?) -> String? {
    guard let style, style.hasPrefix("s"), let index = Int(style.dropFirst()), series.indices.contains(index) else {
      return nil
    }
    return series[index]
  }
}
