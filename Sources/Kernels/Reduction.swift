extension Kernels {
  /// Whether all of `count` elements are zero; looks no further than the first that is not.
  static func isZero(_ x: UnsafePointer<Float>, _ count: Int) -> Bool {
    for i in 0..<count where x[i] != 0 { return false }
    return true
  }

  /// The sum of `count` elements, in double precision over eight running sums.
  static func sum(_ x: UnsafePointer<Float>, _ count: Int) -> Double {
    var total = SIMD8<Double>()
    let whole = count & ~7
    for i in stride(from: 0, to: whole, by: 8) {
      total += SIMD8<Double>(UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Float>.self))
    }
    for i in whole..<count { total[i & 7] += Double(x[i]) }
    return total.sum()
  }

  /// `Σ x[i] y[i]`, in double precision over eight running sums.
  static func innerProduct(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int) -> Double {
    var total = SIMD8<Double>()
    let whole = count & ~7
    for i in stride(from: 0, to: whole, by: 8) {
      total +=
        SIMD8<Double>(UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Float>.self))
        * SIMD8<Double>(UnsafeRawPointer(y + i).loadUnaligned(as: SIMD8<Float>.self))
    }
    for i in whole..<count { total[i & 7] += Double(x[i]) * Double(y[i]) }
    return total.sum()
  }

  /// The sums over the middle axis of `[outer, count, inner]`, times `scale`.
  package static func sum(
    _ input: Floats, outer: Int, count: Int, inner: Int, scale: Float, into output: MutableFloats
  ) {
    let (x, y) = (input.baseAddress!, output.baseAddress!)
    if inner == 1 {
      for o in 0..<outer { y[o] = Float(sum(x + o * count, count)) * scale }
      return
    }
    output.update(repeating: 0)
    for o in 0..<outer {
      let to = y + o * inner
      for k in 0..<count {
        let from = x + (o * count + k) * inner
        for i in 0..<inner { to[i] += from[i] }
      }
      for i in 0..<inner { to[i] *= scale }
    }
  }

  /// `gradient`, of shape `[outer, inner]`, repeated `count` times along a middle axis, times `scale`.
  package static func broadcast(
    _ gradient: Floats, outer: Int, count: Int, inner: Int, scale: Float, into result: MutableFloats
  ) {
    let (g, dx) = (gradient.baseAddress!, result.baseAddress!)
    for o in 0..<outer {
      let from = g + o * inner
      for k in 0..<count {
        let to = dx + (o * count + k) * inner
        for i in 0..<inner { to[i] = from[i] * scale }
      }
    }
  }

  /// The largest element along the middle axis of `[outer, count, inner]`.
  package static func maximum(_ input: Floats, outer: Int, count: Int, inner: Int, into output: MutableFloats) {
    for o in 0..<outer {
      for i in 0..<inner {
        output[o * inner + i] = input[indexOfMax(input, outer: o, count: count, inner: inner, i)]
      }
    }
  }

  /// The reverse of `maximum`: all of the gradient goes to the first of equals.
  package static func reverseOfMax(
    input: Floats, gradient: Floats, outer: Int, count: Int, inner: Int, into result: MutableFloats
  ) {
    result.update(repeating: 0)
    for o in 0..<outer {
      for i in 0..<inner {
        result[indexOfMax(input, outer: o, count: count, inner: inner, i)] = gradient[o * inner + i]
      }
    }
  }

  private static func indexOfMax(_ x: Floats, outer o: Int, count: Int, inner: Int, _ i: Int) -> Int {
    var best = o * count * inner + i
    for k in 1..<max(count, 1) {
      let index = (o * count + k) * inner + i
      if x[index] > x[best] || x[index].isNaN { best = index }
    }
    return best
  }

  /// `y[o, c, i] = x[o, c, i] + bias[c]` for `[outer, channels, inner]`.
  package static func addBias(
    _ input: Floats, bias: Floats, outer: Int, inner: Int, into output: MutableFloats
  ) {
    let channels = bias.count
    if inner == 1 {
      for o in 0..<outer {
        let (x, b, y) = (input.baseAddress! + o * channels, bias.baseAddress!, output.baseAddress! + o * channels)
        for c in 0..<channels { y[c] = x[c] + b[c] }
      }
      return
    }
    for row in 0..<(outer * channels) {
      let (x, y, b) = (input.baseAddress! + row * inner, output.baseAddress! + row * inner, bias[row % channels])
      for i in 0..<inner { y[i] = x[i] + b }
    }
  }

  /// The reverse of `addBias` by the bias: sums over `outer` and `inner` of `[outer, channels, inner]`.
  package static func reverseOfBias(_ gradient: Floats, outer: Int, inner: Int, into result: MutableFloats) {
    let channels = result.count
    result.update(repeating: 0)
    if inner == 1 {
      let db = result.baseAddress!
      for o in 0..<outer {
        let g = gradient.baseAddress! + o * channels
        for c in 0..<channels { db[c] += g[c] }
      }
      return
    }
    for row in 0..<(outer * channels) {
      result[row % channels] += Float(sum(gradient.baseAddress! + row * inner, inner))
    }
  }
}
