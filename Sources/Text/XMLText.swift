import Diagnostics

/// XML being written, element by element; attribute values and text are escaped.
package struct XMLText {
  package private(set) var text = ""
  private var open: [String] = []

  package init() {}

  package mutating func begin(_ name: String, _ attributes: KeyValuePairs<String, String> = [:]) {
    begin(name, attributes: attributes.map { ($0.key, $0.value) })
  }

  package mutating func begin(_ name: String, attributes: [(name: String, value: String)]) {
    text += "<\(name)\(Self.list(attributes))>\n"
    open.append(name)
  }

  package mutating func end() { text += "</\(open.removeLast())>\n" }

  package mutating func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], content: String? = nil
  ) {
    element(name, attributes: attributes.map { ($0.key, $0.value) }, content: content)
  }

  package mutating func element(_ name: String, attributes: [(name: String, value: String)], content: String? = nil) {
    text += "<\(name)\(Self.list(attributes))"
    text += content.map { ">\(Self.escaped($0))</\(name)>\n" } ?? "/>\n"
  }

  private static func list(_ attributes: [(name: String, value: String)]) -> String {
    attributes.map { " \($0.name)=\"\(escaped($0.value))\"" }.joined()
  }

  /// Text that XML and HTML show as it is, in content and in attributes.
  ///
  /// Scalars decide: a quote with a combining mark after it ends an attribute all the same. What XML 1.0 forbids even when
  /// escaped, what HTML calls an error, and what would turn the text around it, becomes U+FFFD.
  package static func escaped(_ text: String) -> String {
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
