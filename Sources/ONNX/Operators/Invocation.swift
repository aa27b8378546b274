package import Autodiff
package import Tensors

/// One node as its operator sees it: inputs, attributes, and where to put steps.
package struct Invocation {
  package let node: Node
  /// The version of the operator's definition that the node follows.
  package let version: Int
  /// `nil` where an optional input is left out.
  package let inputs: [Value?]
  package let builder: ProgramBuilder

  package init(node: Node, version: Int, inputs: [Value?], builder: ProgramBuilder) {
    self.node = node
    self.version = version
    self.inputs = inputs
    self.builder = builder
  }
}

// MARK: Inputs

extension Invocation {
  /// The input at `index`.
  /// - Throws: if it is left out.
  package func input(_ index: Int) throws -> Value {
    guard let value = optionalInput(index) else { throw LoweringFailure.invalid("input \(index) is missing") }
    return value
  }

  package func optionalInput(_ index: Int) -> Value? { inputs.indices.contains(index) ? inputs[index] : nil }

  /// The constant at `index`.
  /// - Throws: if it is left out or depends on the image; `role` says what it is, for example `the axes`.
  package func constant(_ index: Int, _ role: String) throws -> Constant {
    guard let constant = try input(index).constant else {
      throw LoweringFailure.unsupported("\(role) (input \(index)) depend on the image")
    }
    return constant
  }

  /// The whole numbers at `index`, of any rank; `nil` if the input is left out.
  /// - Throws: if it depends on the image or holds real numbers.
  package func optionalIntegers(_ index: Int, _ role: String) throws -> [Int]? {
    guard optionalInput(index) != nil else { return nil }
    guard let integers = try constant(index, role).integers else {
      throw LoweringFailure.invalid("\(role) (input \(index)) are not whole numbers")
    }
    return integers
  }

  package func integers(_ index: Int, _ role: String) throws -> [Int] {
    guard let integers = try optionalIntegers(index, role) else {
      throw LoweringFailure.invalid("\(role) (input \(index)) are missing")
    }
    return integers
  }

  /// The only number at `index`; `nil` if the input is left out.
  /// - Throws: if it depends on the image or is not one number.
  package func optionalScalar(_ index: Int, _ role: String) throws -> Float? {
    guard optionalInput(index) != nil else { return nil }
    let tensor = try constant(index, role).tensor
    guard tensor.count == 1 else { throw LoweringFailure.invalid("\(role) (input \(index)) has shape \(tensor.shape)") }
    return tensor.scalar
  }
}

// MARK: Attributes

extension Invocation {
  package func has(_ attribute: String) -> Bool { node.attributes[attribute] != nil }

  package func int(_ name: String) throws -> Int? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .int(let value) = attribute else { throw mistyped(name, "a whole number") }
    return value
  }

  package func int(_ name: String, default value: Int) throws -> Int { try int(name) ?? value }

  /// A whole number that means yes or no.
  package func flag(_ name: String, default value: Bool = false) throws -> Bool {
    try int(name).map { $0 != 0 } ?? value
  }

  package func float(_ name: String) throws -> Float? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .float(let value) = attribute else { throw mistyped(name, "a number") }
    return value
  }

  package func float(_ name: String, default value: Float) throws -> Float { try float(name) ?? value }

  package func string(_ name: String) throws -> String? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .string(let value) = attribute else { throw mistyped(name, "a text") }
    return value
  }

  package func string(_ name: String, default value: String) throws -> String { try string(name) ?? value }

  package func ints(_ name: String) throws -> [Int]? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .ints(let values) = attribute else { throw mistyped(name, "whole numbers") }
    return values
  }

  package func floats(_ name: String) throws -> [Float]? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .floats(let values) = attribute else { throw mistyped(name, "numbers") }
    return values
  }

  package func tensor(_ name: String) throws -> Constant? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .tensor(let value) = attribute else { throw mistyped(name, "a tensor") }
    return value
  }

  private func mistyped(_ name: String, _ expected: String) -> LoweringFailure {
    .invalid("attribute \(name) is not \(expected)")
  }
}

// MARK: Axes

extension Invocation {
  /// `axis` counted from the front, where negative ones count from the back.
  /// - Throws: if `rank` dimensions have no such axis.
  package func axis(_ axis: Int, rank: Int) throws -> Int {
    guard axis >= -rank, axis < rank else {
      throw LoweringFailure.invalid("axis \(axis) of a tensor with \(rank) dimensions")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// Each axis once, ascending.
  package func axes(_ axes: [Int], rank: Int) throws -> [Int] {
    let counted = try axes.map { try axis($0, rank: rank) }
    guard Set(counted).count == counted.count else { throw LoweringFailure.invalid("the axes \(axes) name one twice") }
    return counted.sorted()
  }
}

// MARK: Outputs

extension Invocation {
  /// The result of `operation`, which has one output, on `inputs`: computed at once if they are all constants, else a step
  /// of the program.
  /// - Parameters:
  ///   - shape: what the operation will give; it must be right.
  ///   - type: of the result's elements, as ONNX has it.
  /// - Throws: if the result would be too large to hold.
  package func emit(
    _ operation: some Operation, _ inputs: [Value], shape: Shape, type: ElementType = .float
  ) throws -> Value {
    try builder.emit(operation, inputs, shape: shape, type: type)
  }

  /// A tensor of known elements.
  package func constant(_ tensor: Tensor, type: ElementType = .float) -> Value {
    .constant(Constant(tensor, type: type))
  }

  /// The shape of `dimensions`.
  /// - Throws: if one is negative or there are too many elements for a tensor.
  package func shape(_ dimensions: [Int]) throws -> Shape { try builder.checkedShape(dimensions) }
}
