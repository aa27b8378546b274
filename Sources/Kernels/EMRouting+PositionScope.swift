/// The softmax of the E-step over the types of one position (`RoutingScope.position`), forwards and backwards.
extension EMRouting {
  /// From ln a_j + ln p_ij, `[position][block][child]`, to R_ij, in place.
  @inline(never)
  func normaliseEachPosition(_ values: UnsafeMutablePointer<Lanes>) {
    for rows in assignmentRows {
      var largest = Lanes(-1e30)
      for row in rows { largest = maximum(largest, values[row]) }
      let shift = Lanes(largest.largest)
      var sum = Lanes(0)
      for row in rows {
        values[row] = exponential(values[row] - shift)
        sum += values[row]
      }
      let scale = Lanes(1 / sum.total)
      for row in rows { values[row] *= scale }
    }
  }

  /// From the gradient of r = R a to that of ln a_j + ln p_ij, in place; adds the gradients of the activations.
  @inline(never)
  func differentiateEachPosition(
    _ values: UnsafeMutablePointer<Lanes>, assignments: UnsafePointer<Lanes>, places: UnsafePointer<Int>,
    activations: UnsafePointer<Float>, activationGradient: UnsafeMutablePointer<Float>
  ) {
    for (index, rows) in assignmentRows.enumerated() {
      let (position, child) = (index / children, index % children)
      let cell = places[position * fieldPlaces + child / childTypes] + child % childTypes
      var sum = Lanes(0)
      for row in rows { sum = multiplyAdd(assignments[row], values[row], sum) }
      let dot = sum.total
      activationGradient[cell] += dot
      for row in rows { values[row] = assignments[row] * Lanes(activations[cell]) * (values[row] - Lanes(dot)) }
    }
  }

  /// For every child of every position, where its registers lie, one a block.
  private var assignmentRows: some Sequence<StrideTo<Int>> {
    (0..<positions * children).lazy.map { index in
      let first = index / children * blocks * children + index % children
      return Swift.stride(from: first, to: first + blocks * children, by: children)
    }
  }
}
