/// How rows of numbers are normalised, and how the elements are scaled and shifted afterwards.
package struct RowNormalization: Sendable {
  /// What a row is divided by.
  package enum Divisor: Sendable {
    /// `√(σ² + ε)`, after the mean was taken away; σ² is the mean square deviation.
    case standardDeviation
    /// `σ + ε`, after the mean was taken away.
    case offsetStandardDeviation
    /// `√(mean of x² + ε)`.
    case rootMeanSquare
    /// `√Σx²`; rows of zeros stay.
    case euclideanNorm
    /// `Σ|x|`; rows of zeros stay.
    case absoluteSum
  }

  package let divisor: Divisor
  package let epsilon: Float
  /// The elements of a row.
  package let columns: Int
  /// How many rows there are before scales and shifts begin anew.
  package let period: Int
  /// How many neighbours of a row share a scale and a shift.
  package let run: Int

  package init(_ divisor: Divisor, epsilon: Float = 0, columns: Int, period: Int = 1, run: Int = 1) {
    precondition(columns > 0 && period > 0 && run > 0 && columns % run == 0, "RowNormalization")
    self.divisor = divisor
    self.epsilon = epsilon
    self.columns = columns
    self.period = period
    self.run = run
  }

  /// How many scales there are.
  package var scaleCount: Int { period * (columns / run) }

  /// Whether the mean is taken away.
  fileprivate var isCentered: Bool {
    switch divisor {
    case .standardDeviation, .offsetStandardDeviation: true
    case .rootMeanSquare, .euclideanNorm, .absoluteSum: false
    }
  }
}

extension Kernels {
  /// The mean that is taken away from each row of `input` (0 where none is), and 1 over what it is divided by.
  package static func statistics(
    of input: Floats, _ normalization: RowNormalization, means: MutableFloats, inverses: MutableFloats
  ) {
    let (columns, epsilon) = (normalization.columns, Double(normalization.epsilon))
    for row in means.indices {
      let x = input.baseAddress! + row * columns
      let mean = normalization.isCentered ? sum(x, columns) / Double(columns) : 0
      means[row] = Float(mean)
      let divisor =
        switch normalization.divisor {
        case .standardDeviation: (squares(x, columns, less: mean) / Double(columns) + epsilon).squareRoot()
        case .offsetStandardDeviation: (squares(x, columns, less: mean) / Double(columns)).squareRoot() + epsilon
        case .rootMeanSquare: (squares(x, columns, less: 0) / Double(columns) + epsilon).squareRoot()
        case .euclideanNorm: squares(x, columns, less: 0).squareRoot()
        case .absoluteSum: magnitudes(x, columns)
        }
      let staysZero = normalization.divisor == .euclideanNorm || normalization.divisor == .absoluteSum
      inverses[row] = staysZero && divisor == 0 ? 0 : Float(1 / divisor)
    }
  }

  /// `y = (x - mean) / divisor`, times a scale and plus a shift where there are any.
  package static func normalize(
    _ input: Floats, _ normalization: RowNormalization, means: Floats, inverses: Floats, scales: Floats?,
    shifts: Floats?, into output: MutableFloats
  ) {
    let (columns, run) = (normalization.columns, normalization.run)
    for row in means.indices {
      let (x, y) = (input.baseAddress! + row * columns, output.baseAddress! + row * columns)
      let (mean, inverse) = (means[row], inverses[row])
      guard let scales else {
        for i in 0..<columns { y[i] = (x[i] - mean) * inverse }
        continue
      }
      let first = row % normalization.period * (columns / run)
      let s = scales.baseAddress! + first
      let t = shifts.map { $0.baseAddress! + first }
      if run == 1 {
        if let t {
          for i in 0..<columns { y[i] = t[i].addingProduct((x[i] - mean) * inverse, s[i]) }
        } else {
          for i in 0..<columns { y[i] = (x[i] - mean) * inverse * s[i] }
        }
      } else {
        for k in 0..<columns / run {
          let (from, to, factor, shift) = (x + k * run, y + k * run, inverse * s[k], t?[k] ?? 0)
          for i in 0..<run { to[i] = shift.addingProduct(from[i] - mean, factor) }
        }
      }
    }
  }

