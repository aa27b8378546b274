/// How an update meets what is there.
package enum ScatterReduction: Sendable, Hashable {
  /// It takes its place; the last one stays.
  case replace
  case add, multiply, minimum, maximum

  @inline(__always)
  package func callAsFunction<Element: Comparable & Numeric>(_ old: Element, _ new: Element) -> Element {
    switch self {
    case .replace: new
    case .add: old + new
    case .multiply: old * new
    case .minimum: new < old ? new : old
    case .maximum: new > old ? new : old
    }
  }
}

extension Kernels {
  /// `y = x`, then `y[p[u]] = f(y[p[u]], updates[u])` for each `u` in order.
  package static func scatter(
    _ input: Floats, updates: Floats, at positions: [Int32], _ reduction: ScatterReduction, into output: MutableFloats
  ) {
    guard output.count > 0 else { return }
    let y = output.baseAddress!
    y.update(from: input.baseAddress!, count: output.count)
    for (u, position) in positions.enumerated() { y[Int(position)] = reduction(y[Int(position)], updates[u]) }
  }

  /// The reverse of `scatter`: by the input into `dx`, by the updates into `du`.
  ///
  /// A minimum's or maximum's gradient goes to the first of equals, the input before all updates.
  package static func reverseOfScatter(
    _ gradient: Floats, input: Floats, updates: Floats, at positions: [Int32], _ reduction: ScatterReduction,
    input dx: MutableFloats, updates du: MutableFloats
  ) {
    _ = dx.update(fromContentsOf: gradient)
    switch reduction {
    case .add: for (u, position) in positions.enumerated() { du[u] = gradient[Int(position)] }
    case .replace:
      // From the last to the first: whoever comes later in this order was overwritten.
      for u in positions.indices.reversed() {
        let position = Int(positions[u])
        du[u] = dx[position]
        dx[position] = 0
      }
    case .minimum, .maximum:
      var values = Array(input)
      var winner = [Int32](repeating: -1, count: input.count)
      for (u, position) in positions.enumerated() {
        let position = Int(position)
        let reduced = reduction(values[position], updates[u])
        if reduced != values[position] { winner[position] = Int32(u) }
        values[position] = reduced
      }
      for (u, position) in positions.enumerated() {
        let won = winner[Int(position)] == Int32(u)
        du[u] = won ? gradient[Int(position)] : 0
        if won { dx[Int(position)] = 0 }
      }
    case .multiply:
      // The product of all factors but one is what comes before it times what comes after it: no factor is divided by.
      var before = Array(input)
      for (u, position) in positions.enumerated() {
        du[u] = before[Int(position)]
        before[Int(position)] *= updates[u]
      }
      for u in positions.indices.reversed() {
        let position = Int(positions[u])
        du[u] *= dx[position]
        dx[position] *= updates[u]
      }
    }
  }
}
