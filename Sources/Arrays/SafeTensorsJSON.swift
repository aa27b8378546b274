/// The little of JSON (RFC 8259) that a safetensors header is made of, read strictly.
///
/// Foundation's parser keeps one of two equal keys and says nothing, so it can't tell a header with duplicate names.
struct JSONText {
  /// What was wrong, and where.
  struct Failure: Error {
    let problem: String
    let position: Int
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// `{"key": value, …}`; `body` reads each value.
  mutating func object(_ body: (String, inout JSONText) throws -> Void) throws {
    try expect("{")
    if skip("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try body(key, &self)
    } while skip(",")
    try expect("}")
  }

  /// `[1, 2, …]`, none of them negative.
  mutating func integers() throws -> [Int] {
    var values: [Int] = []
    try expect("[")
    if skip("]") { return values }
    repeat { values.append(try integer()) } while skip(",")
    try expect("]")
    return values
  }

  /// `"text"`.
  mutating func string() throws -> String {
    try expect("\"")
    var text: [UInt8] = []
    while true {
      guard position < bytes.count else { throw failure("a text does not end") }
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw failure("a text is not UTF-8") }
        return string
      case UInt8(ascii: "\\"): text += try escape()
      case ..<0x20: throw failure("a text holds a control character")
      default: text.append(byte)
      }
    }
  }

  /// Nothing but blanks is left.
  mutating func end() throws {
    skipBlanks()
    guard position == bytes.count else { throw failure("more follows the closing brace") }
  }

  private mutating func integer() throws -> Int {
    skipBlanks()
    let digits = bytes[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let value = Int(String(decoding: digits, as: UTF8.self)), digits.count == 1 || digits.first != 0x30 else {
      throw failure("an integer from 0 to \(Int.max) is expected")
    }
    position = digits.endIndex
    return value
  }

  private mutating func escape() throws -> [UInt8] {
    guard position < bytes.count else { throw failure("a text does not end") }
    position += 1
    switch bytes[position - 1] {
    case UInt8(ascii: "\""): return [0x22]
    case UInt8(ascii: "\\"): return [0x5C]
    case UInt8(ascii: "/"): return [0x2F]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var units = [try codeUnit()]
      if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: Array("\\u".utf8)) {
        position += 2
        units.append(try codeUnit())
      }
      guard let text = String(validating: units, as: UTF16.self) else { throw failure("half a surrogate pair") }
      return Array(text.utf8)
    default: throw failure("an unknown escape")
    }
  }

  /// Four hexadecimal digits.
  private mutating func codeUnit() throws -> UInt16 {
    let digits = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
    guard digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit), let unit = UInt16(digits, radix: 16) else {
      throw failure("four hexadecimal digits are expected")
    }
    position += 4
    return unit
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard skip(character) else { throw failure("“\(character)” is expected") }
  }

  private mutating func skipBlanks() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  private func failure(_ problem: String) -> Failure { Failure(problem: problem, position: position) }

  /// `text` in quotes, with the escapes that it needs.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