  /// `dx = (g s - mean(g s) - n Σ(g s n) ∂divisor/∂x) / divisor` with the normalised elements `n` and the scales `s`; the
  /// second term only where the mean was taken away.
  package static func reverseOfNormalize(
    _ input: Floats, _ normalization: RowNormalization, means: Floats, inverses: Floats, scales: Floats?,
    gradient: Floats, into result: MutableFloats
  ) {
    let (columns, run) = (normalization.columns, normalization.run)
    for row in means.indices {
      let (x, g) = (input.baseAddress! + row * columns, gradient.baseAddress! + row * columns)
      let dx = result.baseAddress! + row * columns
      let (mean, inverse) = (means[row], inverses[row])
      if let scales {
        let s = scales.baseAddress! + row % normalization.period * (columns / run)
        if run == 1 {
          for i in 0..<columns { dx[i] = g[i] * s[i] }
        } else {
          for k in 0..<columns / run {
            let (from, to, factor) = (g + k * run, dx + k * run, s[k])
            for i in 0..<run { to[i] = from[i] * factor }
          }
        }
      } else {
        dx.update(from: g, count: columns)
      }
      let slope = innerProduct(dx, x, columns, less: Double(mean)) * Double(inverse)
      let shift = normalization.isCentered ? Float(sum(dx, columns) / Double(columns)) : 0
      switch normalization.divisor {
      case .standardDeviation, .rootMeanSquare, .offsetStandardDeviation, .euclideanNorm:
        let step = Float(slope * derivative(normalization, inverse: Double(inverse))) * inverse
        for i in 0..<columns { dx[i] = (dx[i] - shift - (x[i] - mean) * step) * inverse }
      case .absoluteSum:
        let step = Float(slope)
        for i in 0..<columns {
          let sign: Float = x[i] > 0 ? 1 : x[i] < 0 ? -1 : 0
          dx[i] = (dx[i] - sign * step) * inverse
        }
      }
    }
  }

  /// The derivative of the divisor by an element, over the normalised element.
  private static func derivative(_ normalization: RowNormalization, inverse: Double) -> Double {
    switch normalization.divisor {
    case .standardDeviation, .rootMeanSquare: 1 / Double(normalization.columns)
    case .offsetStandardDeviation:
      // σ + ε over N σ; where σ is 0 all elements are.
      inverse * Double(normalization.epsilon) < 1
        ? 1 / (Double(normalization.columns) * (1 - inverse * Double(normalization.epsilon))) : 0
    case .euclideanNorm: 1
    case .absoluteSum: 0
    }
  }

  /// The gradients of scales and shifts, summed over rows and runs.
  package static func reverseOfNormalizeByScales(
    _ input: Floats, _ normalization: RowNormalization, means: Floats, inverses: Floats, gradient: Floats,
    scales: MutableFloats?, shifts: MutableFloats?
  ) {
    let (columns, run) = (normalization.columns, normalization.run)
    var (scaleSums, shiftSums) = (
      [Double](repeating: 0, count: normalization.scaleCount), [Double](repeating: 0, count: normalization.scaleCount)
    )
    for row in means.indices {
      let first = row % normalization.period * (columns / run)
      for i in 0..<columns {
        let g = Double(gradient[row * columns + i])
        shiftSums[first + i / run] += g
        scaleSums[first + i / run] += g * Double((input[row * columns + i] - means[row]) * inverses[row])
      }
    }
    if let scales { for i in scales.indices { scales[i] = Float(scaleSums[i]) } }
    if let shifts { for i in shifts.indices { shifts[i] = Float(shiftSums[i]) } }
  }

  /// `Σ(x[i] - mean)²`.
  private static func squares(_ x: UnsafePointer<Float>, _ count: Int, less mean: Double) -> Double {
    innerProduct(x, x, count, less: mean, both: true)
  }

  /// `Σ w[i] (x[i] - mean)`, or `Σ (w[i] - mean) (x[i] - mean)` if `both`, in double precision over eight running sums.
  @inline(__always)
  private static func innerProduct(
    _ w: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ count: Int, less mean: Double, both: Bool = false
  ) -> Double {
    var total = SIMD8<Double>()
    let center = SIMD8<Double>(repeating: mean)
    let whole = count & ~7
    for i in stride(from: 0, to: whole, by: 8) {
      var a = SIMD8<Double>(UnsafeRawPointer(w + i).loadUnaligned(as: SIMD8<Float>.self))
      if both { a -= center }
      total += a * (SIMD8<Double>(UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Float>.self)) - center)
    }
    for i in whole..<count { total[i & 7] += (Double(w[i]) - (both ? mean : 0)) * (Double(x[i]) - mean) }
    return total.sum()
  }

  private static func magnitudes(_ x: UnsafePointer<Float>, _ count: Int) -> Double {
    var total: Double = 0
    for i in 0..<count { total += Double(abs(x[i])) }
    return total
  }
}
