import Foundation

/// A node as the file has it, with its attributes decoded: once for a function, however often that is called.
struct NodeDraft {
  let name: String
  let domain: String
  let operatorName: String
  let overload: String
  /// Empty where one is left out.
  let inputs: [String]
  let outputs: [String]
  let attributes: [(name: String, value: AttributeDraft)]

  /// What messages call it: its operator, and its name or that of its output.
  let title: String
}

enum AttributeDraft {
  case value(Attribute)
  case graph(GraphDraft)
  /// The value of an attribute of the function around it, which must be of this kind.
  case reference(String, AttributeMessage.Kind)
}

struct GraphDraft {
  let inputs: [String]
  let outputs: [String]
  let nodes: [NodeDraft]
  let constants: [String: Constant]
}

struct FunctionDraft {
  let inputs: [String]
  let outputs: [String]
  let nodes: [NodeDraft]
  let defaults: [(name: String, value: AttributeDraft)]
  let opsets: [String: Int]
}

extension GraphDraft {
  init(_ message: GraphMessage, files: WeightFiles) throws {
    if let name = message.sparseInitializers.first {
      throw ModelFailure(
        "its weights “\(name)” are sparse", remedy: "export it with dense weights: `weight.to_dense()`")
    }
    var constants: [String: Constant] = [:]
    for tensor in message.initializers {
      guard !tensor.name.isEmpty else { throw ModelFailure.invalid("it has weights without a name") }
      guard constants[tensor.name] == nil else { throw ModelFailure.invalid("it has two weights “\(tensor.name)”") }
      constants[tensor.name] = try tensor.constant("the tensor “\(tensor.name)”", files: files)
    }
    self.constants = constants
    // Up to IR version 3 weights were inputs too; later, such inputs have defaults.
    inputs = message.inputs.map(\.name).filter { constants[$0] == nil }
    outputs = message.outputs.map(\.name)
    nodes = try message.nodes.map { try NodeDraft($0, files: files) }
  }

  /// All names of values in it and its subgraphs.
  func forEachName(_ body: (String) -> Void) {
    inputs.forEach(body)
    outputs.forEach(body)
    constants.keys.forEach(body)
    for node in nodes {
      node.inputs.forEach(body)
      node.outputs.forEach(body)
      for case (_, .graph(let graph)) in node.attributes { graph.forEachName(body) }
    }
  }
}

extension NodeDraft {
  init(_ message: NodeMessage, files: WeightFiles) throws {
    name = message.name
    domain = OperatorSetMessage.normalized(message.domain)
    operatorName = message.operatorName
    overload = message.overload
    inputs = message.inputs
    outputs = message.outputs
    title = "\(operatorName) “\(name.isEmpty ? outputs.first ?? "" : name)”"
    guard !operatorName.isEmpty else { throw ModelFailure.invalid("the node “\(name)” has no operator") }
    attributes = try AttributeDraft.table(message.attributes, title, files: files)
  }
}

extension FunctionDraft {
  init(_ message: FunctionMessage, files: WeightFiles) throws {
    let title = "the function “\(message.name)”"
    inputs = message.inputs
    outputs = message.outputs
    guard Set(inputs).count == inputs.count else { throw ModelFailure.invalid("\(title) has two inputs of one name") }
    nodes = try message.nodes.map { try NodeDraft($0, files: files) }
    defaults = try AttributeDraft.table(message.defaults, title, files: files)
    opsets = try OperatorSetMessage.versions(message.operatorSets, title)
  }
}

extension OperatorSetMessage {
  /// The operators of ONNX itself have two names for their domain.
  static func normalized(_ domain: String) -> String { domain == "ai.onnx" ? "" : domain }

  static func versions(_ messages: [OperatorSetMessage], _ title: String) throws -> [String: Int] {
    var versions: [String: Int] = [:]
    for message in messages {
      let domain = normalized(message.domain)
      if let other = versions.updateValue(message.version, forKey: domain), other != message.version {
        throw ModelFailure.invalid("\(title) imports the operator sets \(other) and \(message.version) of “\(domain)”")
      }
    }
    return versions
  }
}

// MARK: Attributes

extension AttributeDraft {
  fileprivate static func table(
    _ messages: [AttributeMessage], _ title: String, files: WeightFiles
  ) throws -> [(name: String, value: AttributeDraft)] {
    guard Set(messages.map(\.name)).count == messages.count else {
      throw ModelFailure.invalid("\(title) has two attributes of one name")
    }
    return try messages.map { ($0.name, try AttributeDraft($0, title, files: files)) }
  }

  private init(_ message: AttributeMessage, _ title: String, files: WeightFiles) throws {
    let what = "the attribute \(message.name) of \(title)"
    guard let kind = message.kind else {
      throw ModelFailure.invalid("\(what) has the type \(message.type), which is unknown")
    }
    guard message.reference.isEmpty else {
      self = .reference(message.reference, kind)
      return
    }
    func text(_ bytes: Data) throws -> String {
      try files.allowance.take(bytes.count + 64)
      return String(decoding: bytes, as: UTF8.self)
    }
    // Writers of the third version of protocol buffers leave zeros out.
    switch kind {
    case .float: self = .value(.float(message.float ?? 0))
    case .int: self = .value(.int(message.int ?? 0))
    case .string: self = .value(.string(try text(message.string ?? Data())))
    case .floats: self = .value(.floats(message.floats))
    case .ints: self = .value(.ints(message.ints))
    case .strings: self = .value(.strings(try message.strings.map(text)))
    case .tensor:
      guard let tensor = message.tensor else { throw ModelFailure.invalid("\(what) has no tensor") }
      self = .value(.tensor(try tensor.constant(what, files: files)))
    case .graph:
      guard let graph = message.graph else { throw ModelFailure.invalid("\(what) has no graph") }
      self = .graph(try GraphDraft(graph, files: files))
    case .sparseTensor, .sparseTensors:
      throw ModelFailure("\(what) is sparse", remedy: "export it with dense weights: `weight.to_dense()`")
    case .undefined, .tensors, .graphs, .type, .types:
      throw ModelFailure(
        "\(what) is \(kind == .undefined ? "empty" : "of the type \(kind)"), which no operator of a classifier takes",
        remedy: "export the classifier alone, without what prepares its input or reads its output")
    }
  }
}

extension AttributeMessage {
  /// What it holds; nil: of a type that is unknown.
  fileprivate var kind: Kind? {
    guard let kind = Kind(rawValue: type) else { return nil }
    guard kind == .undefined else { return kind }
    // The first files did not say.
    if float != nil { return .float }
    if int != nil { return .int }
    if string != nil { return .string }
    if tensor != nil { return .tensor }
    if graph != nil { return .graph }
    if !floats.isEmpty { return .floats }
    if !ints.isEmpty { return .ints }
    return strings.isEmpty ? .undefined : .strings
  }
}

extension Attribute {
  var kind: AttributeMessage.Kind {
    switch self {
    case .float: .float
    case .int: .int
    case .string: .string
    case .tensor: .tensor
    case .graph: .graph
    case .floats: .floats
    case .ints: .ints
    case .strings: .strings
    }
  }
}
