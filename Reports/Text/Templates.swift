import Mustache
import Text

/// The page templates, compiled into the program.
enum Templates {
  /// What `{{ }}` writes into templates that begin with `{{% CONTENT_TYPE:MARKUP}}`.
  private struct Markup: MustacheContentType {
    func escapeText(_ text: String) -> String { XMLText.escaped(text) }
  }

  /// Mustache's own escaping goes by characters, and takes a quote with a combining mark for none.
  private static let registered: Void = MustacheContentTypes.register(Markup(), named: "MARKUP")

  static func render(_ bytes: [UInt8], _ values: [String: Any]) -> String {
    _ = registered
    do {
      return try MustacheTemplate(string: String(decoding: bytes, as: UTF8.self)).render(values)
    } catch {
      preconditionFailure("a template of this program does not parse: \(error)")
    }
  }
}
