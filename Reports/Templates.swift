import Mustache

/// The page templates, compiled into the program.
enum Templates {
  static func render(_ bytes: [UInt8], _ values: [String: Any]) -> String {
    do {
      return try MustacheTemplate(string: String(decoding: bytes, as: UTF8.self)).render(values)
    } catch {
      preconditionFailure("a template of this program does not parse: \(error)")
    }
  }
}
