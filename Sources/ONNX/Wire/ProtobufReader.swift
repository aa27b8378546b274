package import Foundation

/// Reads the fields of one message in the wire format of protocol buffers (protobuf.dev/programming-guides/encoding).
///
///     while let field = try reader.next() {
///       switch field {
///       case 1: version = try reader.int()
///       case 7: try reader.message { try graph.merge(&$0) }
///       default: break
///       }
///     }
///
/// A field whose value nobody took is skipped. No length is believed: nothing outside of the message is ever looked at, and
/// messages nest at most 100 deep, as in the reference implementation.
package struct ProtobufReader {
  /// How a value is stored; 3 and 4 began and ended groups, which ONNX never had.
  enum WireType: UInt8 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  package static let maximumDepth = 100
  /// What a message may take in memory beside its bytes, generously; and what a text may.
  private static let messageSize = 1024
  private static let textSize = 64

  private let source: Data
  private let bytes: UnsafeRawBufferPointer
  private var position: Int
  private let end: Int
  private let depth: Int
  package let allowance: ReadingAllowance
  /// The field whose value comes next.
  private var field = 0
  private var pending: WireType?

  /// Gives `body` a reader of `data`, a whole message; the reader must not leave it.
  package static func read<Result>(
    _ data: Data, allowance: ReadingAllowance, _ body: (inout ProtobufReader) throws -> Result
  ) throws -> Result {
    try data.withUnsafeBytes { bytes in
      var reader = ProtobufReader(source: data, bytes: bytes, range: 0..<bytes.count, depth: 0, allowance: allowance)
      return try body(&reader)
    }
  }

  private init(
    source: Data, bytes: UnsafeRawBufferPointer, range: Range<Int>, depth: Int, allowance: ReadingAllowance
  ) {
    (self.source, self.bytes, self.depth, self.allowance) = (source, bytes, depth, allowance)
    (position, end) = (range.lowerBound, range.upperBound)
  }

  /// The number of the next field; `nil` at the end of the message.
  package mutating func next() throws -> Int? {
    if pending != nil { try skip() }
    guard position < end else { return nil }
    let start = position
    let key = try rawVarint()
    guard key <= UInt64(UInt32.max), key >> 3 > 0 else {
      throw ModelFailure.broken("at byte \(start) there is no field of a message")
    }
    guard let type = WireType(rawValue: UInt8(key & 7)) else {
      throw ModelFailure.broken("at byte \(start) there is a field of wire type \(key & 7), which ONNX does not have")
    }
    field = Int(key >> 3)
    pending = type
    return field
  }

  private mutating func skip() throws {
    switch pending {
    case .varint: _ = try rawVarint()
    case .fixed64: try advance(8)
    case .fixed32: try advance(4)
    case .lengthDelimited: try advance(length())
    case nil: break
    }
    pending = nil
  }
}

// MARK: Values

extension ProtobufReader {
  /// A whole number (`int32`, `int64`, an enumeration).
  package mutating func int() throws -> Int {
    try take(.varint)
    return Int(truncatingIfNeeded: try rawVarint())
  }

  package mutating func float() throws -> Float {
    try take(.fixed32)
    let at = position
    try advance(4)
    return Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
  }

  /// Bytes that share the memory of the whole.
  package mutating func data() throws -> Data {
    try take(.lengthDelimited)
    return try slice()
  }

  /// A text; bytes that are not UTF-8 are replaced.
  package mutating func string() throws -> String {
    try take(.lengthDelimited)
    let range = try range()
    try allowance.take(range.count + Self.textSize)
    return String(decoding: bytes[range], as: UTF8.self)
  }

  /// Gives `body` a reader of the message that comes next.
  package mutating func message(_ body: (inout ProtobufReader) throws -> Void) throws {
    try take(.lengthDelimited)
    let range = try range()
    guard depth < Self.maximumDepth else {
      throw ModelFailure.broken("its messages are nested more than \(Self.maximumDepth) deep")
    }
    try allowance.take(Self.messageSize)
    var inner = ProtobufReader(source: source, bytes: bytes, range: range, depth: depth + 1, allowance: allowance)
    try body(&inner)
  }

  /// Adds whole numbers to `values`, whether packed or not.
  package mutating func ints(into values: inout [Int]) throws {
    guard pending == .lengthDelimited else {
      try allowance.take(8)
      values.append(try int())
      return
    }
    pending = nil
    let count = try length()
    let last = position + count
    while position < last {
      try allowance.take(8)
      values.append(Int(truncatingIfNeeded: try rawVarint()))
    }
    // The last one may not go on beyond the list.
    guard position == last else { throw truncated() }
  }

  /// Adds 32-bit floats to `values`, whether packed or not.
  package mutating func floats(into values: inout [Float]) throws {
    guard pending == .lengthDelimited else {
      try allowance.take(4)
      values.append(try float())
      return
    }
    pending = nil
    let range = try range()
    guard range.count % 4 == 0 else { throw truncated() }
    try allowance.take(range.count)
    for at in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
      values.append(Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))))
    }
  }

  /// Adds elements as they are stored to `packed`, whether packed or not. Packed ones share the memory of the whole.
  package mutating func elements(into packed: inout Data?) throws {
    let start = position
    if pending != .lengthDelimited {
      try skip()
      try allowance.take(2 * (position - start))
      if packed == nil { packed = Data() }
      packed!.append(contentsOf: bytes[start..<position])
      return
    }
    pending = nil
    let more = try slice()
    guard packed != nil else {
      packed = more
      return
    }
    try allowance.take(2 * more.count)
    packed!.append(more)
  }
}

// MARK: Bytes

extension ProtobufReader {
  private mutating func take(_ type: WireType) throws {
    guard pending == type else {
      throw ModelFailure.broken("before byte \(position), field \(field) has another type than in ONNX")
    }
    pending = nil
  }

  /// A number in groups of seven bits, the lowest first; the eighth bit of a byte says that more follow.
  private mutating func rawVarint() throws -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < end {
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
      guard shift < 70 else { throw ModelFailure.broken("before byte \(position) there is a number without end") }
    }
    throw truncated()
  }

  private mutating func advance(_ count: Int) throws {
    guard count <= end - position else { throw truncated() }
    position += count
  }

  /// A length that the message has room for.
  private mutating func length() throws -> Int {
    let length = try rawVarint()
    guard length <= UInt64(end - position) else { throw truncated() }
    return Int(length)
  }

  private mutating func range() throws -> Range<Int> {
    let count = try length()
    defer { position += count }
    return position..<position + count
  }

  private mutating func slice() throws -> Data {
    let range = try range()
    return source.dropFirst(range.lowerBound).prefix(range.count)
  }

  private func truncated() -> ModelFailure {
    .broken("it ends too early: what begins before byte \(position) goes on beyond byte \(end)")
  }
}
