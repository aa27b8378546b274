import Foundation
import Tensors

/// Writes the nodes of a graph one after the other, each named after the layer that it is of: `capsules1/iteration2/mean`.
///
/// A node has one output, which is called as the node is, so that the name stands for both. What is written follows from the
/// calls alone: the same ones make the same graph.
struct GraphWriter {
  private var nodes: [NodeMessage] = []
  private var initializers: [TensorMessage] = []
  private var names: Set<String> = [Self.scores]
  /// How names begin.
  private var prefix = ""

  /// Lets `body` write nodes whose names begin with that of `layer`.
  mutating func layer<Result>(_ layer: String, _ body: (inout GraphWriter) throws -> Result) rethrows -> Result {
    let outer = prefix
    prefix += layer + "/"
    defer { prefix = outer }
    return try body(&self)
  }

  /// Writes one node and gives its name.
  mutating func node(
    _ operatorName: String, _ inputs: [String], _ name: String, _ attributes: AttributeMessage...
  ) -> String {
    let name = unique(name)
    nodes.append(NodeMessage(operatorName, name: name, inputs, [name], attributes))
    return name
  }

  /// Weights, or other numbers that are known.
  mutating func constant(_ tensor: Tensor, _ name: String) -> String {
    let name = unique(name)
    let bytes = tensor.withUnsafeBuffer { values in
      #if _endian(little)
        Data(buffer: values)
      #else
        values.map { $0.bitPattern.littleEndian }.withUnsafeBytes { Data($0) }
      #endif
    }
    initializers.append(TensorMessage(name, .float, tensor.shape.dimensions, raw: bytes))
    return name
  }

  mutating func constant(_ value: Float, _ name: String) -> String { constant(Tensor(value), name) }

  /// Axes, sizes or indices, of `dimensions`: by default, a list.
  mutating func integers(_ values: [Int], of dimensions: [Int]? = nil, _ name: String) -> String {
    let name = unique(name)
    let bytes = values.map { Int64($0).littleEndian }.withUnsafeBytes { Data($0) }
    initializers.append(TensorMessage(name, .int64, dimensions ?? [values.count], raw: bytes))
    return name
  }

  private mutating func unique(_ name: String) -> String {
    let name = prefix + name
    precondition(names.insert(name).inserted, "GraphWriter: two values are called \(name)")
    return name
  }

  /// The graph of images `[batch, …]` of `shape`, called `image`, whose scores are the output of the last node. What they do
  /// not need is left out.
  func graph(_ name: String, image: String, shape: Shape, scores: String, classCount: Int) -> GraphMessage {
    precondition(nodes.last?.outputs == [scores], "GraphWriter: \(scores) is not the last value")
    var needed: Set<String> = [scores]
    var graph = GraphMessage()
    graph.name = name
    for node in nodes.reversed() where needed.contains(node.outputs[0]) {
      needed.formUnion(node.inputs)
      graph.nodes.append(node)
    }
    graph.nodes.reverse()
    graph.nodes[graph.nodes.count - 1].outputs = [Self.scores]
    graph.initializers = initializers.filter { needed.contains($0.name) }
    let batch = ValueMessage.Dimension.parameter("batch")
    graph.inputs = [ValueMessage(image, .float, [batch] + shape.dimensions.map { .value($0) })]
    graph.outputs = [ValueMessage(Self.scores, .float, [batch, .value(classCount)])]
    return graph
  }

  private static let scores = "scores"
}

extension AttributeMessage {
  static func int(_ name: String, _ value: Int) -> AttributeMessage { AttributeMessage(name, .int) { $0.int = value } }

  static func ints(_ name: String, _ values: [Int]) -> AttributeMessage {
    AttributeMessage(name, .ints) { $0.ints = values }
  }
}
