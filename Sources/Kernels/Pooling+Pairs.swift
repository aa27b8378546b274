// Windows of two by two, two apart: what halves the plane. The compiler does not find vectors in the scalar loops: written
// out, they are three times (forward) and ten times (reverse) as fast.

extension Kernels {
  /// The largest element of each window of one row of windows, over the rows `x` and `below`.
  static func maximaOfPairs(
    _ x: UnsafePointer<Float>, _ below: UnsafePointer<Float>, _ columns: Int, into y: UnsafeMutablePointer<Float>
  ) {
    guard columns >= 4 else {
      for i in 0..<columns {
        y[i] = larger(larger(x[2 * i], x[2 * i + 1]), larger(below[2 * i], below[2 * i + 1]))
      }
      return
    }
    Eight.forEach(in: columns) { eight in
      let (top, bottom) = (eight.pairs(x), eight.pairs(below))
      eight.store(larger(larger(top.evenHalf, top.oddHalf), larger(bottom.evenHalf, bottom.oddHalf)), y)
    }
  }

  /// The reverse of `maximaOfPairs`: a window's gradient goes to its first maximum in row-major order.
  static func reverseOfPairs(
    _ x: UnsafePointer<Float>, _ below: UnsafePointer<Float>, maxima y: UnsafePointer<Float>,
    gradients g: UnsafePointer<Float>, _ columns: Int, into dx: UnsafeMutablePointer<Float>,
    _ dxBelow: UnsafeMutablePointer<Float>
  ) {
    guard columns >= 4 else {
      for i in 0..<columns {
        var rest = g[i]
        rest = give(rest, to: dx + 2 * i, where: !(x[2 * i] < y[i]))
        rest = give(rest, to: dx + 2 * i + 1, where: !(x[2 * i + 1] < y[i]))
        rest = give(rest, to: dxBelow + 2 * i, where: !(below[2 * i] < y[i]))
        dxBelow[2 * i + 1] = rest
      }
      return
    }
    Eight.forEach(in: columns) { eight in
      let (top, bottom) = (eight.pairs(x), eight.pairs(below))
      let (maximum, gradient) = (eight.load(y), eight.load(g))
      let a = .!(top.evenHalf .< maximum)
      let b = .!(top.oddHalf .< maximum) .& .!a
      let c = .!(bottom.evenHalf .< maximum) .& .!(a .| b)
      let zero = SIMD8<Float>()
      eight.store(
        zero.replacing(with: gradient, where: a), zero.replacing(with: gradient, where: b), interleaved: dx)
      eight.store(
        zero.replacing(with: gradient, where: c), gradient.replacing(with: zero, where: a .| b .| c),
        interleaved: dxBelow)
    }
  }

  @inline(__always)
  private static func larger(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
    a.replacing(with: b, where: (b .> a) .| (b .!= b))
  }

  /// Writes `gradient` if `condition`, else zero, and returns what is left of it: selects, not branches.
  @inline(__always)
  private static func give(_ gradient: Float, to x: UnsafeMutablePointer<Float>, where condition: Bool) -> Float {
    x.pointee = condition ? gradient : 0
    return condition ? 0 : gradient
  }
}

/// Eight windows of a row: two fours, beginning at `low` and at `high`.
///
/// In a row of fewer than eight they overlap, and so may the last eight with those before: such windows are written twice,
/// alike.
private struct Eight {
  let low: Int
  let high: Int

  @inline(__always)
  static func forEach(in count: Int, _ body: (Eight) -> Void) {
    guard count >= 8 else { return body(Eight(low: 0, high: count - 4)) }
    var i = 0
    while i < count {
      let start = min(i, count - 8)
      body(Eight(low: start, high: start + 4))
      i += 8
    }
  }

  /// Two neighbours of `x` for each window.
  @inline(__always)
  func pairs(_ x: UnsafePointer<Float>) -> SIMD16<Float> {
    SIMD16(
      lowHalf: UnsafeRawPointer(x + 2 * low).loadUnaligned(as: SIMD8<Float>.self),
      highHalf: UnsafeRawPointer(x + 2 * high).loadUnaligned(as: SIMD8<Float>.self))
  }

  @inline(__always)
  func load(_ x: UnsafePointer<Float>) -> SIMD8<Float> {
    SIMD8(
      lowHalf: UnsafeRawPointer(x + low).loadUnaligned(as: SIMD4<Float>.self),
      highHalf: UnsafeRawPointer(x + high).loadUnaligned(as: SIMD4<Float>.self))
  }

  @inline(__always)
  func store(_ value: SIMD8<Float>, _ x: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(x + low).storeBytes(of: value.lowHalf, as: SIMD4<Float>.self)
    UnsafeMutableRawPointer(x + high).storeBytes(of: value.highHalf, as: SIMD4<Float>.self)
  }

  @inline(__always)
  func store(_ even: SIMD8<Float>, _ odd: SIMD8<Float>, interleaved x: UnsafeMutablePointer<Float>) {
    var both = SIMD16<Float>()
    (both.evenHalf, both.oddHalf) = (even, odd)
    UnsafeMutableRawPointer(x + 2 * low).storeBytes(of: both.lowHalf, as: SIMD8<Float>.self)
    UnsafeMutableRawPointer(x + 2 * high).storeBytes(of: both.highHalf, as: SIMD8<Float>.self)
  }
}
