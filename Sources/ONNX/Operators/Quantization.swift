import Autodiff
import Kernels
import Tensors

/// Whole numbers that stand for real ones by a scale and a zero point.
///
/// The gradient of a rounding is zero, so none passes `QuantizeLinear`; `DequantizeLinear` is linear.
enum Quantization {
  private static let versions = [10, 13, 19, 21, 23, 24, 25, 28]

  package static let operators: [OperatorDefinition] = [
    OperatorDefinition(
      "QuantizeLinear", versions: versions, attributes: ["axis", "saturate", "block_size", "output_dtype", "precision"]
    ) { [try quantized($0)] },
    OperatorDefinition(
      "DequantizeLinear", versions: versions, attributes: ["axis", "block_size", "output_dtype"]
    ) { [try dequantized($0)] },
    OperatorDefinition("DynamicQuantizeLinear", versions: [11]) { try dynamicallyQuantized($0) },
  ]

  /// `saturate(round(x / scale) + zero point)`.
  private static func quantized(_ invocation: Invocation) throws -> Value {
    let x = try invocation.input(0)
    let scale = try granular(invocation, 1, x.shape)
    let zero = try invocation.optionalInput(2).map { _ in try granular(invocation, 2, x.shape) }
    let type = try outputType(invocation) ?? zero?.type ?? .uint8
    if let zero, zero.type != type { throw LoweringFailure.invalid("zero points of type \(zero.type) for \(type)") }
    let quotient = try invocation.broadcast(.divide, x, scale, type: .float)
    guard let range = type.range else {
      guard let format = NarrowFloat(type) else { throw LoweringFailure.unsupported("a quantisation to \(type)") }
      let saturates = try invocation.flag("saturate", default: true)
      let shifted = try zero.map { try invocation.broadcast(.add, quotient, $0, type: .float) } ?? quotient
      return try invocation.apply(
        ScalarFunction("quantize") { format.rounded($0, saturates: saturates) }, to: shifted, type: type)
    }
    let (low, high) = (Float(range.lowerBound), Float(range.upperBound))
    let rounded = try invocation.apply(ScalarFunction("round") { $0.rounded(.toNearestOrEven) }, to: quotient)
    guard let zero else {
      return try invocation.apply(Pointwise(.clip(low: low, high: high)), to: rounded, type: type)
    }
    let shifted = try invocation.broadcast(.add, rounded, zero, type: .float)
    return try invocation.apply(Pointwise(.clip(low: low, high: high)), to: shifted, type: type)
  }

  /// `(x - zero point) scale`.
  private static func dequantized(_ invocation: Invocation) throws -> Value {
    let x = try invocation.input(0)
    let scale = try granular(invocation, 1, x.shape)
    try invocation.requireReal(scale)
    let type = try outputType(invocation) ?? scale.type
    guard type.isReal else { throw LoweringFailure.invalid("an output of type \(type)") }
    guard invocation.optionalInput(2) != nil else {
      return try invocation.broadcast(.multiply, x, scale, type: type)
    }
    let zero = try granular(invocation, 2, x.shape)
    guard zero.type == x.type else { throw LoweringFailure.invalid("zero points of type \(zero.type) for \(x.type)") }
    let shifted = try invocation.broadcast(.subtract, x, zero, type: .float)
    return try invocation.broadcast(.multiply, shifted, scale, type: type)
  }

