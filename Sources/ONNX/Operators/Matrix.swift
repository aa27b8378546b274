import Autodiff
import Kernels
import Tensors

/// Products of matrices.
enum Matrix {
  static let operators: [OperatorDefinition] = [
    OperatorDefinition("MatMul", versions: [1, 9, 13]) { invocation in
      [try product(invocation, try invocation.input(0), try invocation.input(1), type: nil)]
    },
    OperatorDefinition("MatMulInteger", versions: [10], lower: integerProduct),
    OperatorDefinition("QLinearMatMul", versions: [10, 21], lower: quantizedProduct),
    OperatorDefinition(
      "Gemm", versions: [7, 9, 11, 13], attributes: ["alpha", "beta", "transA", "transB"], lower: general),
    OperatorDefinition("Det", versions: [11, 22], lower: determinant),
  ]

  /// As NumPy's `matmul`: a vector is a row on the left and a column on the right, and that axis goes away again.
  private static func product(
    _ invocation: Invocation, _ a: Value, _ b: Value, type: ElementType?
  ) throws -> Value {
    guard a.shape.rank > 0, b.shape.rank > 0 else {
      throw LoweringFailure.invalid("there is no product of \(a.shape) and \(b.shape)")
    }
    let (isRow, isColumn) = (a.shape.rank == 1, b.shape.rank == 1)
    let first = isRow ? try invocation.reshaped(a, to: [1, a.shape[0]]) : a
    var second = isColumn ? try invocation.reshaped(b, to: [b.shape[0], 1]) : b
    let matrices = second.shape.dimensions.dropLast(2)
    if b.constant != nil, matrices.allSatisfy({ $0 == 1 }), second.shape.rank <= first.shape.rank {
      // One matrix for all: its rank tells so.
      second = try invocation.reshaped(second, to: Array(second.shape.dimensions.suffix(2)))
    }
    let result = try invocation.matrixProduct(first, second, type: type)
    guard isRow || isColumn else { return result }
    var dimensions = result.shape.dimensions
    if isColumn { dimensions.removeLast() }
    if isRow { dimensions.remove(at: dimensions.count - (isColumn ? 1 : 2)) }
    return try invocation.reshaped(result, to: dimensions)
  }

  /// The product of whole numbers less their zero points.
  private static func integerProduct(_ invocation: Invocation) throws -> [Value] {
    let a = try shifted(invocation, try invocation.input(0), invocation.optionalInput(2), isFirst: true)
    let b = try shifted(invocation, try invocation.input(1), invocation.optionalInput(3), isFirst: false)
    return [try product(invocation, a, b, type: .int32)]
  }

  /// The product of numbers that whole ones stand for by scales and zero points, as whole numbers again.
  private static func quantizedProduct(_ invocation: Invocation) throws -> [Value] {
    let zero = try invocation.input(7)
    guard let range = zero.type.range, zero.shape.count == 1, try invocation.input(6).shape.count == 1 else {
      throw LoweringFailure.unsupported("a result of type \(zero.type) with zero points of \(zero.shape)")
    }
    let a = try shifted(invocation, try invocation.input(0), try invocation.input(2), isFirst: true)
    let b = try shifted(invocation, try invocation.input(3), try invocation.input(5), isFirst: false)
    let sum = try product(invocation, a, b, type: .int32)
    let first = try perRow(invocation, try invocation.input(1), isFirst: true, rank: a.shape.rank)
    let second = try perRow(invocation, try invocation.input(4), isFirst: false, rank: b.shape.rank)
    let scale = try invocation.broadcast(
      .divide, try invocation.broadcast(.multiply, first, second, type: .float),
      try invocation.reshaped(try invocation.input(6), to: []), type: .float)
    let scaled = try invocation.broadcast(.multiply, sum, scale, type: .float)
    guard scaled.shape == sum.shape else { throw LoweringFailure.invalid("scales of \(scale.shape) for \(sum.shape)") }
    let rounded = try invocation.apply(ScalarFunction("round") { $0.rounded(.toNearestOrEven) }, to: scaled)
    let result = try invocation.broadcast(
      .add, rounded, try invocation.reshaped(zero, to: []), type: .float)
    let (low, high) = (Float(range.lowerBound), Float(range.upperBound))
    return [try invocation.apply(Pointwise(.clip(low: low, high: high)), to: result, type: zero.type)]
  }

  /// `factor` less its zero points, as 32-bit integers, which hold what 8-bit ones can't.
  private static func shifted(
    _ invocation: Invocation, _ factor: Value, _ zero: Value?, isFirst: Bool
  ) throws -> Value {
    guard factor.type.isInteger else { throw LoweringFailure.invalid("a factor is of \(factor.type)") }
    guard let zero else { return factor }
    let fitting = try perRow(invocation, zero, isFirst: isFirst, rank: factor.shape.rank)
    let difference = try invocation.broadcast(.subtract, factor, fitting, type: .int32)
    guard difference.shape == factor.shape else {
      throw LoweringFailure.invalid("zero points of \(zero.shape) for \(factor.shape)")
    }
    return difference
  }

  /// Zero points or scales, one for each row of a first factor or column of a second, so that they are broadcast.
  private static func perRow(_ invocation: Invocation, _ value: Value, isFirst: Bool, rank: Int) throws -> Value {
    if value.shape.count == 1 { return try invocation.reshaped(value, to: []) }
    guard isFirst, value.shape.rank == 1, rank > 1 else { return value }
    return try invocation.reshaped(value, to: [value.shape[0], 1])
  }

  /// `alpha A B + beta C`.
  private static func general(_ invocation: Invocation) throws -> [Value] {
    var (a, b) = (try invocation.input(0), try invocation.input(1))
    guard a.shape.rank == 2, b.shape.rank == 2 else {
      throw LoweringFailure.invalid("\(a.shape) and \(b.shape) are not both matrices")
    }
    let (alpha, beta) = (try invocation.float("alpha", default: 1), try invocation.float("beta", default: 1))
    if b.constant != nil { b = try invocation.scaled(b, by: alpha) } else { a = try invocation.scaled(a, by: alpha) }
    if try invocation.flag("transA") { a = try invocation.transposed(a, [1, 0]) }
    let product = try invocation.matrixProduct(a, b, transposesSecond: try invocation.flag("transB"))
    guard let c = invocation.optionalInput(2), beta != 0 else { return [product] }
    let sum = try invocation.broadcast(
      .add, product, try invocation.scaled(c, by: beta), type: product.type)
    guard sum.shape == product.shape else {
      throw LoweringFailure.invalid("\(c.shape) can't be broadcast to \(product.shape)")
    }
    return [sum]
  }

  private static func determinant(_ invocation: Invocation) throws -> [Value] {
    let x = try invocation.input(0)
    guard x.shape.rank >= 2, x.shape[x.shape.rank - 1] == x.shape[x.shape.rank - 2] else {
      throw LoweringFailure.invalid("\(x.shape) does not hold square matrices")
    }
    let size = x.shape[x.shape.rank - 1]
    guard size <= 64 else { throw LoweringFailure.unsupported("determinants of \(size)×\(size) matrices") }
    let shape = Shape(Array(x.shape.dimensions.dropLast(2)))
    return [try invocation.emit(Determinant(), [x], shape: shape, type: x.type)]
  }
}
