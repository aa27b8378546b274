import Tensors

/// A model as its file describes it, checked and put in order: functions are inlined, nodes come after those they take
/// from, weights are at hand. Nothing is computed or fused yet.
package struct ONNXModel: Sendable {
  package var irVersion: Int
  package var producerName: String
  package var producerVersion: String
  /// The version of each operator set that it imports, by domain; `""` is ONNX itself.
  package var opsets: [String: Int]
  /// What must be given, in order; initialisers are not among them.
  package var inputs: [TensorInfo]
  package var outputs: [TensorInfo]
  /// Its constants are the initialisers; outer values of the subgraphs of its nodes are looked up by name in it.
  package var graph: Subgraph
  /// The key-value pairs that the file carries.
  package var metadata: [String: String]
  /// The files beside it that hold weights, as it names them.
  package var externalFiles: [String] = []

  package init(
    irVersion: Int, producerName: String, producerVersion: String, opsets: [String: Int], inputs: [TensorInfo],
    outputs: [TensorInfo], graph: Subgraph, metadata: [String: String] = [:]
  ) {
    self.irVersion = irVersion
    self.producerName = producerName
    self.producerVersion = producerVersion
    self.opsets = opsets
    self.inputs = inputs
    self.outputs = outputs
    self.graph = graph
    self.metadata = metadata
  }
}

extension ONNXModel {
  /// The most elements that nodes may make of constants: those of the file four times, as each may be
  /// dequantised, transposed and reshaped, and 2²⁴, so that no small file takes much.
  var constantAllowance: Int {
    var count = graph.constants.values.reduce(0) { $0 + $1.shape.count }
    for node in graph.nodes {
      for case .tensor(let constant) in node.attributes.values { count += constant.shape.count }
    }
    return 4 * count + 1 << 24
  }
}

/// What a file says of an input or output.
package struct TensorInfo: Sendable, Hashable {
  package enum Dimension: Sendable, Hashable {
    case fixed(Int)
    /// Free, under a name such as `batch`.
    case named(String)
    case unknown
  }

  package var name: String
  package var type: ElementType
  /// `nil` if the file does not even say how many there are.
  package var dimensions: [Dimension]?

  package init(name: String, type: ElementType, dimensions: [Dimension]?) {
    self.name = name
    self.type = type
    self.dimensions = dimensions
  }
}
