/// Which elements come first along an axis.
package struct Ranking: Sendable {
  /// Whether the largest come first.
  package let isDescending: Bool
  /// Whether the later of equals comes first.
  package let prefersLast: Bool

  package init(descending: Bool, prefersLast: Bool = false) {
    isDescending = descending
    self.prefersLast = prefersLast
  }
}

extension Kernels {
  /// The places of the first `kept` elements along the middle axis of `[outer, count, inner]`, in order:
  /// `[outer, kept, inner]`.
  package static func rank(
    _ ranking: Ranking, _ x: Floats, outer: Int, count: Int, inner: Int, kept: Int, into places: MutableFloats
  ) {
    for row in 0..<(outer * inner) {
      let x = x.baseAddress! + row / inner * count * inner + row % inner
      let places = places.baseAddress! + row / inner * kept * inner + row % inner
      func precedes(_ a: Int, _ b: Int) -> Bool {
        let (p, q) = (x[a * inner], x[b * inner])
        // NaN is the largest.
        if p == q || (p.isNaN && q.isNaN) { return ranking.prefersLast ? a > b : a < b }
        return (q.isNaN ? false : p.isNaN ? true : p > q) == ranking.isDescending
      }
      if kept == 1 {
        var best = 0
        for k in 1..<max(count, 1) where precedes(k, best) { best = k }
        places[0] = Float(best)
      } else {
        for (place, index) in (0..<count).sorted(by: precedes).prefix(kept).enumerated() {
          places[place * inner] = Float(index)
        }
      }
    }
  }

  /// The elements at `places`, `[outer, kept, inner]`, along the middle axis of `[outer, count, inner]`.
  package static func pick(
    _ x: Floats, places: Floats, outer: Int, count: Int, inner: Int, kept: Int, into y: MutableFloats
  ) {
    for index in 0..<places.count {
      y[index] = x[(index / (kept * inner) * count + Int(places[index])) * inner + index % inner]
    }
  }

  /// The reverse of `pick`; adds.
  package static func reverseOfPick(
    _ g: Floats, places: Floats, outer: Int, count: Int, inner: Int, kept: Int, into dx: MutableFloats
  ) {
    dx.update(repeating: 0)
    for index in 0..<places.count {
      dx[(index / (kept * inner) * count + Int(places[index])) * inner + index % inner] += g[index]
    }
  }
}
