/// Pairs of elements that are rotated, each by an angle that depends on the position.
package struct PairRotation: Sendable {
  package let batch: Int
  /// The extents of the two axes between batch and elements, one of which is the position.
  package let outer: Int
  package let inner: Int
  package let positionIsOuter: Bool
  /// The elements of a vector.
  package let size: Int
  /// How many pairs, from the front, are rotated.
  package let pairs: Int
  /// Whether neighbours are a pair; else the first half and the second give one each.
  package let isInterleaved: Bool
  /// Whether every image has angles of its own.
  package let anglesPerImage: Bool

  package init(
    batch: Int, outer: Int, inner: Int, positionIsOuter: Bool, size: Int, pairs: Int, isInterleaved: Bool,
    anglesPerImage: Bool
  ) {
    precondition(2 * pairs <= size, "PairRotation: \(pairs) pairs of \(size)")
    self.batch = batch
    self.outer = outer
    self.inner = inner
    self.positionIsOuter = positionIsOuter
    self.size = size
    self.pairs = pairs
    self.isInterleaved = isInterleaved
    self.anglesPerImage = anglesPerImage
  }

  /// Calls `body` for every vector with where it and its angles begin.
  @inline(__always)
  fileprivate func forEachVector(_ body: (_ vector: Int, _ angles: Int) -> Void) {
    let positions = positionIsOuter ? outer : inner
    for b in 0..<batch {
      for o in 0..<outer {
        for i in 0..<inner {
          let position = (anglesPerImage ? b * positions : 0) + (positionIsOuter ? o : i)
          body(((b * outer + o) * inner + i) * size, position * pairs)
        }
      }
    }
  }

  /// Where the elements of pair `p` lie in their vector.
  @inline(__always)
  fileprivate func pair(_ p: Int) -> (Int, Int) { isInterleaved ? (2 * p, 2 * p + 1) : (p, p + pairs) }
}

extension Kernels {
  /// `(x₁, x₂)` → `(x₁ cos - x₂ sin, x₁ sin + x₂ cos)`, backwards if `isReversed`; elements of no pair stay.
  package static func rotate(
    _ rotation: PairRotation, _ input: Floats, cosines: Floats, sines: Floats, isReversed: Bool,
    into output: MutableFloats
  ) {
    let direction: Float = isReversed ? -1 : 1
    rotation.forEachVector { vector, angles in
      let (x, y) = (input.baseAddress! + vector, output.baseAddress! + vector)
      let (c, s) = (cosines.baseAddress! + angles, sines.baseAddress! + angles)
      for p in 0..<rotation.pairs {
        let (i, j) = rotation.pair(p)
        let sine = s[p] * direction
        y[i] = c[p] * x[i] - sine * x[j]
        y[j] = sine * x[i] + c[p] * x[j]
      }
      for i in 2 * rotation.pairs..<rotation.size { y[i] = x[i] }
    }
  }

  /// The gradients of the cosines and of the sines.
  package static func reverseOfRotateByAngles(
    _ rotation: PairRotation, _ input: Floats, gradient: Floats, cosines: MutableFloats, sines: MutableFloats
  ) {
    cosines.update(repeating: 0)
    sines.update(repeating: 0)
    rotation.forEachVector { vector, angles in
      let (x, g) = (input.baseAddress! + vector, gradient.baseAddress! + vector)
      for p in 0..<rotation.pairs {
        let (i, j) = rotation.pair(p)
        cosines[angles + p] += g[i] * x[i] + g[j] * x[j]
        sines[angles + p] += g[j] * x[i] - g[i] * x[j]
      }
    }
  }
}