  /// Scale, zero point and numbers of unsigned bytes that span 0 and all elements of the input.
  private static func dynamicallyQuantized(_ invocation: Invocation) throws -> [Value] {
    let x = try invocation.input(0)
    try invocation.requireReal(x)
    // The scale is one for the batch: an image's numbers would depend on the others'.
    guard x.constant != nil || x.shape.rank < 2 || x.shape[0] == 1 else {
      throw LoweringFailure.unsupported("one scale for a batch of \(x.shape[0]) that depend on the images")
    }
    let axes = Array(0..<x.shape.rank)
    func extremum(_ function: ReductionFunction, _ bound: BroadcastFunction) throws -> Value {
      let found = try invocation.emit(Reduction(function, axes: axes, keepsAxes: false), [x], shape: [])
      return try invocation.broadcast(bound, found, invocation.constant(Tensor(0)), type: .float)
    }
    let (low, high) = (try extremum(.minimum, .minimum), try extremum(.maximum, .maximum))
    let width = try invocation.broadcast(.subtract, high, low, type: .float)
    let scale = try invocation.broadcast(.divide, width, invocation.constant(Tensor(255)), type: .float)
    let places = try invocation.broadcast(.divide, low, scale, type: .float)
    let round = ScalarFunction("round") { $0.isNaN ? 0 : $0.rounded(.toNearestOrEven) }
    let bytes = Pointwise(.clip(low: 0, high: 255))
    let zero = try invocation.apply(
      bytes, to: invocation.apply(round, to: invocation.apply(Pointwise(.negate), to: places)), type: .uint8)
    let quotient = try invocation.apply(round, to: invocation.broadcast(.divide, x, scale, type: .float))
    let shifted = try invocation.broadcast(.add, quotient, zero, type: .float)
    return [try invocation.apply(bytes, to: shifted, type: .uint8), scale, zero]
  }

  private static func outputType(_ invocation: Invocation) throws -> ElementType? {
    let number = try invocation.int("output_dtype", default: 0)
    guard number != 0 else { return nil }
    guard let type = ElementType(rawValue: number) else {
      throw LoweringFailure.unsupported("the type of number \(number)")
    }
    return type
  }

  /// The scale or zero point at `index`, in a shape that is broadcast to `shape`: one number, one for each place of an axis,
  /// or one for each block of them.
  private static func granular(_ invocation: Invocation, _ index: Int, _ shape: Shape) throws -> Value {
    let value = try invocation.input(index)
    if value.shape.count == 1, value.shape.rank <= max(1, shape.rank) { return try reshaped(invocation, value, to: []) }
    let axis = try invocation.axis(try invocation.int("axis", default: 1), rank: shape.rank)
    let block = try invocation.int("block_size", default: 0)
    guard block != 0 else {
      guard value.shape.rank == 1, value.shape[0] == shape[axis] else {
        throw LoweringFailure.invalid("scales or zero points of \(value.shape) for axis \(axis) of \(shape)")
      }
      var dimensions = [Int](repeating: 1, count: shape.rank)
      dimensions[axis] = shape[axis]
      return try reshaped(invocation, value, to: Shape(dimensions))
    }
    guard block > 0, value.shape.rank == shape.rank, (shape[axis] - 1) / block + 1 == value.shape[axis],
      shape.dimensions.indices.allSatisfy({ $0 == axis || shape[$0] == value.shape[$0] })
    else { throw LoweringFailure.invalid("scales or zero points of \(value.shape) for blocks of \(block) of \(shape)") }
    guard let constant = value.constant else {
      throw LoweringFailure.unsupported("scales or zero points of blocks that depend on the image")
    }
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    let places = (0..<shape.count).map { place in
      (place / inner / shape[axis] * value.shape[axis] + place / inner % shape[axis] / block) * inner + place % inner
    }
    if let integers = constant.integers {
      return .constant(Constant(places.map { integers[$0] }, shape: shape, type: value.type))
    }
    let scalars = constant.tensor.scalars
    return invocation.constant(Tensor(places.map { scalars[$0] }, shape: shape), type: value.type)
  }

  private static func reshaped(_ invocation: Invocation, _ value: Value, to shape: Shape) throws -> Value {
    if let constant = value.constant { return .constant(constant.reshaped(to: shape)) }
    return try invocation.emit(Reshape(shape: shape), [value], shape: shape, type: value.type)
  }
}
