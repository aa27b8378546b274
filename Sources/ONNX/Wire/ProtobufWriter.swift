package import Foundation

/// Writes the fields of one message in the wire format of protocol buffers.
package struct ProtobufWriter {
  package private(set) var data = Data()

  package init() {}

  private mutating func append(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      data.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    data.append(UInt8(rest))
  }

  private mutating func begin(_ field: Int, _ type: ProtobufReader.WireType) {
    append(UInt64(field) << 3 | UInt64(type.rawValue))
  }

  package mutating func int(_ value: Int, _ field: Int) {
    begin(field, .varint)
    append(UInt64(bitPattern: Int64(value)))
  }

  package mutating func float(_ value: Float, _ field: Int) {
    begin(field, .fixed32)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
  }

  package mutating func bytes(_ bytes: Data, _ field: Int) {
    begin(field, .lengthDelimited)
    append(UInt64(bytes.count))
    data.append(bytes)
  }

  package mutating func string(_ text: String, _ field: Int) { bytes(Data(text.utf8), field) }

  /// A text that is left out if it is empty.
  package mutating func string(unlessEmpty text: String, _ field: Int) { if !text.isEmpty { string(text, field) } }

  /// Whole numbers, packed.
  package mutating func ints(_ values: [Int], _ field: Int) {
    guard !values.isEmpty else { return }
    var packed = ProtobufWriter()
    for value in values { packed.append(UInt64(bitPattern: Int64(value))) }
    bytes(packed.data, field)
  }

  /// 32-bit floats, packed.
  package mutating func floats(_ values: [Float], _ field: Int) {
    guard !values.isEmpty else { return }
    bytes(values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }, field)
  }

  package mutating func message(_ message: some ProtobufMessage, _ field: Int) {
    self.message(field) { message.write(to: &$0) }
  }

  package mutating func message(_ field: Int, _ body: (inout ProtobufWriter) -> Void) {
    var inner = ProtobufWriter()
    body(&inner)
    bytes(inner.data, field)
  }
}

/// A message of onnx.proto, with the fields that reading and writing models needs.
package protocol ProtobufMessage: Sendable {
  init()
  /// Takes over what the fields of `reader` say: single values replace those before, repeated ones are added, and messages
  /// are merged.
  mutating func merge(_ reader: inout ProtobufReader) throws
  func write(to writer: inout ProtobufWriter)
}

extension ProtobufMessage {
  package init(_ reader: inout ProtobufReader) throws {
    self.init()
    try merge(&reader)
  }

  package var encoded: Data {
    var writer = ProtobufWriter()
    write(to: &writer)
    return writer.data
  }
}

extension ProtobufReader {
  /// The message that comes next, as one more of `messages`.
  mutating func message<Message: ProtobufMessage>(into messages: inout [Message]) throws {
    try message { messages.append(try Message(&$0)) }
  }

  /// The message that comes next, merged with what an earlier one said.
  mutating func message<Message: ProtobufMessage>(into merged: inout Message?) throws {
    try message {
      var message = merged ?? Message()
      try message.merge(&$0)
      merged = message
    }
  }
}
