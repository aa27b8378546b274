/// Eight vectors of eight, as the columns of a matrix that were its rows.
@inline(__always)
func transposed(
  _ a: SIMD8<Float>, _ b: SIMD8<Float>, _ c: SIMD8<Float>, _ d: SIMD8<Float>, _ e: SIMD8<Float>, _ f: SIMD8<Float>,
  _ g: SIMD8<Float>, _ h: SIMD8<Float>, _ store: (_ column: Int, SIMD8<Float>) -> Void
) {
  // Unpacked in pairs and in pairs of pairs, within halves; then the halves are exchanged.
  let (ab0, ab1) = interleaved(a, b)
  let (cd0, cd1) = interleaved(c, d)
  let (ef0, ef1) = interleaved(e, f)
  let (gh0, gh1) = interleaved(g, h)
  let (low0, low1) = pairsInterleaved(ab0, cd0)
  let (low2, low3) = pairsInterleaved(ab1, cd1)
  let (high0, high1) = pairsInterleaved(ef0, gh0)
  let (high2, high3) = pairsInterleaved(ef1, gh1)
  store(0, SIMD8(lowHalf: low0.lowHalf, highHalf: high0.lowHalf))
  store(1, SIMD8(lowHalf: low1.lowHalf, highHalf: high1.lowHalf))
  store(2, SIMD8(lowHalf: low2.lowHalf, highHalf: high2.lowHalf))
  store(3, SIMD8(lowHalf: low3.lowHalf, highHalf: high3.lowHalf))
  store(4, SIMD8(lowHalf: low0.highHalf, highHalf: high0.highHalf))
  store(5, SIMD8(lowHalf: low1.highHalf, highHalf: high1.highHalf))
  store(6, SIMD8(lowHalf: low2.highHalf, highHalf: high2.highHalf))
  store(7, SIMD8(lowHalf: low3.highHalf, highHalf: high3.highHalf))
}

/// `a0 b0 a1 b1 | a4 b4 a5 b5` and `a2 b2 a3 b3 | a6 b6 a7 b7`.
@inline(__always)
private func interleaved(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> (SIMD8<Float>, SIMD8<Float>) {
  (
    SIMD8(a[0], b[0], a[1], b[1], a[4], b[4], a[5], b[5]),
    SIMD8(a[2], b[2], a[3], b[3], a[6], b[6], a[7], b[7])
  )
}

/// `a0 a1 b0 b1 | a4 a5 b4 b5` and `a2 a3 b2 b3 | a6 a7 b6 b7`.
@inline(__always)
private func pairsInterleaved(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> (SIMD8<Float>, SIMD8<Float>) {
  (
    SIMD8(a[0], a[1], b[0], b[1], a[4], a[5], b[4], b[5]),
    SIMD8(a[2], a[3], b[2], b[3], a[6], a[7], b[6], b[7])
  )
}
