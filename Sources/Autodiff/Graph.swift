public import Tensors

/// A tape: operations in the order they ran, recorded as data, with the values between them.
///
/// One graph belongs to one chunk of work and one thread. What no gradient can reach is not kept for the reverse pass: a
/// value that depends on constants alone lives as long as a `Variable` of it, so memory does not grow with depth.
public final class Graph {
  /// One recorded operation. `inputs` and `outputs` index the graph's values.
  public struct Node: Sendable {
    public let operation: any Operation
    public let inputs: [Int]
    public let outputs: Range<Int>
    /// What the reverse rule wants; nothing if no gradient can reach the node.
    fileprivate let tape: Tape?
  }

  fileprivate struct Tape {
    let inputs: [Tensor]
    let outputs: [Tensor]
    let saved: [Tensor]
  }

  public private(set) var nodes: [Node] = []
  /// Of every value, leaves included.
  private var shapes: [Shape] = []
  private var requiresGradient: [Bool] = []

  public init() {}

  /// A leaf whose gradient may be asked for.
  public func variable(_ value: Tensor) -> Variable { leaf(value, requiresGradient: true) }

  /// A leaf that is held fixed: nothing is computed or kept for its gradient.
  public func constant(_ value: Tensor) -> Variable { leaf(value, requiresGradient: false) }

  private func leaf(_ value: Tensor, requiresGradient flag: Bool) -> Variable {
    shapes.append(value.shape)
    requiresGradient.append(flag)
    return Variable(graph: self, index: shapes.count - 1, value: value)
  }

  /// Runs `operation` on `inputs` and records it.
  public func apply(_ operation: some Operation, to inputs: [Variable]) -> [Variable] {
    precondition(inputs.allSatisfy { $0.graph === self }, "\(operation.name): an input belongs to another graph")
    let indices = inputs.map(\.index)
    let differentiable = indices.contains { requiresGradient[$0] }
    let values = inputs.map(\.value)
    let evaluation = operation.value(of: values, saving: differentiable)
    let outputs = shapes.count..<(shapes.count + evaluation.outputs.count)
    shapes += evaluation.outputs.map(\.shape)
    requiresGradient += Array(repeating: differentiable, count: outputs.count)
    let tape = differentiable ? Tape(inputs: values, outputs: evaluation.outputs, saved: evaluation.saved) : nil
    nodes.append(Node(operation: operation, inputs: indices, outputs: outputs, tape: tape))
    return zip(outputs, evaluation.outputs).map { Variable(graph: self, index: $0, value: $1) }
  }

  /// The gradients of the scalar `loss` by each of `variables`: zero tensors where nothing flows.
  ///
  /// Only operations between `variables` and `loss` run their reverse rule, and each computes only what is wanted.
  public func gradients(of loss: Variable, by variables: [Variable]) -> [Tensor] {
    precondition(loss.value.count == 1, "Graph.gradients: the loss has shape \(loss.value.shape), not one element")
    return gradients(of: loss, seed: Tensor(repeating: 1, shape: loss.value.shape), by: variables)
  }

  /// The gradients of the scalar `loss` by each of `parameters`, left as products where the layer can.
  public func parameterGradients(of loss: Variable, by parameters: [Variable]) -> [ParameterGradient] {
    precondition(loss.value.count == 1, "Graph.gradients: the loss has shape \(loss.value.shape), not one element")
    // The gradient of a parameter that is used twice is a sum.
    var uses = [Int](repeating: 0, count: shapes.count)
    for node in nodes { for input in node.inputs { uses[input] += 1 } }
    return gradients(
      of: loss, seed: Tensor(repeating: 1, shape: loss.value.shape), by: parameters,
      leavingProducts: Set(parameters.map(\.index).filter { uses[$0] == 1 }))
  }

  /// The vector-Jacobian products `seedᵀ ∂output/∂variable`; `seed` has the shape of `output`.
  public func gradients(of output: Variable, seed: Tensor, by variables: [Variable]) -> [Tensor] {
    gradients(of: output, seed: seed, by: variables, leavingProducts: []).map(\.tensor)
  }

  private func gradients(
    of output: Variable, seed: Tensor, by variables: [Variable], leavingProducts: Set<Int>
  ) -> [ParameterGradient] {
    precondition(seed.shape == output.value.shape, "Graph.gradients: seed \(seed.shape) for \(output.value.shape)")
    var wanted = [Bool](repeating: false, count: shapes.count)
    for variable in variables {
      precondition(variable.graph === self, "Graph.gradients: a variable belongs to another graph")
      precondition(requiresGradient[variable.index], "Graph.gradients: asked for the gradient of a constant")
      wanted[variable.index] = true
    }
    for node in nodes where node.inputs.contains(where: { wanted[$0] }) {
      for output in node.outputs { wanted[output] = true }
    }
    var gradients = [Tensor?](repeating: nil, count: shapes.count)
    var products: [Int: WeightProduct] = [:]
    gradients[output.index] = seed
    let kept = Set(variables.map(\.index))
    for node in nodes.reversed() {
      let incoming = node.outputs.map { gradients[$0] }
      guard incoming.contains(where: { $0 != nil }) else { continue }
      var wants = node.inputs.map { wanted[$0] }
      for output in node.outputs where !kept.contains(output) { gradients[output] = nil }
      guard wants.contains(true), let tape = node.tape else { continue }
      func record() -> ReverseRecord {
        ReverseRecord(
          inputs: tape.inputs, outputs: tape.outputs, saved: tape.saved, gradients: incoming, wants: wants)
      }
      for (position, input) in node.inputs.enumerated() where leavingProducts.contains(input) {
        guard let product = node.operation.weightProduct(record(), byInput: position) else { continue }
        products[input] = product
        wants[position] = false
      }
      guard wants.contains(true) else { continue }
      for ((input, want), gradient) in zip(zip(node.inputs, wants), node.operation.reverse(record())) {
        guard want, let gradient else { continue }
        precondition(
          gradient.shape == shapes[input],
          "\(node.operation.name): gradient \(gradient.shape) for an input of shape \(shapes[input])")
        if gradients[input] == nil { gradients[input] = gradient } else { gradients[input]!.add(gradient) }
      }
    }
    return variables.map { variable in
      if let product = products[variable.index] { return .product(product) }
      return .tensor(gradients[variable.index] ?? Tensor(shape: shapes[variable.index]))
    }
  }
}

extension Graph: CustomStringConvertible {
  /// One line a node: `name(inputs) → outputs: shapes`.
  public var description: String {
    nodes.map { node in
      let inputs = node.inputs.map { "%\($0)" }.joined(separator: ", ")
      let outputs = node.outputs.map { "%\($0): \(shapes[$0])" }.joined(separator: ", ")
      return "\(outputs) = \(node.operation.name)(\(inputs))"
    }.joined(separator: "\n")
  }
}

/// A value on a graph.
public struct Variable {
  public let graph: Graph
  let index: Int
  public let value: Tensor

  public var shape: Shape { value.shape }

  /// Applies an operation of one output to this variable and `others`.
  public func applying(_ operation: some Operation, _ others: Variable...) -> Variable {
    let outputs = graph.apply(operation, to: [self] + others)
    precondition(outputs.count == 1, "\(operation.name) has \(outputs.count) outputs")
    return outputs[0]
  }
}
