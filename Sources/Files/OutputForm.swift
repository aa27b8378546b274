import Diagnostics
package import Foundation

/// How a file that a command writes is known again: such a file is replaced by the same command, any other is not.
package struct OutputForm: Sendable {
  /// In messages: “a baseline”.
  package let name: String
  private let recognises: @Sendable (Data) -> Bool
  /// How many bytes of a file tell it; nil: all.
  private let needed: Int?

  package init(_ name: String, recognises: @escaping @Sendable (Data) -> Bool) {
    self.init(name, needed: nil, recognises: recognises)
  }

  private init(_ name: String, needed: Int?, recognises: @escaping @Sendable (Data) -> Bool) {
    (self.name, self.needed, self.recognises) = (name, needed, recognises)
  }

  /// A text that begins with `start`.
  package static func text(_ name: String, beginning start: String) -> OutputForm {
    let start = Data(start.utf8)
    return OutputForm(name, needed: start.count) { $0.starts(with: start) }
  }

  /// A JSON object with `keys`, for which `isOurs` holds.
  package static func json(
    _ name: String, keys: [String], where isOurs: @escaping @Sendable ([String: Any]) -> Bool = { _ in true }
  ) -> OutputForm {
    OutputForm(name) { data in
      guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else { return false }
      return keys.allSatisfy { object[$0] != nil } && isOurs(object)
    }
  }

  /// More than any of these files holds.
  private static let limit = 1 << 28

  /// Whether the file at `path` is of this form, or empty.
  package func matches(_ path: String) -> Bool {
    guard let file = try? OpenFile(reading: path, kind: .output) else { return false }
    var data = Data()
    while let piece = try? file.read(upTo: 1 << 20) {
      data.append(piece)
      if let needed, data.count >= needed { break }
      if data.count > Self.limit { return false }
    }
    return data.isEmpty || recognises(data)
  }
}
