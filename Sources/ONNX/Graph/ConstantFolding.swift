import Tensors

/// Computes, once, what no image changes.
///
/// Lowering does so anyway, but for every batch size again; and the passes that fuse nodes look for constants.
enum ConstantFolding {
  /// `model` without the nodes that depend on constants alone, and without those that no output needs; and the names of
  /// those that were computed.
  ///
  /// A node that can't be lowered stays, to be told with all others.
  static func apply(to model: ONNXModel) -> (ONNXModel, folded: [String]) {
    var model = model
    var folded: [String] = []
    var kept: [Node] = []
    // Small files can ask for many large constants.
    var allowance = model.constantAllowance
    for node in model.graph.nodes {
      guard let results = results(of: node, model.graph.constants, allowance) else {
        kept.append(node)
        continue
      }
      allowance -= results.values.reduce(0) { $0 + $1.shape.count }
      model.graph.constants.merge(results) { $1 }
      if node.operatorName != "Constant" { folded.append(node.name) }
    }
    model.graph.nodes = kept
    removeUnused(from: &model.graph)
    return (model, folded)
  }

  /// Removes the nodes and constants that no output needs.
  static func removeUnused(from graph: inout Subgraph) {
    var needed = Set(graph.outputs)
    var kept: [Node] = []
    for node in graph.nodes.reversed() where node.outputs.contains(where: { $0.map(needed.contains) ?? false }) {
      kept.append(node)
      needed.formUnion(names(usedBy: node))
    }
    graph.nodes = kept.reversed()
    graph.constants = graph.constants.filter { needed.contains($0.key) }
  }

  /// Its inputs, and the outer names that its subgraphs use.
  static func names(usedBy node: Node) -> Set<String> {
    var names = Set(node.inputs.compactMap { $0 })
    for case .graph(let graph) in node.attributes.values {
      names.formUnion(graph.outputs)
      for inner in graph.nodes { names.formUnion(self.names(usedBy: inner)) }
    }
    return names
  }

  private static func results(
    of node: Node, _ constants: [String: Constant], _ allowance: Int
  ) -> [String: Constant]? {
    var known: [String: Constant] = [:]
    for name in names(usedBy: node) { known[name] = constants[name] }
    guard node.inputs.compactMap({ $0 }).allSatisfy({ known[$0] != nil }) else { return nil }
    let names = node.outputs.compactMap { $0 }
    let graph = Subgraph(inputs: [], outputs: names, nodes: [node], constants: known)
    let builder = ProgramBuilder(tensorLimit: allowance, constantLimit: allowance)
    guard let values = try? GraphLowering.lower(graph, inputs: [:], builder: builder), values.count == names.count
    else { return nil }
    let results = values.compactMap(\.constant)
    guard results.count == names.count else { return nil }
    return Dictionary(uniqueKeysWithValues: zip(names, results))
  }
}
