/// `ValueInfoProto`, with its `TypeProto` and `TensorShapeProto`.
package struct ValueMessage: ProtobufMessage, Equatable {
  /// What the value is, by its field in `TypeProto`.
  package enum Kind: Int, Sendable {
    case tensor = 1
    case sequence = 4
    case map = 5
    case opaque = 7
    case sparseTensor = 8
    case optional = 9
  }

  package enum Dimension: Sendable, Equatable {
    case value(Int)
    case parameter(String)
    case unknown
  }

  package var name = ""
  /// `nil` if the file does not say.
  package var kind: Kind?
  /// By its number in `TensorProto.DataType`.
  package var elementType = 0
  /// `nil` if the file does not say how many there are.
  package var dimensions: [Dimension]?

  package init() {}

  /// A tensor.
  package init(_ name: String, _ type: ElementType, _ dimensions: [Dimension]?) {
    (self.name, kind, elementType, self.dimensions) = (name, .tensor, type.rawValue, dimensions)
  }

  package mutating func merge(_ reader: inout ProtobufReader) throws {
    while let field = try reader.next() {
      switch field {
      case 1: name = try reader.string()
      case 2: try reader.message { try mergeType(&$0) }
      default: break
      }
    }
  }

  private mutating func mergeType(_ reader: inout ProtobufReader) throws {
    while let field = try reader.next() {
      guard let kind = Kind(rawValue: field) else { continue }
      self.kind = kind
      guard kind == .tensor else { continue }
      try reader.message { reader in
        while let field = try reader.next() {
          switch field {
          case 1: elementType = try reader.int()
          case 2: try reader.message { try mergeShape(&$0) }
          default: break
          }
        }
      }
    }
  }

  private mutating func mergeShape(_ reader: inout ProtobufReader) throws {
    if dimensions == nil { dimensions = [] }
    while let field = try reader.next() {
      guard field == 1 else { continue }
      var dimension = Dimension.unknown
      try reader.message { reader in
        while let field = try reader.next() {
          switch field {
          case 1: dimension = .value(try reader.int())
          case 2: dimension = .parameter(try reader.string())
          default: break
          }
        }
      }
      dimensions!.append(dimension)
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.string(name, 1)
    guard kind == .tensor else { return }
    writer.message(2) { writer in
      writer.message(Kind.tensor.rawValue) { writer in
        writer.int(elementType, 1)
        guard let dimensions else { return }
        writer.message(2) { writer in
          for dimension in dimensions {
            writer.message(1) { writer in
              switch dimension {
              case .value(let value): writer.int(value, 1)
              case .parameter(let name): writer.string(name, 2)
              case .unknown: break
              }
            }
          }
        }
      }
    }
  }
}
