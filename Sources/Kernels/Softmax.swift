import Foundation

extension Kernels {
  /// Softmax of each row of `[rows, columns]`: `e^(x_k - max) / Σ e^(x_i - max)`.
  package static func softmax(_ input: Floats, rows: Int, columns: Int, into output: MutableFloats) {
    for row in 0..<rows {
      let (x, y) = (input.baseAddress! + row * columns, output.baseAddress! + row * columns)
      let top = maximum(x, columns)
      var total: Float = 0
      for k in 0..<columns {
        y[k] = exp(x[k] - top)
        total += y[k]
      }
      for k in 0..<columns { y[k] /= total }
    }
  }

  /// `dx = y (g - Σ g y)` for each row, from the output `y`.
  package static func reverseOfSoftmax(
    output: Floats, gradient: Floats, rows: Int, columns: Int, into result: MutableFloats
  ) {
    for row in 0..<rows {
      let offset = row * columns
      let (y, g, dx) = (output.baseAddress! + offset, gradient.baseAddress! + offset, result.baseAddress! + offset)
      var inner: Float = 0
      for k in 0..<columns { inner += g[k] * y[k] }
      for k in 0..<columns { dx[k] = y[k] * (g[k] - inner) }
    }
  }

  /// Log-softmax of each row of `[rows, columns]`: `x_k - max - ln Σ e^(x_i - max)`.
  package static func logSoftmax(_ input: Floats, rows: Int, columns: Int, into output: MutableFloats) {
    for row in 0..<rows {
      let (x, y) = (input.baseAddress! + row * columns, output.baseAddress! + row * columns)
      let top = maximum(x, columns)
      var total: Float = 0
      for k in 0..<columns { total += exp(x[k] - top) }
      let logTotal = log(total)
      for k in 0..<columns { y[k] = x[k] - top - logTotal }
    }
  }

  /// `dx = g - e^y Σ g` for each row, from the output `y`.
  package static func reverseOfLogSoftmax(
    output: Floats, gradient: Floats, rows: Int, columns: Int, into result: MutableFloats
  ) {
    for row in 0..<rows {
      let offset = row * columns
      let (y, g, dx) = (output.baseAddress! + offset, gradient.baseAddress! + offset, result.baseAddress! + offset)
      var total: Float = 0
      for k in 0..<columns { total += g[k] }
      for k in 0..<columns { dx[k] = g[k] - exp(y[k]) * total }
    }
  }

  private static func maximum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    var best = -Float.infinity
    for k in 0..<count where x[k] > best { best = x[k] }
    return best
  }
}
