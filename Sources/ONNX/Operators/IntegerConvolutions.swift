import Autodiff
import Kernels
import Tensors

/// Convolutions of whole numbers, exact below 2²⁴.
enum IntegerConvolutions {
  static let operators: [OperatorDefinition] = [
    OperatorDefinition("ConvInteger", versions: [10], attributes: Convolutions.attributes) { invocation in
      let x = try shifted(invocation, 0, zero: 2, isWeights: false)
      let weights = try shifted(invocation, 1, zero: 3, isWeights: true)
      return [try Convolutions.convolution(invocation, x, weights, bias: [], type: .int32)]
    },
    OperatorDefinition("QLinearConv", versions: [10], attributes: Convolutions.attributes, lower: quantized),
  ]

  /// The convolution of numbers that whole ones stand for by scales and zero points, as whole numbers again.
  private static func quantized(_ invocation: Invocation) throws -> [Value] {
    let zero = try invocation.input(7)
    guard zero.type == .uint8 || zero.type == .int8, zero.shape.count == 1, let range = zero.type.range else {
      throw LoweringFailure.unsupported("a result of type \(zero.type) with zero points of \(zero.shape)")
    }
    let x = try shifted(invocation, 0, zero: 2, isWeights: false)
    let weights = try shifted(invocation, 3, zero: 5, isWeights: true)
    let filters = weights.shape.dimensions.first ?? 0
    var bias: [Value] = []
    if let given = invocation.optionalInput(8) {
      guard given.type == .int32, given.shape == [filters] else {
        throw LoweringFailure.invalid("a bias of \(given.type) \(given.shape) for \(filters) filters")
      }
      bias = [given]
    }
    let sum = try Convolutions.convolution(invocation, x, weights, bias: bias, type: .int32)
    let scales = try [1, 4, 6].map { index -> Value in
      let scale = try invocation.realInput(index)
      // That of the weights may be one for each filter.
      if scale.shape.count == 1 { return try invocation.reshaped(scale, to: []) }
      guard index == 4, scale.shape == [filters] else {
        throw LoweringFailure.invalid("scales of \(scale.shape) (input \(index)) for \(filters) filters")
      }
      return try invocation.reshaped(scale, to: [filters] + [Int](repeating: 1, count: sum.shape.rank - 2))
    }
    let factor = try invocation.broadcast(
      .divide, try invocation.broadcast(.multiply, scales[0], scales[1], type: .float), scales[2], type: .float)
    let scaled = try invocation.broadcast(.multiply, sum, factor, type: .float)
    let rounded = try invocation.apply(ScalarFunction("round") { $0.rounded(.toNearestOrEven) }, to: scaled)
    let result = try invocation.broadcast(.add, rounded, invocation.reshaped(zero, to: []), type: .float)
    let (low, high) = (Float(range.lowerBound), Float(range.upperBound))
    return [try invocation.apply(Pointwise(.clip(low: low, high: high)), to: result, type: zero.type)]
  }

  /// Input `index`, bytes, less its zero points at `zero`: one for all, or, of weights, one for each filter.
  private static func shifted(
    _ invocation: Invocation, _ index: Int, zero zeroIndex: Int, isWeights: Bool
  ) throws -> Value {
    let value = try invocation.input(index)
    guard value.type == .uint8 || value.type == .int8 else {
      throw LoweringFailure.invalid("input \(index) is \(value.type)")
    }
    guard invocation.optionalInput(zeroIndex) != nil else {
      return try invocation.broadcast(
        .subtract, value, .constant(Constant([0], shape: [], type: .int8)), type: .float)
    }
    let zero = try invocation.constant(zeroIndex, "zero points")
    let filters = value.shape.dimensions.first ?? 0
    guard zero.shape.count == 1 || isWeights && zero.shape == [filters] else {
      throw LoweringFailure.invalid("zero points of shape \(zero.shape)")
    }
    let shape = [zero.shape.count] + [Int](repeating: 1, count: max(value.shape.rank, 1) - 1)
    return try invocation.broadcast(.subtract, value, .constant(zero.reshaped(to: Shape(shape))), type: .float)
  }
}
