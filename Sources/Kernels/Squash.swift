extension Kernels {
  /// `v = s ‖s‖ / (1 + ‖s‖²)` of each row of `[rows, columns]`.
  package static func squash(_ input: Floats, rows: Int, columns: Int, into output: MutableFloats) {
    for row in 0..<rows {
      let (s, v) = (input.baseAddress! + row * columns, output.baseAddress! + row * columns)
      let (norm, _) = norm(s, columns)
      let scale = norm / (1 + norm * norm)
      for k in 0..<columns { v[k] = scale * s[k] }
    }
  }

  /// `ds = f g + f′/‖s‖ (s·g) s` for each row, with `f = ‖s‖ / (1 + ‖s‖²)` and `f′ = (1 − ‖s‖²) / (1 + ‖s‖²)²`; 0 at s = 0.
  package static func reverseOfSquash(
    input: Floats, gradient: Floats, rows: Int, columns: Int, into result: MutableFloats
  ) {
    for row in 0..<rows {
      let offset = row * columns
      let (s, g, ds) = (input.baseAddress! + offset, gradient.baseAddress! + offset, result.baseAddress! + offset)
      let (norm, square) = norm(s, columns)
      var inner: Float = 0
      for k in 0..<columns { inner += s[k] * g[k] }
      let scale = norm / (1 + square)
      // Multiplied in this order, nothing overflows for a small ‖s‖: |s·g| ≤ ‖s‖ ‖g‖.
      let slope = norm > 0 ? (inner / norm) * ((1 - square) / ((1 + square) * (1 + square))) : 0
      for k in 0..<columns { ds[k] = scale * g[k] + slope * s[k] }
    }
  }

  @inline(__always)
  private static func norm(_ s: UnsafePointer<Float>, _ count: Int) -> (norm: Float, square: Float) {
    var square: Float = 0
    for k in 0..<count { square += s[k] * s[k] }
    return (square.squareRoot(), square)
  }
}
