/// The parts of a JSON text as they are written, with the line on which each begins.
///
/// What it is given has to be JSON; of anything else it returns some parts or none, and never traps.
package enum JSONText {
  package struct Part: Sendable, Hashable {
    /// Of a member of an object; empty for an element of a list.
    package var name: String
    /// As it is written, without white space around it.
    package var text: String
    /// Where `text` begins, from 1, counted from the beginning of what was taken apart.
    package var line: Int
  }

  /// The members of the object that `text` is.
  package static func members(of text: String) -> [Part] { parts(Array(text.utf8), open: "{", close: "}") }

  /// The elements of the list that `text` is.
  package static func elements(of text: String) -> [Part] { parts(Array(text.utf8), open: "[", close: "]") }

  private static func parts(_ bytes: [UInt8], open: Unicode.Scalar, close: Unicode.Scalar) -> [Part] {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }
    var start = 0
    var end = bytes.count
    while start < end, isSpace(bytes[start]) { start += 1 }
    while end > start, isSpace(bytes[end - 1]) { end -= 1 }
    guard end - start >= 2, bytes[start] == UInt8(ascii: open), bytes[end - 1] == UInt8(ascii: close) else { return [] }
    var parts: [Part] = []
    var line = 1 + bytes[..<start].count { $0 == UInt8(ascii: "\n") }
    var depth = 0
    var isInString = false
    var isEscaped = false
    var first: (index: Int, line: Int)?
    var colon: Int?
    func finish(at index: Int) {
      defer { (first, colon) = (nil, nil) }
      guard let first else { return }
      var name = ""
      var (begin, line) = first
      if open == "{" {
        guard let colon else { return }
        name = String(decoding: bytes[first.index..<colon], as: UTF8.self).trimmed.unquoted
        begin = colon + 1
        while begin < index, isSpace(bytes[begin]) { begin += 1 }
        line += bytes[first.index..<begin].count { $0 == UInt8(ascii: "\n") }
      }
      parts.append(Part(name: name, text: String(decoding: bytes[begin..<index], as: UTF8.self).trimmed, line: line))
    }
    for index in start + 1..<end - 1 {
      let byte = bytes[index]
      if first == nil, !isSpace(byte), byte != UInt8(ascii: ",") { first = (index, line) }
      if byte == UInt8(ascii: "\n") { line += 1 }
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ":") where depth == 0 && colon == nil: colon = index
      case UInt8(ascii: ",") where depth == 0: finish(at: index)
      default: break
      }
    }
    finish(at: end - 1)
    return parts
  }
}

extension String {
  fileprivate var trimmed: String {
    let isSpace: (Character) -> Bool = { $0.isASCII && $0.isWhitespace }
    let rest = self[...].drop(while: isSpace)
    guard let last = rest.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(rest[...last])
  }

  fileprivate var unquoted: String {
    hasPrefix("\"") && hasSuffix("\"") && utf8.count >= 2 ? String(dropFirst().dropLast()) : self
  }
}
