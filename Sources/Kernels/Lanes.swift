/// Eight floats: the width the routing kernels work in (one AVX register).
package typealias Lanes = SIMD8<Float>

/// `a * b + c`, fused where the target has FMA (a call per lane where it has not, hence the fallback).
@inline(__always)
package func multiplyAdd(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes {
  #if ROBUST_FMA || arch(arm64)
    c.addingProduct(a, b)
  #else
    c + a * b
  #endif
}

@inline(__always)
package func maximum(_ a: Lanes, _ b: Lanes) -> Lanes { a.replacing(with: b, where: b .> a) }

@inline(__always)
package func minimum(_ a: Lanes, _ b: Lanes) -> Lanes { a.replacing(with: b, where: b .< a) }

extension SIMD8<Float> {
  /// Every lane equal to `value`.
  @inline(__always)
  package init(_ value: Float) { self.init(repeating: value) }

  /// The sum over lanes, always in the same order.
  @inline(__always)
  package var total: Float {
    let four = lowHalf + highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
  }

  @inline(__always)
  package var largest: Float {
    let four = lowHalf.replacing(with: highHalf, where: highHalf .> lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .> four.lowHalf)
    return two[0] > two[1] ? two[0] : two[1]
  }
}

/// e^x to 8e-8 relative; exactly 0 below −87, and at most e^88.
///
/// Cody–Waite reduction by ln 2 and the degree-6 polynomial of Cephes' `expf`.
@inline(__always)
package func exponential(_ input: Lanes) -> Lanes {
  let x = minimum(maximum(input, Lanes(-87)), Lanes(88))
  let magic = Lanes(12_582_912)  // 1.5 × 2²³: adding it leaves the nearest integer in the low bits
  let shifted = multiplyAdd(x, Lanes(1.442_695_04), magic)
  let n = shifted - magic
  var f = multiplyAdd(n, Lanes(-0.693_359_375), x)
  f = multiplyAdd(n, Lanes(2.121_944_40e-4), f)
  var p = Lanes(1.987_569_150_0e-4)
  p = multiplyAdd(p, f, Lanes(1.398_199_950_7e-3))
  p = multiplyAdd(p, f, Lanes(8.333_451_907_3e-3))
  p = multiplyAdd(p, f, Lanes(4.166_579_589_4e-2))
  p = multiplyAdd(p, f, Lanes(1.666_666_545_9e-1))
  p = multiplyAdd(p, f, Lanes(5.000_000_120_1e-1))
  p = multiplyAdd(p, f * f, f) + Lanes(1)
  let exponent = unsafeBitCast(shifted, to: SIMD8<Int32>.self) &<< SIMD8<Int32>(repeating: 23)
  let result = unsafeBitCast(exponent &+ unsafeBitCast(p, to: SIMD8<Int32>.self), to: Lanes.self)
  return result.replacing(with: Lanes(0), where: input .< Lanes(-87))
}

/// ln x to 8e-8 relative, for positive normal x (Cephes' `logf`).
@inline(__always)
package func logarithm(_ x: Lanes) -> Lanes {
  let bits = unsafeBitCast(x, to: SIMD8<Int32>.self)
  let exponent = (bits &- SIMD8<Int32>(repeating: 0x3f35_04f3)) &>> SIMD8<Int32>(repeating: 23)
  let mantissa = unsafeBitCast(bits &- (exponent &<< SIMD8<Int32>(repeating: 23)), to: Lanes.self)
  let e = Lanes(exponent)
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
@inline(__always)
package func logLogistic(_ x: Lanes) -> Lanes {
  let magnitude = x.replacing(with: Lanes(0) - x, where: x .< Lanes(0))
  return minimum(x, Lanes(0)) - logarithm(Lanes(1) + exponential(Lanes(0) - magnitude))
}

/// 1 / (1 + e^−x).
@inline(__always)
package func logistic(_ x: Lanes) -> Lanes {
  Lanes(1) / (Lanes(1) + exponential(Lanes(0) - x))
}
