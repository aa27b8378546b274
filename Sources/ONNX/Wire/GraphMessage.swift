package import Foundation

/// `GraphProto`.
package struct GraphMessage: ProtobufMessage, Equatable {
  package var name = ""
  package var nodes: [NodeMessage] = []
  package var initializers: [TensorMessage] = []
  /// The names of the initialisers that are sparse, which can't be read.
  package private(set) var sparseInitializers: [String] = []
  package var inputs: [ValueMessage] = []
  package var outputs: [ValueMessage] = []

  package init() {}

  package mutating func merge(_ reader: inout ProtobufReader) throws {
    while let field = try reader.next() {
      switch field {
      case 1: try reader.message(into: &nodes)
      case 2: name = try reader.string()
      case 5: try reader.message(into: &initializers)
      case 11: try reader.message(into: &inputs)
      case 12: try reader.message(into: &outputs)
      case 15:
        var values: TensorMessage?
        try reader.message { while let field = try $0.next() { if field == 1 { try $0.message(into: &values) } } }
        sparseInitializers.append(values?.name ?? "")
      default: break
      }
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    for node in nodes { writer.message(node, 1) }
    writer.string(name, 2)
    for tensor in initializers { writer.message(tensor, 5) }
    for value in inputs { writer.message(value, 11) }
    for value in outputs { writer.message(value, 12) }
  }
}

/// `NodeProto`.
package struct NodeMessage: ProtobufMessage, Equatable {
  package var name = ""
  package var domain = ""
  package var operatorName = ""
  package var overload = ""
  /// Empty where one is left out, as are outputs.
  package var inputs: [String] = []
  package var outputs: [String] = []
  package var attributes: [AttributeMessage] = []

  package init() {}

  package init(
    _ operatorName: String, domain: String = "", name: String = "", _ inputs: [String], _ outputs: [String],
    _ attributes: [AttributeMessage] = []
  ) {
    (self.operatorName, self.domain, self.name) = (operatorName, domain, name)
    (self.inputs, self.outputs, self.attributes) = (inputs, outputs, attributes)
  }

  package mutating func merge(_ reader: inout ProtobufReader) throws {
    while let field = try reader.next() {
      switch field {
      case 1: inputs.append(try reader.string())
      case 2: outputs.append(try reader.string())
      case 3: name = try reader.string()
      case 4: operatorName = try reader.string()
      case 5: try reader.message(into: &attributes)
      case 7: domain = try reader.string()
      case 8: overload = try reader.string()
      default: break
      }
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    for input in inputs { writer.string(input, 1) }
    for output in outputs { writer.string(output, 2) }
    writer.string(unlessEmpty: name, 3)
    writer.string(operatorName, 4)
    for attribute in attributes { writer.message(attribute, 5) }
    writer.string(unlessEmpty: domain, 7)
    writer.string(unlessEmpty: overload, 8)
  }
}

/// `AttributeProto`.
package struct AttributeMessage: ProtobufMessage, Equatable {
  /// `AttributeProto.AttributeType`; undefined in the oldest files.
  package enum Kind: Int, Sendable {
    case undefined = 0
    case float = 1
    case int = 2
    case string = 3
    case tensor = 4
    case graph = 5
    case floats = 6
    case ints = 7
    case strings = 8
    case tensors = 9
    case graphs = 10
    case sparseTensor = 11
    case sparseTensors = 12
    case type = 13
    case types = 14
  }

  package var name = ""
  /// The attribute of the function around the node whose value it takes; empty: none.
  package var reference = ""
  /// By its number, which may be none of `Kind`.
  package var type = 0
  package var float: Float?
  package var int: Int?
  package var string: Data?
  package var tensor: TensorMessage?
  package var graph: GraphMessage?
  package var floats: [Float] = []
  package var ints: [Int] = []
  package var strings: [Data] = []

  package init() {}

  /// - Parameter set: stores the value.
  package init(_ name: String, _ kind: Kind, set: (inout AttributeMessage) -> Void = { _ in }) {
    (self.name, type) = (name, kind.rawValue)
    set(&self)
  }

  package mutating func merge(_ reader: inout ProtobufReader) throws {
    while let field = try reader.next() {
      switch field {
      case 1: name = try reader.string()
      case 2: float = try reader.float()
      case 3: int = try reader.int()
      case 4: string = try reader.data()
      case 5: try reader.message(into: &tensor)
      case 6: try reader.message(into: &graph)
      case 7: try reader.floats(into: &floats)
      case 8: try reader.ints(into: &ints)
      case 9:
        try reader.allowance.take(64)
        strings.append(try reader.data())
      case 20: type = try reader.int()
      case 21: reference = try reader.string()
      default: break
      }
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.string(name, 1)
    if let float { writer.float(float, 2) }
    if let int { writer.int(int, 3) }
    if let string { writer.bytes(string, 4) }
    if let tensor { writer.message(tensor, 5) }
    if let graph { writer.message(graph, 6) }
    writer.floats(floats, 7)
    writer.ints(ints, 8)
    for string in strings { writer.bytes(string, 9) }
    writer.int(type, 20)
    writer.string(unlessEmpty: reference, 21)
  }
}
