extension Kernels {
  /// Each row of `[rows, columns]` less its mean, over `max(standard deviation, 1/√columns)`; the divisors go to
  /// `scales`, `[rows]`.
  package static func standardize(
    _ input: Floats, rows: Int, columns: Int, into output: MutableFloats, scales: MutableFloats
  ) {
    for row in 0..<rows {
      let (x, y) = (input.baseAddress! + row * columns, output.baseAddress! + row * columns)
      let mean = Float(sum(x, columns) / Double(columns))
      for i in 0..<columns { y[i] = x[i] - mean }
      let variance = innerProduct(y, y, columns) / Double(columns)
      scales[row] = Float(max(variance.squareRoot(), 1 / Double(columns).squareRoot()))
      let inverse = 1 / scales[row]
      for i in 0..<columns { y[i] *= inverse }
    }
  }

  /// `dx = (g - mean(g) - y mean(g y)) / s`; without the last term where the divisor `s` is its floor.
  package static func reverseOfStandardize(
    output: Floats, scales: Floats, gradient: Floats, rows: Int, columns: Int, into result: MutableFloats
  ) {
    let floor = Float(1 / Double(columns).squareRoot())
    for row in 0..<rows {
      let offset = row * columns
      let (y, g, dx) = (output.baseAddress! + offset, gradient.baseAddress! + offset, result.baseAddress! + offset)
      let mean = Float(sum(g, columns) / Double(columns))
      let slope = scales[row] > floor ? Float(innerProduct(y, g, columns) / Double(columns)) : 0
      let inverse = 1 / scales[row]
      for i in 0..<columns { dx[i] = (g[i] - mean - y[i] * slope) * inverse }
    }
  }
}
