/// Several products of matrices, `[rows, inner]` by `[inner, columns]`, all of one size.
package struct MatrixProducts: Sendable {
  package let rows: Int
  package let inner: Int
  package let columns: Int
  /// Whether the first factors are stored as `[inner, rows]`.
  package let transposesFirst: Bool
  /// Whether the second factors are stored as `[columns, inner]`.
  package let transposesSecond: Bool
  /// Whether the rows of the first factors belong to several images; see `Kernels.multiplyRows`.
  package let blocksRows: Bool
  /// For each product, which of the first factors it takes; they lie one after the other.
  package let first: [Int]
  /// For each product, which of the second factors it takes.
  package let second: [Int]

  package init(
    rows: Int, inner: Int, columns: Int, transposesFirst: Bool, transposesSecond: Bool, blocksRows: Bool,
    first: [Int], second: [Int]
  ) {
    precondition(first.count == second.count && !(blocksRows && transposesFirst), "MatrixProducts")
    self.rows = rows
    self.inner = inner
    self.columns = columns
    self.transposesFirst = transposesFirst
    self.transposesSecond = transposesSecond
    self.blocksRows = blocksRows
    self.first = first
    self.second = second
  }

  fileprivate var firstCount: Int { rows * inner }
  fileprivate var secondCount: Int { inner * columns }
  fileprivate var resultCount: Int { rows * columns }

  fileprivate func first(_ elements: Floats, _ product: Int) -> Matrix {
    let start = elements.baseAddress! + first[product] * firstCount
    return transposesFirst ? Matrix(start, inner, rows).transposed : Matrix(start, rows, inner)
  }

  fileprivate func second(_ elements: Floats, _ product: Int) -> Matrix {
    let start = elements.baseAddress! + second[product] * secondCount
    return transposesSecond ? Matrix(start, columns, inner).transposed : Matrix(start, inner, columns)
  }

  fileprivate func gradient(_ elements: Floats, _ product: Int) -> Matrix {
    Matrix(elements.baseAddress! + product * resultCount, rows, columns)
  }
}

extension Kernels {
  /// `c = a b` for each product.
  package static func multiply(_ products: MatrixProducts, _ a: Floats, _ b: Floats, into result: MutableFloats) {
    for product in products.first.indices {
      let c = result.baseAddress! + product * products.resultCount
      if products.blocksRows {
        multiplyRows(
          a.baseAddress! + products.first[product] * products.firstCount, products.second(b, product),
          rows: products.rows, into: c)
      } else {
        multiply(products.first(a, product), products.second(b, product), adding: false, into: c)
      }
    }
  }

  /// `da = g bᵀ` (transposed, if the first factors are), summed over the products that share a factor.
  package static func reverseOfMultiplyByFirst(
    _ products: MatrixProducts, _ b: Floats, gradient: Floats, into result: MutableFloats
  ) {
    var added = Additions(result, products.firstCount)
    for product in products.first.indices {
      let (da, adding) = added.next(products.first[product])
      let (g, b) = (products.gradient(gradient, product), products.second(b, product))
      if products.blocksRows && !adding {
        multiplyRows(g.elements, b.transposed, rows: products.rows, into: da)
      } else if products.transposesFirst {
        multiply(b, g.transposed, adding: adding, into: da)
      } else {
        multiply(g, b.transposed, adding: adding, into: da)
      }
    }
    added.clearOthers()
  }

  /// `db = aᵀ g` (transposed, if the second factors are), summed over the products that share a factor.
  package static func reverseOfMultiplyBySecond(
    _ products: MatrixProducts, _ a: Floats, gradient: Floats, into result: MutableFloats
  ) {
    var added = Additions(result, products.secondCount)
    for product in products.first.indices {
      let (db, adding) = added.next(products.second[product])
      let (g, a) = (products.gradient(gradient, product), products.first(a, product))
      if products.transposesSecond {
        multiply(g.transposed, a, adding: adding, into: db)
      } else {
        multiply(a.transposed, g, adding: adding, into: db)
      }
    }
    added.clearOthers()
  }

  /// Which matrices of a result have been written, so that the next product of one is added.
  private struct Additions {
    private let elements: UnsafeMutablePointer<Float>
    private let count: Int
    private var isWritten: [Bool]

    init(_ result: MutableFloats, _ count: Int) {
      elements = result.baseAddress!
      self.count = count
      isWritten = [Bool](repeating: false, count: count == 0 ? 0 : result.count / count)
    }

    mutating func next(_ index: Int) -> (UnsafeMutablePointer<Float>, adding: Bool) {
      guard count > 0 else { return (elements, false) }
      defer { isWritten[index] = true }
      return (elements + index * count, isWritten[index])
    }

    func clearOthers() {
      for (index, isWritten) in isWritten.enumerated() where !isWritten {
        (elements + index * count).update(repeating: 0, count: count)
      }
    }
  }
}

extension Kernels {
  /// Rows that one product is given: all of a block's are rounded alike.
  ///
  /// oneDNN computes rows by sixes (AVX2), fours or eights (AVX-512), and the one or two that are left over with other
  /// instructions, which round otherwise: of 32 rows the last two. It also sums in other portions where there are many rows.
  /// Blocks of 48 rows are as fast as thousands.
  private static let rowBlock = 48
  /// A last block of so few rows is not filled up to a whole one.
  private static let smallRowBlock = 16

  /// `x w` for `rows` rows of `x`, one after the other; every row's numbers are those it would have on its own.
  static func multiplyRows(_ x: UnsafePointer<Float>, _ w: Matrix, rows: Int, into result: UnsafeMutablePointer<Float>)
  {
    var row = 0
    while row + rowBlock <= rows {
      multiply(Matrix(x + row * w.rows, rowBlock, w.rows), w, adding: false, into: result + row * w.columns)
      row += rowBlock
    }
    let rest = rows - row
    guard rest > 0 else { return }
    let padded = rest <= smallRowBlock ? smallRowBlock : rowBlock
    let (from, to) = (x + row * w.rows, result + row * w.columns)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: padded * (w.rows + w.columns)) { buffer in
      let copy = buffer.baseAddress!
      copy.update(from: from, count: rest * w.rows)
      (copy + rest * w.rows).update(repeating: 0, count: (padded - rest) * w.rows)
      let product = copy + padded * w.rows
      multiply(Matrix(copy, padded, w.rows), w, adding: false, into: product)
      to.update(from: product, count: rest * w.columns)
    }
  }
}
