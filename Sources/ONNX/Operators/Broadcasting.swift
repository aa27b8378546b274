import Autodiff
import Kernels
import Tensors

extension Invocation {
  /// The shape that NumPy's broadcasting gives `values`.
  /// - Throws: if they do not fit, or the result would be too large.
  func broadcastShape(_ values: [Value]) throws -> Shape {
    var dimensions: [Int] = []
    for value in values {
      guard let both = BroadcastLayout.shape(dimensions, value.shape.dimensions) else {
        let shapes = values.map { "\($0.shape)" }.joined(separator: ", ")
        throw LoweringFailure.invalid("the shapes \(shapes) can't be broadcast")
      }
      dimensions = both
    }
    return try shape(dimensions)
  }

  /// `function` of two values that are broadcast against each other, in floats.
  func broadcast(
    _ function: BroadcastFunction, _ a: Value, _ b: Value, type: ElementType
  ) throws -> Value {
    try emit(BroadcastBinary(function), [a, b], shape: broadcastShape([a, b]), type: type)
  }

  /// `function` of two constants of whole numbers that are broadcast against each other, exact but for the type's range.
  func broadcast(
    _ a: Constant, _ b: Constant, type: ElementType, _ function: (Int, Int) throws -> Int
  ) throws -> Value {
    let shape = try broadcastShape([.constant(a), .constant(b)])
    let (x, y) = (try integers(of: a, repeatedTo: shape), try integers(of: b, repeatedTo: shape))
    return .constant(Constant(try zip(x, y).map { type.wrapped(try function($0, $1)) }, shape: shape, type: type))
  }

  /// The whole numbers of `constant`, repeated to `shape`.
  func integers(of constant: Constant, repeatedTo shape: Shape) throws -> [Int] {
    guard let integers = constant.integers else {
      throw LoweringFailure.invalid("\(constant.type) are not whole numbers")
    }
    if constant.shape == shape { return integers }
    guard shape.count <= 1 << 24 else { throw LoweringFailure.unsupported("a constant of \(shape) whole numbers") }
    if integers.count == 1 { return Array(repeating: integers[0], count: shape.count) }
    let padding = shape.rank - constant.shape.rank
    var strides = [Int](repeating: 0, count: shape.rank)
    var step = 1
    for axis in constant.shape.dimensions.indices.reversed() {
      strides[padding + axis] = constant.shape[axis] == 1 ? 0 : step
      step *= constant.shape[axis]
    }
    return (0..<shape.count).map { index in
      var (rest, source) = (index, 0)
      for axis in shape.dimensions.indices.reversed() {
        source += rest % shape[axis] * strides[axis]
        rest /= shape[axis]
      }
      return integers[source]
    }
  }

  /// `operation`, which keeps shapes, of one value.
  func apply(_ operation: some Operation, to value: Value, type: ElementType? = nil) throws -> Value {
    try emit(operation, [value], shape: value.shape, type: type ?? value.type)
  }

  /// The result of `function` if `value` is a constant of whole numbers; else `nil`.
  func integers(_ value: Value, type: ElementType? = nil, _ function: (Int) -> Int) -> Value? {
    guard let constant = value.constant, let integers = constant.integers else { return nil }
    let type = type ?? constant.type
    return .constant(Constant(integers.map { type.wrapped(function($0)) }, shape: constant.shape, type: type))
  }

  /// The whole numbers of two values, if both are constants of whole numbers.
  func integerConstants(_ a: Value, _ b: Value) -> (Constant, Constant)? {
    guard let a = a.constant, let b = b.constant, a.integers != nil, b.integers != nil else { return nil }
    return (a, b)
  }

  /// - Throws: unless the elements of `value` are real.
  func requireReal(_ value: Value) throws {
    guard value.type.isReal else { throw LoweringFailure.invalid("its input has elements of type \(value.type)") }
  }

  /// The type that two inputs share; real ones may differ in precision, as all are held in the same.
  func sharedType(_ a: Value, _ b: Value) throws -> ElementType {
    guard a.type == b.type || (a.type.isReal && b.type.isReal) else {
      throw LoweringFailure.invalid("its inputs have elements of types \(a.type) and \(b.type)")
    }
    return a.type
  }

  /// `value`, whole numbers that were computed in floats, brought back into the range of its type as its arithmetic would.
  ///
  /// Floats hold whole numbers up to 2²⁴ exactly: the wider types are left as they are.
  func wrapped(_ value: Value) throws -> Value {
    guard case .computed(let computed) = value, let range = computed.type.range, range.count <= 1 << 16 else {
      return value
    }
    let (low, size) = (Float(range.lowerBound), Float(range.count))
    return try apply(ScalarFunction("wrap") { $0 - ((($0 - low) / size).rounded(.down) * size) }, to: value)
  }
}
