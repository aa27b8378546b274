extension Kernels {
  /// `y[o, c, i] = scales[c] x[o, c, i] + shifts[c]` for `[outer, channels, inner]`; without shifts, zero.
  package static func affinePerChannel(
    _ input: Floats, scales: Floats, shifts: Floats?, outer: Int, inner: Int, into output: MutableFloats
  ) {
    let channels = scales.count
    guard channels > 0 else { return }
    for o in 0..<outer {
      let (x, y) = (input.baseAddress! + o * channels * inner, output.baseAddress! + o * channels * inner)
      let s = scales.baseAddress!
      if inner == 1 {
        if let t = shifts?.baseAddress {
          for c in 0..<channels { y[c] = t[c].addingProduct(x[c], s[c]) }
        } else {
          for c in 0..<channels { y[c] = x[c] * s[c] }
        }
        continue
      }
      for c in 0..<channels {
        let (from, to, scale, shift) = (x + c * inner, y + c * inner, s[c], shifts?[c] ?? 0)
        for i in 0..<inner { to[i] = shift.addingProduct(from[i], scale) }
      }
    }
  }
}
