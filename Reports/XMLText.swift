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

  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      // XML 1.0 has no control characters but these three, not even escaped ones.
      case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
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
