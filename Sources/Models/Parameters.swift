public import Autodiff
public import Tensors

/// Named tensors in a fixed order: the weights of a model.
public struct Parameters: Sendable {
  public private(set) var names: [String] = []
  private var tensors: [String: Tensor] = [:]

  public init() {}

  /// The tensor called `name`; assigning appends a new name or replaces a tensor of the same shape.
  public subscript(name: String) -> Tensor {
    get {
      guard let tensor = tensors[name] else { preconditionFailure("Parameters: no tensor is called \(name)") }
      return tensor
    }
    set {
      if let old = tensors[name] {
        precondition(old.shape == newValue.shape, "Parameters: \(name) has shape \(old.shape), not \(newValue.shape)")
      } else {
        names.append(name)
      }
      tensors[name] = newValue
    }
  }

  /// The tensors in order.
  public var values: [Tensor] { names.map { tensors[$0]! } }

  /// The number of scalars in all tensors.
  public var count: Int { tensors.values.reduce(0) { $0 + $1.count } }

  /// Appends a layer's weight of `shape` and its bias, uniform on ±1/√(fan-in) as PyTorch initialises them.
  mutating func addUniform(_ layer: String, _ shape: Shape, seed: UInt64) {
    var stream = RandomStream(seed: seed, UInt64(names.count))
    let bound = 1 / Float(shape.withoutBatch.count).squareRoot()
    for (name, shape) in Self.weightAndBias(layer, shape) {
      self[name] = Tensor(uninitialized: shape) { weights in
        for i in 0..<shape.count { weights[i] = (2 * stream.uniform() - 1) * bound }
      }
    }
  }

  /// The tensors of a layer with a weight of `shape` and a bias.
  static func weightAndBias(_ layer: String, _ shape: Shape) -> [(name: String, shape: Shape)] {
    [("\(layer).weight", shape), ("\(layer).bias", [shape[0]])]
  }

  /// Lets `body` change the tensors called `names` in place, without copying them.
  public mutating func update<Result>(
    _ names: [String], _ body: (inout [Tensor]) throws -> Result
  ) rethrows -> Result {
    var values = names.map { self[$0] }
    for name in names { tensors[name] = nil }
    defer { for (name, value) in zip(names, values) { tensors[name] = value } }
    return try body(&values)
  }

  /// Puts the tensors on `graph`: as variables where `isTrained`, as constants elsewhere.
  public func bound(to graph: Graph, trained isTrained: (String) -> Bool) -> BoundParameters {
    var variables: [String: Variable] = [:]
    for name in names { variables[name] = isTrained(name) ? graph.variable(self[name]) : graph.constant(self[name]) }
    return BoundParameters(variables: variables)
  }
}

/// Parameters on a graph.
public struct BoundParameters {
  fileprivate let variables: [String: Variable]

  public subscript(name: String) -> Variable {
    guard let variable = variables[name] else { preconditionFailure("BoundParameters: nothing is called \(name)") }
    return variable
  }
}
