import Tensors

/// Lowers the nodes of a graph, in order, for given inputs.
///
/// A node that can't be lowered does not end the work: what depends on it is left out, and all such nodes are told at once.
package struct GraphLowering {
  /// A node that can't be lowered.
  package struct Problem: Sendable {
    package let node: String
    package let operatorName: String
    package let failure: LoweringFailure
  }

  /// All nodes that can't be lowered.
  package struct Failure: Error, Sendable {
    package let problems: [Problem]
  }

  /// What a name stands for.
  private enum Binding {
    case value(Value)
    /// It depends on a node that can't be lowered.
    case missing
  }

  /// More nested subgraphs than any exporter writes.
  private static let maximumDepth = 64

  private let builder: ProgramBuilder
  private var problems: [Problem] = []
  private var scopes: [[String: Binding]] = []
  private var constantElements = 0

  private init(_ builder: ProgramBuilder) { self.builder = builder }

  /// The outputs of `graph` for `inputs`, by name; steps go to `builder`.
  /// - Throws: `Failure`.
  package static func lower(
    _ graph: Subgraph, inputs: [String: Value], builder: ProgramBuilder
  ) throws -> [Value] {
    var lowering = GraphLowering(builder)
    let outputs = lowering.outputs(of: graph, inputs)
    guard lowering.problems.isEmpty else { throw Failure(problems: lowering.problems) }
    return outputs.compactMap { if case .value(let value)? = $0 { value } else { nil } }
  }

  private mutating func outputs(of graph: Subgraph, _ inputs: [String: Value]) -> [Binding?] {
    var scope = graph.constants.mapValues { Binding.value(.constant($0)) }
    for (name, value) in inputs { scope[name] = .value(value) }
    scopes.append(scope)
    defer { scopes.removeLast() }
    for node in graph.nodes {
      let values = results(of: node)
      for (index, name) in node.outputs.enumerated() {
        guard let name else { continue }
        scopes[scopes.count - 1][name] = values.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? .missing
      }
    }
    for name in graph.outputs where lookup(name) == nil {
      problems.append(
        Problem(node: name, operatorName: "output", failure: .invalid("nothing computes the output “\(name)”")))
    }
    return graph.outputs.map(lookup)
  }

  private func lookup(_ name: String) -> Binding? {
    for scope in scopes.reversed() { if let binding = scope[name] { return binding } }
    return nil
  }

  /// `nil` if the node has a problem, or depends on one that has.
  private mutating func results(of node: Node) -> [Binding]? {
    do {
      var inputs: [Value?] = []
      for name in node.inputs {
        guard let name else {
          inputs.append(nil)
          continue
        }
        switch lookup(name) {
        case .value(let value): inputs.append(value)
        case .missing:
          // Whether robust knows the operator is worth telling all the same.
          _ = try definition(of: node)
          return nil
        case nil: throw LoweringFailure.invalid("its input “\(name)” is given by nothing before it")
        }
      }
      builder.nodeName = node.name
      if node.operatorName == "If", node.domain.isEmpty { return try branch(node, inputs) }
      let (definition, version) = try definition(of: node)
      let values = try definition.lower(Invocation(node: node, version: version, inputs: inputs, builder: builder))
      if let last = node.outputs.lastIndex(where: { $0 != nil }), values.count <= last {
        throw LoweringFailure.unsupported("only \(values.count) of its \(node.outputs.count) outputs can be computed")
      }
      try account(for: values)
      return values.map { .value($0) }
    } catch let failure as LoweringFailure {
      problems.append(Problem(node: node.name, operatorName: node.operatorName, failure: failure))
    } catch {
      problems.append(Problem(node: node.name, operatorName: node.operatorName, failure: .invalid("\(error)")))
    }
    return nil
  }

  /// Small files can ask for many large constants.
  private mutating func account(for values: [Value]) throws {
    for case .constant(let constant) in values { constantElements += constant.shape.count }
    guard constantElements <= builder.constantLimit else {
      throw LoweringFailure.unsupported("what is computed of constants so far has \(constantElements) elements")
    }
  }

  private func definition(of node: Node) throws -> (OperatorDefinition, version: Int) {
    let title = node.domain.isEmpty ? node.operatorName : "\(node.domain).\(node.operatorName)"
    guard let definition = OperatorCatalog.definition(domain: node.domain, name: node.operatorName) else {
      throw LoweringFailure.unsupported("the operator \(title) is not supported")
    }
    guard let version = definition.versions.last(where: { $0 <= node.opset }) else {
      throw LoweringFailure.unsupported("\(title) of operator set \(node.opset): known since \(definition.versions[0])")
    }
    if let unknown = node.attributes.keys.filter({ !definition.attributes.contains($0) }).min() {
      throw LoweringFailure.unsupported("its attribute \(unknown) is unknown")
    }
    return (definition, version)
  }

  /// What an `If` gives whose condition is known: the branch that it takes.
  private mutating func branch(_ node: Node, _ inputs: [Value?]) throws -> [Binding] {
    guard let condition = inputs.first ?? nil else { throw LoweringFailure.invalid("its condition is missing") }
    guard let known = condition.constant?.integers else {
      throw LoweringFailure.unsupported("its condition depends on the image")
    }
    guard known.count == 1 else { throw LoweringFailure.invalid("its condition has shape \(condition.shape)") }
    let name = known[0] != 0 ? "then_branch" : "else_branch"
    guard case .graph(let graph)? = node.attributes[name] else { throw LoweringFailure.invalid("it has no \(name)") }
    guard scopes.count < Self.maximumDepth else {
      throw LoweringFailure.unsupported("its subgraphs are nested more than \(Self.maximumDepth) deep")
    }
    return outputs(of: graph, [:]).map { $0 ?? .missing }
  }
}
