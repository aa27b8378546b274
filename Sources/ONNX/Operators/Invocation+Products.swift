import Autodiff
import Kernels
import Tensors

extension Invocation {
  /// `value` times `factor`.
  func scaled(_ value: Value, by factor: Float) throws -> Value {
    guard factor != 1 else { return value }
    return try broadcast(.multiply, value, .constant(Constant(Tensor(factor))), type: value.type)
  }

  /// More multiplications than folding constants may take.
  private static let foldingBound = 1 << 36

  /// `a b` for the matrices in the last two axes, with the axes before them broadcast.
  /// - Parameter type: of the result; by default that of `a`.
  func matrixProduct(_ a: Value, _ b: Value, transposesSecond: Bool = false, type: ElementType? = nil) throws -> Value {
    if a.constant != nil, b.constant == nil, a.shape.rank == 2, b.shape.rank == 2 {
      // The columns of the second may be images: as rows of a first factor they do not depend on each other.
      let first = transposesSecond ? b : try transposed(b, [1, 0])
      return try transposed(try matrixProduct(first, a, transposesSecond: true, type: type ?? a.type), [1, 0])
    }
    // Rows of a first factor may belong to several images where the second is the same for all of them.
    let product = MatrixProduct(transposesSecond: transposesSecond, blocksRows: b.constant != nil)
    guard let dimensions = product.dimensions(a.shape, b.shape) else {
      throw LoweringFailure.invalid("there is no product of \(a.shape) and \(b.shape)")
    }
    let (shape, type) = (try shape(dimensions), type ?? a.type)
    if let first = a.constant, let second = b.constant {
      let bound = first.integers == nil ? Self.foldingBound : Self.foldingBound >> 7
      guard shape.count * max(1, a.shape[a.shape.rank - 1]) <= bound else {
        throw LoweringFailure.unsupported("the product of the constants \(a.shape) and \(b.shape) is too large")
      }
      if let integers = Self.integerProduct(first, second, transposesSecond, shape) {
        return .constant(Constant(integers, shape: shape, type: type))
      }
    }
    return try emit(product, [a, b], shape: shape, type: type)
  }

  /// The exact product of whole numbers; `nil` if they are real.
  private static func integerProduct(
    _ a: Constant, _ b: Constant, _ transposesSecond: Bool, _ shape: Shape
  ) -> [Int]? {
    guard let x = a.integers, let y = b.integers else { return nil }
    let rank = shape.rank
    let (rows, columns, inner) = (shape[rank - 2], shape[rank - 1], a.shape[a.shape.rank - 1])
    let first = a.shape.dimensions.dropLast(2).indices(broadcastTo: Array(shape.dimensions.dropLast(2)))
    let second = b.shape.dimensions.dropLast(2).indices(broadcastTo: Array(shape.dimensions.dropLast(2)))
    var result = [Int](repeating: 0, count: shape.count)
    let (rowStep, columnStep) = transposesSecond ? (1, inner) : (columns, 1)
    for product in first.indices {
      let (from, other) = (first[product] * rows * inner, second[product] * inner * columns)
      for row in 0..<rows {
        for column in 0..<columns {
          var sum = 0
          for k in 0..<inner { sum &+= x[from + row * inner + k] &* y[other + k * rowStep + column * columnStep] }
          result[(product * rows + row) * columns + column] = sum
        }
      }
    }
    return result
  }
}
