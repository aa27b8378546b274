/// `q` with e^f = 1 + q, and the whole number n, as 1.5 × 2²³ + n, for x = n ln 2 + f: Cody–Waite reduction and the
/// degree-6 polynomial of Cephes' `expf`.
@inline(always)
package func reducedExponential(_ x: Lanes) -> (fraction: Lanes, shifted: Lanes) {
  let magic = Lanes(12_582_912)  // adding it leaves the nearest integer in the low bits
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
  return (multiplyAdd(p, f * f, f), shifted)
}

/// 2^n for -126 ≤ n ≤ 127.
@inline(always)
package func powerOfTwo(_ n: IntegerLanes) -> Lanes {
  unsafeBitCast((n &+ IntegerLanes(repeating: 127)) &<< IntegerLanes(repeating: 23), to: Lanes.self)
}

/// e^x to 1e-7 relative over the whole range: infinite above 88.7, subnormal and then 0 below −87.3, NaN for NaN.
@inline(always)
package func fullExponential(_ input: Lanes) -> Lanes {
  let (fraction, shifted) = reducedExponential(clamped(input, Lanes(-110), Lanes(100)))
  let n = unsafeBitCast(shifted, to: IntegerLanes.self) &- IntegerLanes(repeating: 0x4b40_0000)
  // In two factors, as 2^128 and 2^-127 are no normal numbers.
  let half = n &>> IntegerLanes(repeating: 1)
  return (fraction + Lanes(1)) * powerOfTwo(half) * powerOfTwo(n &- half)
}

/// e^x − 1 to 2e-7 relative for x ≤ 0; the result for a positive x is that for 0.
@inline(always)
package func exponentialMinusOne(_ input: Lanes) -> Lanes {
  let (fraction, shifted) = reducedExponential(clamped(input, Lanes(-80), Lanes(0)))
  let n = unsafeBitCast(shifted, to: IntegerLanes.self) &- IntegerLanes(repeating: 0x4b40_0000)
  let scale = powerOfTwo(n)
  return multiplyAdd(scale, fraction, scale - Lanes(1))
}

/// `min(high, max(low, x))`, NaN for NaN.
@inline(always)
package func clamped(_ x: Lanes, _ low: Lanes, _ high: Lanes) -> Lanes { minimum(maximum(x, low), high) }

@inline(always)
package func magnitude(_ x: Lanes) -> Lanes {
  unsafeBitCast(unsafeBitCast(x, to: IntegerLanes.self) & IntegerLanes(repeating: 0x7fff_ffff), to: Lanes.self)
}

/// `magnitude` with the sign of `sign`; `magnitude` is not negative.
@inline(always)
package func signed(_ magnitude: Lanes, like sign: Lanes) -> Lanes {
  let bit = unsafeBitCast(sign, to: IntegerLanes.self) & IntegerLanes(repeating: .min)
  return unsafeBitCast(unsafeBitCast(magnitude, to: IntegerLanes.self) | bit, to: Lanes.self)
}

/// tanh x to 2e-7 relative: Cephes' `tanhf`.
@inline(always)
package func hyperbolicTangent(_ x: Lanes) -> Lanes {
  let t = magnitude(x)
  let z = x * x
  var p = Lanes(-5.704_988_727_45e-3)
  p = multiplyAdd(p, z, Lanes(2.063_908_879_54e-2))
  p = multiplyAdd(p, z, Lanes(-5.373_971_555_31e-2))
  p = multiplyAdd(p, z, Lanes(1.333_144_220_36e-1))
  p = multiplyAdd(p, z, Lanes(-3.333_328_194_22e-1))
  let small = multiplyAdd(p * z, x, x)
  let large = Lanes(1) - Lanes(2) / (fullExponential(t + t) + Lanes(1))
  return signed(large, like: x).replacing(with: small, where: t .< Lanes(0.625))
}

/// erf x to 1e-7 relative: minimax polynomials after N. Juffa, of x below 0.9277 and of the exponent of 1 − erf above.
@inline(always)
package func errorFunction(_ x: Lanes) -> Lanes {
  let t = magnitude(x)
  let s = x * x
  var r = multiplyAdd(Lanes(-1.728_534_70e-5), t, Lanes(3.831_971_26e-4))
  let u = multiplyAdd(Lanes(-3.883_964_38e-3), t, Lanes(2.425_462_19e-2))
  // Beyond 4, erf is 1 and the polynomial means nothing.
  r = multiplyAdd(r, s, u)
  r = multiplyAdd(r, t, Lanes(-1.067_778_77e-1))
  r = multiplyAdd(r, t, Lanes(-6.348_466_87e-1))
  r = multiplyAdd(r, t, Lanes(-1.287_175_12e-1))
  r = multiplyAdd(r, t, Lanes(0) - t)
  let large = (Lanes(1) - fullExponential(r)).replacing(with: Lanes(1), where: t .> Lanes(4))
  var p = Lanes(-5.967_617_03e-4)
  p = multiplyAdd(p, s, Lanes(4.991_194_23e-3))
  p = multiplyAdd(p, s, Lanes(-2.676_813_49e-2))
  p = multiplyAdd(p, s, Lanes(1.128_199_25e-1))
  p = multiplyAdd(p, s, Lanes(-3.761_253_36e-1))
  p = multiplyAdd(p, s, Lanes(1.283_791_66e-1))
  let small = multiplyAdd(p, x, x)
  return signed(large, like: x).replacing(with: small, where: t .<= Lanes(0.927_734_375))
}

/// 1 / (1 + e^−x), NaN for NaN.
@inline(always)
package func fullLogistic(_ x: Lanes) -> Lanes { Lanes(1) / (Lanes(1) + fullExponential(Lanes(0) - x)) }
