/// One node of a graph: an operator, its attributes and its edges.
package struct Node: Sendable {
  /// What the file calls it, or its operator and place where the file calls it nothing; unique in the model.
  package var name: String
  /// `""` for the operators of ONNX itself.
  package var domain: String
  /// For example `Conv`.
  package var operatorName: String
  /// The version of the operator set that the model imports for `domain`.
  package var opset: Int
  package var attributes: [String: Attribute]
  /// The names of its inputs; `nil` where an optional one is left out.
  package var inputs: [String?]
  /// The names of its outputs; `nil` where one is not wanted.
  package var outputs: [String?]

  package init(
    name: String, domain: String = "", operatorName: String, opset: Int, attributes: [String: Attribute] = [:],
    inputs: [String?], outputs: [String?]
  ) {
    self.name = name
    self.domain = domain
    self.operatorName = operatorName
    self.opset = opset
    self.attributes = attributes
    self.inputs = inputs
    self.outputs = outputs
  }
}

/// The value of a node's attribute.
package enum Attribute: Sendable {
  case float(Float)
  case int(Int)
  case string(String)
  case tensor(Constant)
  case graph(Subgraph)
  case floats([Float])
  case ints([Int])
  case strings([String])
}

/// Nodes in an order in which every one comes after those it takes from, with their constants.
package struct Subgraph: Sendable {
  /// The names of what it is given.
  package var inputs: [String]
  package var outputs: [String]
  package var nodes: [Node]
  package var constants: [String: Constant]

  package init(inputs: [String], outputs: [String], nodes: [Node], constants: [String: Constant]) {
    self.inputs = inputs
    self.outputs = outputs
    self.nodes = nodes
    self.constants = constants
  }
}
