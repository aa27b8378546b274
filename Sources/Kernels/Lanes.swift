/// One register of floats, the width the routing kernels work in: 16 with AVX-512, else 8 (one AVX register, or two of
/// a smaller machine's).
#if ROBUST_AVX512
  @usableFromInline package typealias Lanes = SIMD16<Float>
  @usableFromInline package typealias IntegerLanes = SIMD16<Int32>
#else
  @usableFromInline package typealias Lanes = SIMD8<Float>
  @usableFromInline package typealias IntegerLanes = SIMD8<Int32>
#endif

/// `a * b + c`, fused where the target has FMA (a call per lane where it has not, hence the fallback).
@inline(always)
package func multiplyAdd(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes {
  #if ROBUST_FMA || arch(arm64)
    c.addingProduct(a, b)
  #else
    c + a * b
  #endif
}

#if ROBUST_AVX512
  /// The same for eight lanes.
  @inline(always)
  func multiplyAdd(_ a: SIMD8<Float>, _ b: SIMD8<Float>, _ c: SIMD8<Float>) -> SIMD8<Float> { c.addingProduct(a, b) }
#endif

@inline(always)
package func maximum(_ a: Lanes, _ b: Lanes) -> Lanes { a.replacing(with: b, where: b .> a) }

@inline(always)
package func minimum(_ a: Lanes, _ b: Lanes) -> Lanes { a.replacing(with: b, where: b .< a) }

extension Lanes {
  /// The number of floats in a register.
  @inline(always)
  package static var width: Int { scalarCount }

  /// Every lane equal to `value`.
  @inline(always)
  package init(_ value: Float) { self.init(repeating: value) }

  /// Four sums that together are the sum over lanes.
  @inline(always)
  package var quarters: SIMD4<Float> {
    #if ROBUST_AVX512
      let eight = lowHalf + highHalf
      return eight.lowHalf + eight.highHalf
    #else
      return lowHalf + highHalf
    #endif
  }

  /// The sum over lanes, always in the same order.
  @inline(always)
  package var total: Float {
    let four = quarters
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
  }

  @inline(always)
  package var largest: Float {
    #if ROBUST_AVX512
      let eight = lowHalf.replacing(with: highHalf, where: highHalf .> lowHalf)
      let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.highHalf .> eight.lowHalf)
    #else
      let four = lowHalf.replacing(with: highHalf, where: highHalf .> lowHalf)
    #endif
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .> four.lowHalf)
    return two[0] > two[1] ? two[0] : two[1]
  }
}

/// e^x to 8e-8 relative; exactly 0 below −87, and at most e^88.
@inline(always)
package func exponential(_ input: Lanes) -> Lanes {
  let (fraction, shifted) = reducedExponential(minimum(maximum(input, Lanes(-87)), Lanes(88)))
  let p = fraction + Lanes(1)
  let exponent = unsafeBitCast(shifted, to: IntegerLanes.self) &<< IntegerLanes(repeating: 23)
  let result = unsafeBitCast(exponent &+ unsafeBitCast(p, to: IntegerLanes.self), to: Lanes.self)
  return result.replacing(with: Lanes(0), where: input .< Lanes(-87))
}

/// ln x to 8e-8 relative, for positive normal x (Cephes' `logf`).
@inline(always)
package func logarithm(_ x: Lanes) -> Lanes {
  let bits = unsafeBitCast(x, to: IntegerLanes.self)
  let exponent = (bits &- IntegerLanes(repeating: 0x3f35_04f3)) &>> IntegerLanes(repeating: 23)
  let mantissa = unsafeBitCast(bits &- (exponent &<< IntegerLanes(repeating: 23)), to: Lanes.self)
  // An integer in the low bits of 1.5 × 2²³ is that many more than 1.5 × 2²³.
  let e = unsafeBitCast(exponent &+ IntegerLanes(repeating: 0x4b40_0000), to: Lanes.self) - Lanes(12_582_912)
  let f = mantissa - Lanes(1)
  let z = f * f
  var p = Lanes(7.037_683_629_2e-2)
  p = multiplyAdd(p, f, Lanes(-1.151_461_031_0e-1))
  p = multiplyAdd(p, f, Lanes(1.167_699_874_0e-1))
  p = multiplyAdd(p, f, Lanes(-1.242_014_084_6e-1))
  p = multiplyAdd(p, f, Lanes(1.424_932_278_7e-1))
  p = multiplyAdd(p, f, Lanes(-1.666_805_766_5e-1))
  p = multiplyAdd(p, f, Lanes(2.000_071_476_5e-1))
  p = multiplyAdd(p, f, Lanes(-2.499_999_399_3e-1))
  p = multiplyAdd(p, f, Lanes(3.333_333_117_4e-1))
  var y = f * z * p
  y = multiplyAdd(e, Lanes(-2.121_944_40e-4), y)
  y = multiplyAdd(z, Lanes(-0.5), y)
  return multiplyAdd(e, Lanes(0.693_359_375), f + y)
}

/// ln(1 / (1 + e^−x)) without overflow.
@inline(always)
package func logLogistic(_ x: Lanes) -> Lanes {
  let magnitude = x.replacing(with: Lanes(0) - x, where: x .< Lanes(0))
  return minimum(x, Lanes(0)) - logarithm(Lanes(1) + exponential(Lanes(0) - magnitude))
}

/// 1 / (1 + e^−x).
@inline(always)
package func logistic(_ x: Lanes) -> Lanes {
  Lanes(1) / (Lanes(1) + exponential(Lanes(0) - x))
}
