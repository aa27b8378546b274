/// `ModelProto`.
package struct ModelMessage: ProtobufMessage, Equatable {
  package var irVersion = 0
  package var producerName = ""
  package var producerVersion = ""
  package var graph: GraphMessage?
  package var operatorSets: [OperatorSetMessage] = []
  package var metadata: [EntryMessage] = []
  package var functions: [FunctionMessage] = []

  package init() {}

  package mutating func merge(_ reader: inout ProtobufReader) throws {
    while let field = try reader.next() {
      switch field {
      case 1: irVersion = try reader.int()
      case 2: producerName = try reader.string()
      case 3: producerVersion = try reader.string()
      case 7: try reader.message(into: &graph)
      case 8: try reader.message(into: &operatorSets)
      case 14: try reader.message(into: &metadata)
      case 25: try reader.message(into: &functions)
      default: break
      }
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.int(irVersion, 1)
    writer.string(unlessEmpty: producerName, 2)
    writer.string(unlessEmpty: producerVersion, 3)
    if let graph { writer.message(graph, 7) }
    for operatorSet in operatorSets { writer.message(operatorSet, 8) }
    for entry in metadata { writer.message(entry, 14) }
    for function in functions { writer.message(function, 25) }
  }
}

/// `OperatorSetIdProto`.
package struct OperatorSetMessage: ProtobufMessage, Equatable {
  package var domain = ""
  package var version = 0

  package init() {}

  package init(domain: String = "", version: Int) { (self.domain, self.version) = (domain, version) }

  package mutating func merge(_ reader: inout ProtobufReader) throws {
    while let field = try reader.next() {
      switch field {
      case 1: domain = try reader.string()
      case 2: version = try reader.int()
      default: break
      }
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.string(domain, 1)
    writer.int(version, 2)
  }
}

/// `StringStringEntryProto`.
package struct EntryMessage: ProtobufMessage, Equatable {
  package var key = ""
  package var value = ""

  package init() {}

  package init(_ key: String, _ value: String) { (self.key, self.value) = (key, value) }

  package mutating func merge(_ reader: inout ProtobufReader) throws {
    while let field = try reader.next() {
      switch field {
      case 1: key = try reader.string()
      case 2: value = try reader.string()
      default: break
      }
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.string(key, 1)
    writer.string(value, 2)
  }
}

/// `FunctionProto`: an operator that the file defines by others.
package struct FunctionMessage: ProtobufMessage, Equatable {
  package var name = ""
  package var domain = ""
  /// Tells functions of one name apart.
  package var overload = ""
  package var inputs: [String] = []
  package var outputs: [String] = []
  package var nodes: [NodeMessage] = []
  /// The names of the attributes that must be given.
  package var attributes: [String] = []
  /// The attributes that may be left out, with their values then.
  package var defaults: [AttributeMessage] = []
  package var operatorSets: [OperatorSetMessage] = []

  package init() {}

  package mutating func merge(_ reader: inout ProtobufReader) throws {
    while let field = try reader.next() {
      switch field {
      case 1: name = try reader.string()
      case 4: inputs.append(try reader.string())
      case 5: outputs.append(try reader.string())
      case 6: attributes.append(try reader.string())
      case 7: try reader.message(into: &nodes)
      case 9: try reader.message(into: &operatorSets)
      case 10: domain = try reader.string()
      case 11: try reader.message(into: &defaults)
      case 13: overload = try reader.string()
      default: break
      }
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.string(name, 1)
    for input in inputs { writer.string(input, 4) }
    for output in outputs { writer.string(output, 5) }
    for attribute in attributes { writer.string(attribute, 6) }
    for node in nodes { writer.message(node, 7) }
    for operatorSet in operatorSets { writer.message(operatorSet, 9) }
    writer.string(unlessEmpty: domain, 10)
    for attribute in defaults { writer.message(attribute, 11) }
    writer.string(unlessEmpty: overload, 13)
  }
}
