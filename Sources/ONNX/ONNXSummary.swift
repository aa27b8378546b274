import Tensors

/// What is in an ONNX file, and what was made of it, for people to read.
public struct ONNXSummary: Sendable {
  /// A node that is left after folding and fusing.
  public struct Layer: Sendable, Equatable {
    public let node: String
    public let operatorName: String
    /// Of one image, or of one group where the model takes groups; with the batch axis.
    public let output: String
    public let parameterCount: Int
  }

  public let irVersion: Int
  /// For example `pytorch 2.15.0`.
  public let producer: String
  /// The operator sets that it imports, by domain; `ai.onnx` is ONNX itself.
  public let operatorSets: [String: Int]
  public let input: String
  public let outputs: [String]
  public let layers: [Layer]
  /// How many numbers its weights hold, as the file has them.
  public let parameterCount: Int
  /// How often each operator stands in the file.
  public let operators: [String: Int]
  /// The nodes that were computed once, as they depend on constants alone.
  public let folded: [String]
  /// The normalisations that went into the weights before them.
  public let fused: [String]
  /// What was taken for granted: how scores are found, how many images it takes at a time.
  public let notes: [String]

  init(_ model: ONNXModel, _ network: ONNXNetwork) {
    irVersion = model.irVersion
    producer = [model.producerName, model.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
    operatorSets = Dictionary(
      model.opsets.map { ($0.key.isEmpty ? "ai.onnx" : $0.key, $0.value) }, uniquingKeysWith: max)
    input = model.inputs.map { "\($0.name) \($0.text)" }.joined(separator: ", ")
    outputs = model.outputs.map { "\($0.name) \($0.text)" }
    parameterCount = model.graph.constants.values.reduce(0) { $0 + ($1.type.isReal ? $1.shape.count : 0) }
    operators = Dictionary(model.graph.nodes.map { ($0.operatorName, 1) }, uniquingKeysWith: +)
    folded = network.folded
    fused = network.fused
    notes = network.notes
    var shapes: [String: String] = [:]
    for step in network.sample.steps { shapes[step.node] = step.shape.description }
    let constants = network.model.graph.constants
    layers = network.model.graph.nodes.compactMap { node in
      guard let shape = shapes[node.name] else { return nil }
      let weights = Set(node.inputs.compactMap { $0 }).compactMap { constants[$0] }.filter(\.type.isReal)
      return Layer(
        node: node.name, operatorName: node.operatorName, output: shape,
        parameterCount: weights.reduce(0) { $0 + $1.shape.count })
    }
  }
}
