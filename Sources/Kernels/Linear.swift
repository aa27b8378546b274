extension Kernels {
  /// Rows that a matrix product is given at a time: always a multiple of this, the last ones zero if need be.
  ///
  /// oneDNN picks another kernel, which rounds otherwise, for a few rows than for many. Images must get the same numbers
  /// whatever else is in the batch.
  private static let rowBlock = 16

  private static func padded(_ rows: Int) -> Int { (rows + rowBlock - 1) / rowBlock * rowBlock }

  /// `y = x Wᵀ + bias`, clamped at zero from below if `relu`: `x` `[batch, inputs]`, `W` `[outputs, inputs]`.
  package static func linear(
    _ input: Floats, weights: Floats, bias: Floats?, batch: Int, inputs: Int, outputs: Int, relu: Bool,
    into output: MutableFloats
  ) {
    let columns = padded(batch)
    withPaddedRows(input, batch, inputs) { x in
      // W xᵀ and a transposition: three times as fast as asking for x Wᵀ, for which oneDNN transposes W.
      withUnsafeTemporaryAllocation(of: Float.self, capacity: outputs * columns) { product in
        let p = product.baseAddress!
        multiply(
          Matrix(weights.baseAddress!, outputs, inputs), Matrix(x, columns, inputs).transposed, adding: false, into: p)
        for row in 0..<batch {
          let y = output.baseAddress! + row * outputs
          for o in 0..<outputs { y[o] = p[o * columns + row] }
          if let b = bias?.baseAddress { for o in 0..<outputs { y[o] += b[o] } }
          if relu { for o in 0..<outputs { y[o] = y[o] < 0 ? 0 : y[o] } }
        }
      }
    }
  }

  /// `dx = g W` for the gradient `g` `[batch, outputs]` of `linear`'s output.
  package static func reverseOfLinearByInput(
    gradient: Floats, weights: Floats, batch: Int, inputs: Int, outputs: Int, into result: MutableFloats
  ) {
    let rows = padded(batch)
    let w = Matrix(weights.baseAddress!, outputs, inputs)
    withPaddedRows(gradient, batch, outputs) { g in
      guard rows != batch else {
        multiply(Matrix(g, rows, outputs), w, adding: false, into: result.baseAddress!)
        return
      }
      withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * inputs) { product in
        multiply(Matrix(g, rows, outputs), w, adding: false, into: product.baseAddress!)
        result.baseAddress!.update(from: product.baseAddress!, count: batch * inputs)
      }
    }
  }

  /// `rows` of `dW = gᵀ x`, `[outputs, inputs]`.
  package static func reverseOfLinearByWeights(
    input: Floats, gradient: Floats, batch: Int, inputs: Int, outputs: Int, rows: Range<Int>,
    into result: MutableFloats
  ) {
    let g = Matrix(gradient.baseAddress! + rows.lowerBound, batch, rows.count, stride: outputs)
    multiply(g.transposed, Matrix(input.baseAddress!, batch, inputs), adding: false, into: result.baseAddress!)
  }

  /// `[rows, columns]` with zero rows up to the next multiple of the block; nothing is copied where there are none.
  private static func withPaddedRows(
    _ input: Floats, _ rows: Int, _ columns: Int, _ body: (UnsafePointer<Float>) -> Void
  ) {
    let all = padded(rows)
    guard all != rows else { return body(input.baseAddress!) }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: all * columns) { copy in
      let copy = copy.baseAddress!
      copy.update(from: input.baseAddress!, count: rows * columns)
      (copy + rows * columns).update(repeating: 0, count: (all - rows) * columns)
      body(copy)
    }
  }
}
