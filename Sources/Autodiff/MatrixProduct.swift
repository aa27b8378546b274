import Kernels
package import Tensors

/// `a b` for matrices in the last two axes: `[…, M, K]` by `[…, K, N]`; the axes before them are broadcast.
///
/// A second factor of rank 2 meets all rows of the first, taken as `[rows, K]`.
package struct MatrixProduct: Operation {
  /// Whether the first factor is `[…, K, M]`.
  package let transposesFirst: Bool
  /// Whether the second factor is `[…, N, K]`.
  package let transposesSecond: Bool
  /// Whether the rows of one matrix may belong to several images, which then must not depend on each other.
  package let blocksRows: Bool

  package init(transposesFirst: Bool = false, transposesSecond: Bool = false, blocksRows: Bool = false) {
    self.transposesFirst = transposesFirst
    self.transposesSecond = transposesSecond
    self.blocksRows = blocksRows && !transposesFirst
  }

  package var name: String { "matrixProduct" }

  /// The dimensions of the product; `nil` if there is none.
  package func dimensions(_ a: Shape, _ b: Shape) -> [Int]? {
    guard let sizes = sizes(a, b) else { return nil }
    let batch = BroadcastLayout.shape(Array(a.dimensions.dropLast(2)), Array(b.dimensions.dropLast(2)))
    return batch.map { $0 + [sizes.rows, sizes.columns] }
  }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let (shape, products) = requireLayout(inputs)
    return Evaluation(
      .from(inputs[0], inputs[1], shape: shape) { Kernels.multiply(products, $0, $1, into: $2) })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (a, b) = (record.inputs[0], record.inputs[1])
    let products = requireLayout(record.inputs).products
    return [
      record.wants[0]
        ? .from(b, record.gradient, shape: a.shape) {
          Kernels.reverseOfMultiplyByFirst(products, $0, gradient: $1, into: $2)
        } : nil,
      record.wants[1]
        ? .from(a, record.gradient, shape: b.shape) {
          Kernels.reverseOfMultiplyBySecond(products, $0, gradient: $1, into: $2)
        } : nil,
    ]
  }

  private func requireLayout(_ inputs: [Tensor]) -> (shape: Shape, products: MatrixProducts) {
    let (a, b) = (inputs[0].shape, inputs[1].shape)
    guard let dimensions = dimensions(a, b), let (rows, inner, columns) = sizes(a, b) else {
      preconditionFailure("matrixProduct: \(a) by \(b)")
    }
    let batch = Array(dimensions.dropLast(2))
    let isShared = b.rank == 2 && !transposesFirst
    let products = MatrixProducts(
      rows: isShared ? batch.reduce(rows, *) : rows, inner: inner, columns: columns,
      transposesFirst: transposesFirst, transposesSecond: transposesSecond, blocksRows: isShared || blocksRows,
      first: isShared ? [0] : a.dimensions.dropLast(2).indices(broadcastTo: batch),
      second: isShared ? [0] : b.dimensions.dropLast(2).indices(broadcastTo: batch))
    return (Shape(dimensions), products)
  }

  private func sizes(_ a: Shape, _ b: Shape) -> (rows: Int, inner: Int, columns: Int)? {
    guard a.rank >= 2, b.rank >= 2 else { return nil }
    let (first, second) = (Array(a.dimensions.suffix(2)), Array(b.dimensions.suffix(2)))
    let (rows, inner) = transposesFirst ? (first[1], first[0]) : (first[0], first[1])
    let (other, columns) = transposesSecond ? (second[1], second[0]) : (second[0], second[1])
    return inner == other ? (rows, inner, columns) : nil
  }
}

extension ArraySlice<Int> {
  /// For each element of a tensor of `dimensions`, row-major, the index of the element of one of these dimensions that is
  /// broadcast to it.
  package func indices(broadcastTo dimensions: [Int]) -> [Int] {
    let own = Array(self)
    var result = [0]
    var stride = 1
    // From the innermost axis outwards: the indices so far, once for each step along the next axis.
    for axis in dimensions.indices.reversed() {
      let at = axis - (dimensions.count - own.count)
      let extent = at < 0 ? 1 : own[at]
      let step = extent == 1 ? 0 : stride
      var next: [Int] = []
      next.reserveCapacity(result.count * dimensions[axis])
      for position in 0..<dimensions[axis] { next += result.map { $0 + position * step } }
      result = next
      stride *= extent
    }
    return result
  }
}
