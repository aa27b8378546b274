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
}

extension Kernels {
  /// The largest element of each window of each of `planes` planes; a NaN in a window is its maximum.
  package static func maxPool(_ input: Floats, planes: Int, window: PoolingWindow, into output: MutableFloats) {
    let (rows, columns) = (window.outputRows, window.outputColumns)
    for plane in 0..<planes {
      let x = input.baseAddress! + plane * window.rows * window.columns
      for row in 0..<rows {
        let corner = x + row * window.stride * window.columns
        let y = output.baseAddress! + (plane * rows + row) * columns
        for column in 0..<columns {
          let start = corner + column * window.stride
          y[column] = start[offsetOfMax(start, window)]
        }
      }
    }
  }

  /// The reverse of `maxPool`: all of a window's gradient goes to its first maximum in row-major order.
  package static func reverseOfMaxPool(
    input: Floats, gradient: Floats, planes: Int, window: PoolingWindow, into result: MutableFloats
  ) {
    let (rows, columns) = (window.outputRows, window.outputColumns)
    result.update(repeating: 0)
    for plane in 0..<planes {
      let origin = plane * window.rows * window.columns
      for row in 0..<rows {
        let corner = origin + row * window.stride * window.columns
        let g = gradient.baseAddress! + (plane * rows + row) * columns
        for column in 0..<columns {
          let start = corner + column * window.stride
          result[start + offsetOfMax(input.baseAddress! + start, window)] += g[column]
        }
      }
    }
  }

  @inline(__always)
  private static func offsetOfMax(_ x: UnsafePointer<Float>, _ window: PoolingWindow) -> Int {
    var best = 0
    for row in 0..<window.size {
      for column in 0..<window.size {
        let offset = row * window.columns + column
        if x[offset] > x[best] || x[offset].isNaN { best = offset }
      }
    }
    return best
  }
}
