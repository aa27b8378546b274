internal import COneDNN

/// A row-major matrix, or the transpose of one.
struct Matrix {
  let elements: UnsafePointer<Float>
  let rows: Int
  let columns: Int
  /// From the beginning of a stored row to that of the next.
  private let stride: Int
  private let isTransposed: Bool

  /// The `rows` × `columns` matrix stored row-major in `elements`, whose rows begin `stride` apart: by default, at once.
  init(_ elements: UnsafePointer<Float>, _ rows: Int, _ columns: Int, stride: Int? = nil) {
    self.init(elements, rows, columns, stride: stride ?? columns, isTransposed: false)
  }

  private init(_ elements: UnsafePointer<Float>, _ rows: Int, _ columns: Int, stride: Int, isTransposed: Bool) {
    self.elements = elements
    self.rows = rows
    self.columns = columns
    self.stride = stride
    self.isTransposed = isTransposed
  }

  /// The transpose; nothing moves.
  var transposed: Matrix { Matrix(elements, columns, rows, stride: stride, isTransposed: !isTransposed) }

  fileprivate var flag: CChar { CChar(UInt8(ascii: isTransposed ? "T" : "N")) }
  fileprivate var leadingDimension: dnnl_dim_t { dnnl_dim_t(stride) }
}

extension Kernels {
  /// `result = a b`, or `result += a b` if `adding`; `result` is `[a.rows, b.columns]`.
  static func multiply(_ a: Matrix, _ b: Matrix, adding: Bool, into result: UnsafeMutablePointer<Float>) {
    precondition(a.columns == b.rows, "Kernels.multiply: \(a.rows)×\(a.columns) by \(b.rows)×\(b.columns)")
    guard a.rows > 0, b.columns > 0 else { return }
    guard a.columns > 0 else {
      if !adding { result.update(repeating: 0, count: a.rows * b.columns) }
      return
    }
    OneDNN.useOneThread()
    let status = dnnl_sgemm(
      a.flag, b.flag, dnnl_dim_t(a.rows), dnnl_dim_t(b.columns), dnnl_dim_t(a.columns), 1, a.elements,
      a.leadingDimension, b.elements, b.leadingDimension, adding ? 1 : 0, result, dnnl_dim_t(b.columns))
    OneDNN.check(status, "sgemm of \(a.rows)×\(a.columns) by \(b.rows)×\(b.columns)")
  }
}
