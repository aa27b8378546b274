/// How two row-major tensors meet under NumPy's broadcasting: the fewest nested loops over their elements.
///
/// Axes that both walk alike are one loop, so equal shapes, a scalar, a bias along the last axes and a factor for each
/// channel need one, one, two and three loops.
package struct BroadcastLayout: Sendable {
  /// The lengths of the loops, innermost first.
  let extents: [Int]
  /// How far the first and the second tensor move with each loop: 0 where they are repeated. Innermost it is 0 or 1.
  let first: [Int]
  let second: [Int]
  /// The elements of the result.
  let count: Int

  private init(extents: [Int], first: [Int], second: [Int], count: Int) {
    self.extents = extents
    self.first = first
    self.second = second
    self.count = count
  }

  /// The result's shape; `nil` if a dimension of one is neither 1 nor that of the other.
  package static func shape(_ a: [Int], _ b: [Int]) -> [Int]? {
    let rank = max(a.count, b.count)
    let (x, y) = (aligned(a, rank), aligned(b, rank))
    guard zip(x, y).allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 }) else { return nil }
    return zip(x, y).map { $0 == 1 ? $1 : $0 }
  }

  /// - Precondition: the shapes can be broadcast; see `shape`.
  package init(_ a: [Int], _ b: [Int]) {
    guard let shape = Self.shape(a, b) else { preconditionFailure("broadcast: \(a) and \(b)") }
    let (x, y) = (Self.aligned(a, shape.count), Self.aligned(b, shape.count))
    var (extents, first, second): ([Int], [Int], [Int]) = ([], [], [])
    var (stepX, stepY) = (1, 1)
    for axis in shape.indices.reversed() where shape[axis] != 1 {
      let (p, q) = (x[axis] == 1 ? 0 : stepX, y[axis] == 1 ? 0 : stepY)
      stepX *= x[axis]
      stepY *= y[axis]
      if let last = extents.last, p == first.last! * last, q == second.last! * last {
        extents[extents.count - 1] *= shape[axis]
      } else {
        extents.append(shape[axis])
        first.append(p)
        second.append(q)
      }
    }
    if extents.isEmpty { (extents, first, second) = ([1], [1], [1]) }
    self.init(extents: extents, first: first, second: second, count: shape.reduce(1, *))
  }

  private static func aligned(_ shape: [Int], _ rank: Int) -> [Int] {
    Array(repeating: 1, count: rank - shape.count) + shape
  }

  /// The same with the two tensors exchanged.
  var swapped: BroadcastLayout { BroadcastLayout(extents: extents, first: second, second: first, count: count) }

  /// Whether elements of the first tensor are used more than once.
  var repeatsFirst: Bool { first.contains(0) }

  /// Calls `body` with the offsets in the first, the second and the result where each innermost loop begins.
  @inline(__always)
  func forEachRun(_ body: (_ a: Int, _ b: Int, _ result: Int) -> Void) {
    guard count > 0 else { return }
    let run = extents[0]
    var position = [Int](repeating: 0, count: extents.count)
    var (a, b) = (0, 0)
    for start in stride(from: 0, to: count, by: run) {
      body(a, b, start)
      var loop = 1
      while loop < extents.count {
        position[loop] += 1
        a += first[loop]
        b += second[loop]
        if position[loop] < extents[loop] { break }
        a -= first[loop] * extents[loop]
        b -= second[loop] * extents[loop]
        position[loop] = 0
        loop += 1
      }
    }
  }
}
