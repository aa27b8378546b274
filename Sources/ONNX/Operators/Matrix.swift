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
    var factors = [try invocation.input(0), try invocation.input(1)]
    for (index, factor) in factors.enumerated() {
      guard factor.type.isInteger else { throw LoweringFailure.invalid("input \(index) is of \(factor.type)") }
      guard var zero = invocation.optionalInput(index + 2) else { continue }
      if index == 0, zero.shape.rank == 1, zero.shape[0] != 1 {
        zero = try invocation.reshaped(zero, to: [zero.shape[0], 1])
      }
      let isForVector = factor.shape.rank == 1 && zero.shape.count == 1
      // As 32-bit integers, which hold what 8-bit ones can't.
      factors[index] = try invocation.broadcast(
        .subtract, factor, isForVector ? try invocation.reshaped(zero, to: [1]) : zero, type: .int32)
      guard factors[index].shape == factor.shape else {
        throw LoweringFailure.invalid("zero points of \(zero.shape) for \(factor.shape)")
      }
    }
    return [try product(invocation, factors[0], factors[1], type: .int32)]
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
