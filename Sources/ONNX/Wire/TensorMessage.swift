package import Foundation

/// `TensorProto`. Elements stay as they are stored: nothing of them is copied where they are stored as the rules ask for.
package struct TensorMessage: ProtobufMessage, Equatable {
  package var name = ""
  package var dimensions: [Int] = []
  /// By its number in `TensorProto.DataType`.
  package var elementType = 0
  /// `raw_data`: little-endian, row-major.
  package var rawData: Data?
  /// `float_data`: 32-bit floats.
  package var floatData: Data?
  /// `double_data`: 64-bit floats.
  package var doubleData: Data?
  /// `int32_data`: whole numbers in groups of seven bits, and the bits of all types that are shorter.
  package var int32Data: Data?
  package var int64Data: Data?
  package var uint64Data: Data?
  /// Whether its elements lie in another file, which `externalData` names.
  package var isExternal = false
  /// `location`, `offset`, `length`.
  package var externalData: [EntryMessage] = []
  /// Whether it is only part of a tensor, which no exporter writes.
  package private(set) var isSegment = false

  package init() {}

  /// A tensor of `raw` elements.
  package init(_ name: String, _ type: ElementType, _ dimensions: [Int], raw: Data? = nil) {
    (self.name, elementType, self.dimensions, rawData) = (name, type.rawValue, dimensions, raw)
  }

  package mutating func merge(_ reader: inout ProtobufReader) throws {
    while let field = try reader.next() {
      switch field {
      case 1: try reader.ints(into: &dimensions)
      case 2: elementType = try reader.int()
      case 3: isSegment = true
      case 4: try reader.elements(into: &floatData)
      case 5: try reader.elements(into: &int32Data)
      case 7: try reader.elements(into: &int64Data)
      case 8: name = try reader.string()
      case 9: rawData = try reader.data()
      case 10: try reader.elements(into: &doubleData)
      case 11: try reader.elements(into: &uint64Data)
      case 13: try reader.message(into: &externalData)
      case 14: isExternal = try reader.int() == 1
      default: break
      }
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.ints(dimensions, 1)
    writer.int(elementType, 2)
    let stored = [(4, floatData), (5, int32Data), (7, int64Data), (9, rawData), (10, doubleData), (11, uint64Data)]
    for case (let field, let data?) in stored { writer.bytes(data, field) }
    writer.string(name, 8)
    for entry in externalData { writer.message(entry, 13) }
    if isExternal { writer.int(1, 14) }
  }
}
