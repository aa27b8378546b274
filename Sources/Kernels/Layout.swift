extension Kernels {
  /// Row-major `input` with its axes reordered: axis `i` of the output is axis `permutation[i]` of the input.
  package static func transpose(
    _ input: Floats, dimensions: [Int], permutation: [Int], into output: MutableFloats
  ) {
    guard output.count > 0 else { return }
    var strides = [Int](repeating: 1, count: dimensions.count)
    for axis in stride(from: dimensions.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * dimensions[axis + 1]
    }
    let extents = permutation.map { dimensions[$0] }
    let steps = permutation.map { strides[$0] }
    let (x, y) = (input.baseAddress!, output.baseAddress!)
    guard let inner = extents.last, let innerStep = steps.last else {
      y[0] = x[0]
      return
    }
    var position = [Int](repeating: 0, count: extents.count)
    var source = 0
    for row in 0..<(output.count / inner) {
      let to = y + row * inner
      let from = x + source
      if innerStep == 1 {
        to.update(from: from, count: inner)
      } else {
        for i in 0..<inner { to[i] = from[i * innerStep] }
      }
      var axis = extents.count - 2
      while axis >= 0 {
        position[axis] += 1
        source += steps[axis]
        if position[axis] < extents[axis] { break }
        source -= steps[axis] * extents[axis]
        position[axis] = 0
        axis -= 1
      }
    }
  }

  /// Elements `range` of the middle axis of `[outer, count, inner]`.
  package static func slice(
    _ input: Floats, outer: Int, count: Int, inner: Int, range: Range<Int>, into output: MutableFloats
  ) {
    let run = range.count * inner
    for o in 0..<outer {
      (output.baseAddress! + o * run).update(
        from: input.baseAddress! + (o * count + range.lowerBound) * inner, count: run)
    }
  }

  /// The reverse of `slice`: the gradient in its place, zero elsewhere.
  package static func reverseOfSlice(
    _ gradient: Floats, outer: Int, count: Int, inner: Int, range: Range<Int>, into result: MutableFloats
  ) {
    let run = range.count * inner
    result.update(repeating: 0)
    for o in 0..<outer {
      (result.baseAddress! + (o * count + range.lowerBound) * inner).update(
        from: gradient.baseAddress! + o * run, count: run)
    }
  }
}
