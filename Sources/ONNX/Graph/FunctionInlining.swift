import Tensors

/// Makes nodes of drafts, and puts the nodes of functions in place of the nodes that call them.
///
/// Values and nodes of a function are called `CALL/NAME`, CALL being the node that calls it.
struct FunctionInlining {
  /// What a function is known by.
  struct Key: Hashable {
    let domain: String
    let name: String
    let overload: String
  }

  /// What the names within a graph or a function stand for.
  private struct Scope {
    /// What names of new nodes begin with.
    var prefix = ""
    /// The new names of values, for each subgraph around; `nil` where an input is left out. Empty: they keep their names.
    var names: [[String: String?]] = []
    /// The attributes of the call; `nil` outside of functions.
    var attributes: [String: Attribute]?
    var opsets: [String: Int]
    /// The functions around.
    var calls: [Key] = []
    /// How many functions and graphs are around.
    var depth = 0
  }

  static let maximumDepth = 64
  static let maximumNodes = 100_000
  /// The first operator set whose broadcasting is that of today.
  static let oldestOpset = 7

  private let functions: [Key: FunctionMessage]
  private let opsets: [String: Int]
  private let files: WeightFiles
  private var drafts: [Key: FunctionDraft] = [:]
  private var values = UniqueNames()
  private var nodes = UniqueNames()
  private var nodeCount = 0

  private init(_ functions: [FunctionMessage], opsets: [String: Int], files: WeightFiles) throws {
    var table: [Key: FunctionMessage] = [:]
    for function in functions {
      let domain = OperatorSetMessage.normalized(function.domain)
      let key = Key(domain: domain, name: function.name, overload: function.overload)
      guard table.updateValue(function, forKey: key) == nil else {
        throw ModelFailure.invalid("it defines the function “\(function.name)” twice")
      }
    }
    (self.functions, self.opsets, self.files) = (table, opsets, files)
  }

  /// The graph of `draft`.
  /// - Parameter opsets: the operator sets that the model imports.
  /// - Throws: `ModelFailure`.
  static func graph(
    of draft: GraphDraft, functions: [FunctionMessage], opsets: [String: Int], files: WeightFiles
  ) throws -> Subgraph {
    var inlining = try FunctionInlining(functions, opsets: opsets, files: files)
    draft.forEachName { inlining.values.reserve($0) }
    var scope = Scope(opsets: opsets)
    return try inlining.graph(of: draft, &scope)
  }

  private mutating func graph(of draft: GraphDraft, _ scope: inout Scope) throws -> Subgraph {
    guard scope.depth < Self.maximumDepth else {
      throw ModelFailure.invalid("its functions and subgraphs are nested more than \(Self.maximumDepth) deep")
    }
    scope.depth += 1
    defer { scope.depth -= 1 }
    let isInFunction = !scope.names.isEmpty
    if isInFunction {
      // What the graph defines hides what is called so outside.
      scope.names.append([:])
      let defined = draft.inputs + draft.constants.keys + draft.nodes.flatMap(\.outputs)
      for name in defined where !name.isEmpty { try define(name, in: &scope) }
    }
    defer { if isInFunction { scope.names.removeLast() } }
    var graph = Subgraph(inputs: [], outputs: [], nodes: [], constants: [:])
    for (name, constant) in draft.constants { graph.constants[try renamed(name, &scope) ?? name] = constant }
    graph.inputs = try draft.inputs.map { try renamed($0, &scope) ?? "" }
    for node in draft.nodes { try append(node, to: &graph, &scope) }
    graph.outputs = try draft.outputs.map { name in
      guard let renamed = try renamed(name, &scope) else {
        throw ModelFailure.invalid("a graph has an output without name")
      }
      return renamed
    }
    return graph
  }
}

// MARK: Nodes

