/// A running sum or product along the middle axis of `[outer, count, inner]`.
package struct Cumulation: Sendable {
  package enum Function: String, Sendable {
    case sum, product
  }

  package let function: Function
  /// Whether an element leaves itself out.
  package let isExclusive: Bool
  /// Whether it runs from the last element to the first.
  package let isReversed: Bool

  package init(_ function: Function, exclusive: Bool, reversed: Bool) {
    self.function = function
    isExclusive = exclusive
    isReversed = reversed
  }
}

extension Kernels {
  package static func cumulate(
    _ cumulation: Cumulation, _ x: Floats, outer: Int, count: Int, inner: Int, into y: MutableFloats
  ) {
    for (start, step) in runs(cumulation.isReversed, outer, count, inner) {
      var total: Double = cumulation.function == .sum ? 0 : 1
      for k in 0..<count {
        let i = start + k * step
        let before = total
        if cumulation.function == .sum { total += Double(x[i]) } else { total *= Double(x[i]) }
        y[i] = Float(cumulation.isExclusive ? before : total)
      }
    }
  }

  package static func reverseOfCumulation(
    _ cumulation: Cumulation, input x: Floats, gradient g: Floats, outer: Int, count: Int, inner: Int,
    into dx: MutableFloats
  ) {
    guard cumulation.function == .product else {
      let back = Cumulation(.sum, exclusive: cumulation.isExclusive, reversed: !cumulation.isReversed)
      return cumulate(back, g, outer: outer, count: count, inner: inner, into: dx)
    }
    // The derivative by element k is the product of those before it times the sum, over the outputs that it is part of, of
    // their gradients times the elements between.
    for (start, step) in runs(cumulation.isReversed, outer, count, inner) {
      var before = 1.0
      for k in 0..<count {
        dx[start + k * step] = Float(before)
        before *= Double(x[start + k * step])
      }
      var after = 0.0
      for k in (0..<count).reversed() {
        let i = start + k * step
        if !cumulation.isExclusive { after += Double(g[i]) }
        dx[i] *= Float(after)
        if cumulation.isExclusive { after = after * Double(x[i]) + Double(g[i]) } else { after *= Double(x[i]) }
      }
    }
  }

  /// Where each run begins, and how far apart its elements lie.
  private static func runs(_ isReversed: Bool, _ outer: Int, _ count: Int, _ inner: Int) -> [(start: Int, step: Int)] {
    (0..<(outer * inner)).map { row in
      let first = row / inner * count * inner + row % inner
      return isReversed ? (first + (count - 1) * inner, -inner) : (first, inner)
    }
  }
}
