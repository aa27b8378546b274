/// A square window of `size` moved by `stride` over planes of `rows` × `columns`.
package struct PoolingWindow: Sendable {
  package let size: Int
  package let stride: Int
  package let rows: Int
  package let columns: Int

  package init(size: Int, stride: Int, rows: Int, columns: Int) {
    self.size = size
    self.stride = stride
    self.rows = rows
    self.columns = columns
  }

  /// Windows that would hang over the border are left out.
  package var outputRows: Int { (rows - size) / stride + 1 }
  package var outputColumns: Int { (columns - size) / stride + 1 }

  /// Whether it halves the plane: the usual case, with loops of its own.
  fileprivate var isPairs: Bool { size == 2 && stride == 2 }

  /// Where the windows of row `row` begin, counting the output rows of all planes.
  fileprivate func offset(ofOutputRow row: Int) -> Int {
    let (plane, line) = row.quotientAndRemainder(dividingBy: outputRows)
    return (plane * rows + line * stride) * columns
  }
}

extension Kernels {
  /// The largest element of each window of each of `planes` planes; a NaN in a window is its maximum.
  package static func maxPool(_ input: Floats, planes: Int, window: PoolingWindow, into output: MutableFloats) {
    let (rows, columns) = (window.outputRows, window.outputColumns)
    for row in 0..<(planes * rows) {
      let x = input.baseAddress! + window.offset(ofOutputRow: row)
      let y = output.baseAddress! + row * columns
      if window.isPairs {
        maximaOfPairs(x, x + window.columns, columns, into: y)
      } else {
        for i in 0..<columns { y[i] = x[i * window.stride] }
        for tapRow in 0..<window.size {
          for tapColumn in 0..<window.size {
            let tap = x + tapRow * window.columns + tapColumn
            for i in 0..<columns { y[i] = larger(y[i], tap[i * window.stride]) }
          }
        }
      }
    }
  }

  /// The reverse of `maxPool`: all of a window's gradient goes to its first maximum in row-major order.
  package static func reverseOfMaxPool(
    input: Floats, output: Floats, gradient: Floats, planes: Int, window: PoolingWindow, into result: MutableFloats
  ) {
    let (rows, columns) = (window.outputRows, window.outputColumns)
    if !window.isPairs || 2 * rows < window.rows || 2 * columns < window.columns { result.update(repeating: 0) }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { rest in
      // What of each window's gradient has not found its maximum yet.
      let rest = rest.baseAddress!
      for row in 0..<(planes * rows) {
        let offset = window.offset(ofOutputRow: row)
        let (x, dx) = (input.baseAddress! + offset, result.baseAddress! + offset)
        let (y, g) = (output.baseAddress! + row * columns, gradient.baseAddress! + row * columns)
        if window.isPairs {
          reverseOfPairs(
            x, x + window.columns, maxima: y, gradients: g, columns, into: dx, dx + window.columns)
        } else {
          for i in 0..<columns { rest[i] = g[i] }
          for tapRow in 0..<window.size {
            for tapColumn in 0..<window.size {
              let tap = tapRow * window.columns + tapColumn
              for i in 0..<columns {
                // Equal, or the maximum is NaN.
                let isMaximum = !(x[tap + i * window.stride] < y[i])
                dx[tap + i * window.stride] += isMaximum ? rest[i] : 0
                rest[i] = isMaximum ? 0 : rest[i]
              }
            }
          }
        }
      }
    }
  }

  @inline(__always)
  static func larger(_ a: Float, _ b: Float) -> Float { b > a || b != b ? b : a }
}