extension FunctionInlining {
  private mutating func append(_ draft: NodeDraft, to graph: inout Subgraph, _ scope: inout Scope) throws {
    nodeCount += 1
    guard nodeCount <= Self.maximumNodes else {
      throw ModelFailure(
        "it has more than \(Self.maximumNodes) nodes",
        remedy: "export a smaller model; unrolled loops are the usual reason")
    }
    let base = scope.prefix + (draft.name.isEmpty ? "\(draft.operatorName)_\(graph.nodes.count)" : draft.name)
    try files.allowance.take(base.utf8.count + 256)
    var node = Node(
      name: nodes.unique(base), domain: draft.domain, operatorName: draft.operatorName, opset: 1,
      inputs: try draft.inputs.map { try renamed($0, &scope) },
      outputs: try draft.outputs.map { try renamed($0, &scope) })
    for (name, value) in draft.attributes {
      switch value {
      case .value(let value): node.attributes[name] = value
      case .graph(let inner): node.attributes[name] = .graph(try self.graph(of: inner, &scope))
      case .reference(let reference, let kind):
        node.attributes[name] = try referenced(reference, kind, by: "the attribute \(name) of \(draft.title)", scope)
      }
    }
    let key = Key(domain: draft.domain, name: draft.operatorName, overload: draft.overload)
    if let function = functions[key] {
      try call(function, key, by: node, draft.title, graph: &graph, scope)
      return
    }
    node.opset = try opset(of: draft, scope)
    if let constant = try Self.constant(node, draft.title) {
      let name = node.outputs[0]!
      guard graph.constants.updateValue(constant, forKey: name) == nil else {
        throw ModelFailure.invalid("“\(name)” is defined twice, the second time by \(draft.title)")
      }
      return
    }
    graph.nodes.append(node)
  }

  private func referenced(
    _ name: String, _ kind: AttributeMessage.Kind, by title: String, _ scope: Scope
  ) throws -> Attribute? {
    guard let attributes = scope.attributes else {
      throw ModelFailure.invalid("\(title) is that of a function, but the node is in none")
    }
    guard let value = attributes[name] else { return nil }
    guard kind == .undefined || kind == value.kind else {
      throw ModelFailure.invalid(
        "\(title) should be of type \(kind), but “\(name)” of the function is of type \(value.kind)")
    }
    return value
  }

  private func opset(of draft: NodeDraft, _ scope: Scope) throws -> Int {
    let opset = scope.opsets[draft.domain] ?? opsets[draft.domain]
    guard draft.domain.isEmpty else { return opset ?? 1 }
    guard let opset else {
      throw ModelFailure.invalid("it imports no operator set of ONNX, but has \(draft.title)")
    }
    try Self.check(opset)
    return opset
  }

  /// - Throws: `ModelFailure` if operators of the set `opset` are too old.
  static func check(_ opset: Int) throws {
    guard opset < oldestOpset else { return }
    throw ModelFailure(
      "it follows operator set \(opset) of ONNX; those from \(oldestOpset) on are read",
      remedy:
        "convert it: `onnx.save(onnx.version_converter.convert_version(onnx.load(\"net.onnx\"), 17), \"new.onnx\")`")
  }

  /// The value of a `Constant`; nil for other nodes.
  private static func constant(_ node: Node, _ title: String) throws -> Constant? {
    guard node.operatorName == "Constant", node.domain.isEmpty else { return nil }
    guard node.outputs.count == 1, node.outputs[0] != nil, node.attributes.count == 1 else {
      throw ModelFailure.invalid(
        "\(title) has \(node.attributes.count) values and \(node.outputs.count) outputs, not one")
    }
    switch node.attributes.first! {
    case ("value", .tensor(let constant)): return constant
    case ("value_int", .int(let value)): return Constant([value], shape: [])
    case ("value_ints", .ints(let values)): return Constant(values)
    case ("value_float", .float(let value)): return Constant(Tensor(value))
    case ("value_floats", .floats(let values)): return Constant(Tensor(values, shape: [values.count]))
    case (let name, .string), (let name, .strings):
      throw ModelFailure(
        "\(title) holds texts (\(name)), not numbers",
        remedy: "export the classifier alone, without what prepares texts or names classes")
    case (let name, _):
      throw ModelFailure.invalid("\(title) has an attribute \(name) of another type than its name says")
    }
  }
}

