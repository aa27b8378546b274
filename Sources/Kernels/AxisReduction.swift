import Foundation

/// A function of many numbers.
package enum ReductionFunction: String, Sendable {
  case sum, mean, maximum, minimum, product
  /// `√Σ x²`.
  case norm
  /// `ln Σ e^x`.
  case logSumExp
  /// `Σ x²`.
  case sumOfSquares
}

extension Kernels {
  /// `function` over the middle axis of `[outer, count, inner]`. Of nothing, sums are 0, a product is 1, a mean is NaN, the
  /// largest is −∞ and the smallest ∞.
  package static func reduce(
    _ function: ReductionFunction, _ input: Floats, outer: Int, count: Int, inner: Int, into output: MutableFloats
  ) {
    switch function {
    case .sum: total(input, outer, count, inner, output, { sum($0, $1) }, { $0 }, { $0 })
    case .mean: total(input, outer, count, inner, output, { sum($0, $1) }, { $0 }, { $0 / Double(count) })
    case .sumOfSquares: total(input, outer, count, inner, output, { innerProduct($0, $0, $1) }, { $0 * $0 }, { $0 })
    case .norm:
      total(input, outer, count, inner, output, { innerProduct($0, $0, $1) }, { $0 * $0 }, { $0.squareRoot() })
    case .product: fold(input, outer, count, inner, output, 1) { $0 * $1 }
    case .maximum: fold(input, outer, count, inner, output, -.infinity) { $1 > $0 || $1 != $1 ? $1 : $0 }
    case .minimum: fold(input, outer, count, inner, output, .infinity) { $1 < $0 || $1 != $1 ? $1 : $0 }
    case .logSumExp:
      fold(input, outer, count, inner, output, -.infinity) { $1 > $0 || $1 != $1 ? $1 : $0 }
      for row in 0..<(outer * inner) where output[row].isFinite {
        let x = input.baseAddress! + row / inner * count * inner + row % inner
        var total = 0.0
        for k in 0..<count { total += Double(exp(x[k * inner] - output[row])) }
        output[row] += Float(log(total))
      }
    }
  }

  /// The gradient of `reduce` by its input `x`, from its output `y`.
  ///
  /// All of it goes to the first of the largest or smallest. The derivative of a norm at zero is zero.
  package static func reverseOfReduction(
    _ function: ReductionFunction, input x: Floats, output y: Floats, gradient g: Floats, outer: Int, count: Int,
    inner: Int, into dx: MutableFloats
  ) {
    switch function {
    case .sum: broadcast(g, outer: outer, count: count, inner: inner, scale: 1, into: dx)
    case .mean: broadcast(g, outer: outer, count: count, inner: inner, scale: 1 / Float(count), into: dx)
    case .sumOfSquares: spread(x, y, g, outer, count, inner, dx) { x, _, g in 2 * x * g }
    case .norm: spread(x, y, g, outer, count, inner, dx) { x, y, g in y == 0 ? 0 : g * (x / y) }
    case .logSumExp: spread(x, y, g, outer, count, inner, dx) { x, y, g in y.isFinite ? g * exp(x - y) : 0 }
    case .maximum: reverseOfExtremum(x, g, outer, count, inner, dx) { $0 > $1 || $0 != $0 }
    case .minimum: reverseOfExtremum(x, g, outer, count, inner, dx) { $0 < $1 || $0 != $0 }
    case .product:
      // The product of those before times the product of those after, so that zeros need no care.
      for row in 0..<(outer * inner) {
        let start = row / inner * count * inner + row % inner
        let (x, dx) = (x.baseAddress! + start, dx.baseAddress! + start)
        var before: Float = 1
        for k in 0..<count {
          dx[k * inner] = before
          before *= x[k * inner]
        }
        var after = g[row]
        for k in (0..<count).reversed() {
          dx[k * inner] *= after
          after *= x[k * inner]
        }
      }
    }
  }

  /// `finish(Σ term(x))`, in double precision; `row` sums a contiguous one.
  @inline(__always)
  private static func total(
    _ x: Floats, _ outer: Int, _ count: Int, _ inner: Int, _ y: MutableFloats,
    _ row: (UnsafePointer<Float>, Int) -> Double, _ term: (Double) -> Double, _ finish: (Double) -> Double
  ) {
    if inner == 1 {
      for o in 0..<outer { y[o] = Float(finish(row(x.baseAddress! + o * count, count))) }
      return
    }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: inner) { totals in
      let totals = totals.baseAddress!
      for o in 0..<outer {
        totals.update(repeating: 0, count: inner)
        for k in 0..<count {
          let from = x.baseAddress! + (o * count + k) * inner
          for i in 0..<inner { totals[i] += term(Double(from[i])) }
        }
        let to = y.baseAddress! + o * inner
        for i in 0..<inner { to[i] = Float(finish(totals[i])) }
      }
    }
  }

  @inline(__always)
  private static func fold(
    _ x: Floats, _ outer: Int, _ count: Int, _ inner: Int, _ y: MutableFloats, _ initial: Float,
    _ f: (Float, Float) -> Float
  ) {
    for o in 0..<outer {
      let (from, to) = (x.baseAddress! + o * count * inner, y.baseAddress! + o * inner)
      if inner == 1 {
        var result = initial
        for k in 0..<count { result = f(result, from[k]) }
        to[0] = result
      } else {
        for i in 0..<inner { to[i] = initial }
        for k in 0..<count {
          let row = from + k * inner
          for i in 0..<inner { to[i] = f(to[i], row[i]) }
        }
      }
    }
  }

  /// `dx = term(x, y, g)` with `y` and `g` repeated along the middle axis.
  @inline(__always)
  private static func spread(
    _ x: Floats, _ y: Floats, _ g: Floats, _ outer: Int, _ count: Int, _ inner: Int, _ dx: MutableFloats,
    _ term: (Float, Float, Float) -> Float
  ) {
    for o in 0..<outer {
      let (x, dx) = (x.baseAddress! + o * count * inner, dx.baseAddress! + o * count * inner)
      let (y, g) = (y.baseAddress! + o * inner, g.baseAddress! + o * inner)
      if inner == 1 {
        let (value, gradient) = (y[0], g[0])
        for k in 0..<count { dx[k] = term(x[k], value, gradient) }
      } else {
        for k in 0..<count {
          let (x, dx) = (x + k * inner, dx + k * inner)
          for i in 0..<inner { dx[i] = term(x[i], y[i], g[i]) }
        }
      }
    }
  }

  /// The gradient goes to the element that none before it and none after it beats.
  @inline(__always)
  private static func reverseOfExtremum(
    _ x: Floats, _ g: Floats, _ outer: Int, _ count: Int, _ inner: Int, _ dx: MutableFloats,
    _ beats: (Float, Float) -> Bool
  ) {
    dx.update(repeating: 0)
    guard count > 0 else { return }
    for row in 0..<(outer * inner) {
      let start = row / inner * count * inner + row % inner
      let x = x.baseAddress! + start
      var best = 0
      for k in 1..<max(count, 1) where beats(x[k * inner], x[best * inner]) { best = k }
      dx[start + best * inner] = g[row]
    }
  }
}
