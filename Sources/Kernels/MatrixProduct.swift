internal import COneDNN

/// A row-major matrix of which the product may take the transpose.
package struct Matrix {
  let elements: UnsafePointer<Float>
  let rows: Int
  let columns: Int
  let isTransposed: Bool

  /// The `rows` × `columns` matrix stored row-major in `elements`.
  package init(_ elements: Floats, _ rows: Int, _ columns: Int) {
    precondition(elements.count >= rows * columns, "Matrix: \(elements.count) elements for \(rows)×\(columns)")
    self.init(elements.baseAddress!, rows, columns)
  }

  init(_ elements: UnsafePointer<Float>, _ rows: Int, _ columns: Int, isTransposed: Bool = false) {
    self.elements = elements
    self.rows = rows
    self.columns = columns
    self.isTransposed = isTransposed
  }

  /// The transpose; nothing moves.
  package var transposed: Matrix { Matrix(elements, columns, rows, isTransposed: !isTransposed) }

  fileprivate var leadingDimension: Int { isTransposed ? rows : columns }
}

extension Kernels {
  /// `result = a b`, or `result += a b` if `adding`; `result` is `[a.rows, b.columns]`.
  package static func multiply(_ a: Matrix, _ b: Matrix, adding: Bool = false, into result: MutableFloats) {
    precondition(a.columns == b.rows, "Kernels.multiply: \(a.rows)×\(a.columns) by \(b.rows)×\(b.columns)")
    multiply(a, b, adding: adding, into: result.baseAddress!)
  }

  /// `result = x weightsᵀ + bias`, clamped at zero from below if `relu`; `[x.rows, weights.rows]`.
  package static func linear(
    _ x: Matrix, _ weights: Matrix, bias: Floats?, relu: Bool, into result: MutableFloats
  ) {
    let y = result.baseAddress!
    if let bias {
      for row in 0..<x.rows { (y + row * bias.count).update(from: bias.baseAddress!, count: bias.count) }
    }
    multiply(x, weights.transposed, adding: bias != nil, into: y)
    if relu { for i in 0..<result.count { y[i] = y[i] < 0 ? 0 : y[i] } }
  }

  static func multiply(_ a: Matrix, _ b: Matrix, adding: Bool, into result: UnsafeMutablePointer<Float>) {
    guard a.rows > 0, b.columns > 0 else { return }
    OneDNN.useOneThread()
    let (normal, transposed) = (CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: "T")))
    let status = dnnl_sgemm(
      a.isTransposed ? transposed : normal, b.isTransposed ? transposed : normal, dnnl_dim_t(a.rows),
      dnnl_dim_t(b.columns), dnnl_dim_t(a.columns), 1, a.elements, dnnl_dim_t(a.leadingDimension), b.elements,
      dnnl_dim_t(b.leadingDimension), adding ? 1 : 0, result, dnnl_dim_t(b.columns))
    OneDNN.check(status, "sgemm of \(a.rows)×\(a.columns) by \(b.rows)×\(b.columns)")
  }
}