// MARK: Functions

extension FunctionInlining {
  /// Puts the nodes of `function` in place of `node`, which calls it.
  private mutating func call(
    _ function: FunctionMessage, _ key: Key, by node: Node, _ title: String, graph: inout Subgraph, _ scope: Scope
  ) throws {
    guard !scope.calls.contains(key) else { throw ModelFailure.invalid("the function “\(key.name)” calls itself") }
    guard scope.depth < Self.maximumDepth else {
      throw ModelFailure.invalid("its functions and subgraphs are nested more than \(Self.maximumDepth) deep")
    }
    let draft = try drafts[key] ?? FunctionDraft(function, files: files)
    drafts[key] = draft
    guard node.inputs.count <= draft.inputs.count, node.outputs.count <= draft.outputs.count else {
      throw ModelFailure.invalid(
        "\(title) has \(node.inputs.count) inputs and \(node.outputs.count) outputs, but the function of this name "
          + "\(draft.inputs.count) and \(draft.outputs.count)")
    }
    var inner = Scope(prefix: node.name + "/", attributes: node.attributes, opsets: draft.opsets)
    inner.calls = scope.calls + [key]
    inner.depth = scope.depth + 1
    for (name, value) in draft.defaults where node.attributes[name] == nil {
      if case .value(let value) = value { inner.attributes![name] = value }
    }
    var names: [String: String?] = [:]
    for (index, name) in draft.inputs.enumerated() {
      names[name] = .some(node.inputs.indices.contains(index) ? node.inputs[index] : nil)
    }
    // What is given out under another name than it has within is passed on by a node.
    var passed: [(name: String, output: String)] = []
    for (index, name) in draft.outputs.enumerated() {
      guard let output = node.outputs.indices.contains(index) ? node.outputs[index] : nil else { continue }
      if names[name] == nil { names[name] = .some(output) } else { passed.append((name, output)) }
    }
    inner.names = [names]
    for node in draft.nodes { try append(node, to: &graph, &inner) }
    for (name, output) in passed {
      graph.nodes.append(
        Node(
          name: nodes.unique("\(inner.prefix)\(name)"), operatorName: "Identity",
          opset: draft.opsets[""] ?? opsets[""] ?? 13,
          inputs: [try renamed(name, &inner)], outputs: [output]))
    }
  }

  /// The name of the value in the whole model; nil for one that is left out.
  private mutating func renamed(_ name: String, _ scope: inout Scope) throws -> String? {
    guard !name.isEmpty else { return nil }
    guard !scope.names.isEmpty else { return name }
    for names in scope.names.reversed() { if let known = names[name] { return known } }
    return try define(name, in: &scope, 0)
  }

  /// Gives the value `name` a new name, in the innermost graph or the one at `level`.
  @discardableResult private mutating func define(
    _ name: String, in scope: inout Scope, _ level: Int? = nil
  ) throws -> String {
    let base = scope.prefix + name
    try files.allowance.take(base.utf8.count + 128)
    let new = values.unique(base)
    scope.names[level ?? scope.names.count - 1][name] = .some(new)
    return new
  }
}

/// Names that are given once.
struct UniqueNames {
  private var taken: Set<String> = []
  private var next: [String: Int] = [:]

  mutating func reserve(_ name: String) { taken.insert(name) }

  /// `base`, or with `_2`, `_3`, … if it was given before.
  mutating func unique(_ base: String) -> String {
    if taken.insert(base).inserted { return base }
    var number = next[base] ?? 2
    while !taken.insert("\(base)_\(number)").inserted { number += 1 }
    next[base] = number + 1
    return "\(base)_\(number)"
  }
}
