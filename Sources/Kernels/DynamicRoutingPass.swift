import Tensors

/// The working memory and inner loops of routing by agreement over the images of a chunk.
final class DynamicRoutingPass {
  let routing: DynamicRouting
  let weights: LaneBuffer
  /// Of one image: poses, `[block][child element]`, and votes, `[block][parent][parent element]`.
  let poses: LaneBuffer
  let votes: LaneBuffer
  /// s of each iteration of one image, `[iteration][parent][parent element]`.
  let sums: UnsafeMutablePointer<Float>
  /// V of each iteration but the first, `[iteration − 1][parent][parent element]`, each element in all lanes.
  let references: LaneBuffer
  /// c of one block, `[parent]`.
  private let assignments: LaneBuffer
  private let accumulated: LaneBuffer
  private let storage: Storage

  init(_ routing: DynamicRouting, weights: Tensor) {
    self.routing = routing
    self.weights = routing.pack(weights)
    let elements = routing.votesPerBlock
    poses = LaneBuffer(routing.blocks * routing.childElements, zeroed: true)
    votes = LaneBuffer(routing.blocks * elements)
    storage = Storage(uninitialized: routing.iterations * elements)
    sums = storage.pointer
    references = LaneBuffer(routing.iterations * elements)
    assignments = LaneBuffer(routing.parents)
    accumulated = LaneBuffer(elements)
  }

  /// Routes one image's `poses`, `[child, child element]`: fills `votes`, `sums` and `references`.
  func route(_ poses: UnsafePointer<Float>) {
    computeVotes(poses)
    let elements = routing.votesPerBlock
    for t in 0..<routing.iterations {
      if t > 0 { computeReference(t) }
      accumulate(t)
      for element in 0..<elements { sums[t * elements + element] = accumulated.pointer[element].total }
    }
  }

  /// û = W u.
  @inline(never)
  func computeVotes(_ image: UnsafePointer<Float>) {
    routing.gather(image, into: poses)
    let count = routing.childElements
    var w = UnsafePointer(weights.pointer)
    var vote = votes.pointer
    for block in 0..<routing.blocks {
      let u = UnsafePointer(poses.pointer) + block &* count
      for _ in 0..<routing.votesPerBlock {
        var sum = w[0] * u[0]
        for p in 1..<count { sum = multiplyAdd(w[p], u[p], sum) }
        vote[0] = sum
        vote += 1
        w += count
      }
    }
  }

  /// V_t = V_{t−1} + squash(s_{t−1}).
  func computeReference(_ t: Int) {
    let (elements, width) = (routing.votesPerBlock, routing.parentElements)
    let reference = references.pointer + (t - 1) * elements
    withUnsafeTemporaryAllocation(of: Float.self, capacity: elements) { squashed in
      Kernels.squash(
        Floats(start: sums + (t - 1) * elements, count: elements), rows: routing.parents, columns: width, into: squashed
      )
      for element in 0..<elements {
        reference[element] = Lanes(squashed[element]) + (t > 1 ? (reference - elements)[element] : Lanes(0))
      }
    }
  }

  /// c of iteration `t` ≥ 1 for the children of `block`: the softmax over parents of û·V.
  @inline(always)
  func assign(_ block: Int, _ t: Int, into c: UnsafeMutablePointer<Lanes>) {
    let width = routing.parentElements
    var vote = UnsafePointer(votes.pointer) + block &* routing.votesPerBlock
    var reference = UnsafePointer(references.pointer) + (t &- 1) &* routing.votesPerBlock
    var largest = Lanes(-Float.greatestFiniteMagnitude)
    for j in 0..<routing.parents {
      var dot = vote[0] * reference[0]
      for k in 1..<width { dot = multiplyAdd(vote[k], reference[k], dot) }
      c[j] = dot
      largest = maximum(largest, dot)
      vote += width
      reference += width
    }
    var total = Lanes(0)
    for j in 0..<routing.parents {
      c[j] = exponential(c[j] - largest)
      total += c[j]
    }
    let scale = Lanes(1) / total
    for j in 0..<routing.parents { c[j] *= scale }
  }

  /// s = Σ c û, lane by lane.
  @inline(never)
  private func accumulate(_ t: Int) {
    let width = routing.parentElements
    let c = assignments.pointer
    if t == 0 { c.update(repeating: Lanes(1 / Float(routing.parents)), count: routing.parents) }
    accumulated.pointer.update(repeating: Lanes(0), count: routing.votesPerBlock)
    for block in 0..<routing.blocks {
      if t > 0 { assign(block, t, into: c) }
      var vote = UnsafePointer(votes.pointer) + block &* routing.votesPerBlock
      var sum = accumulated.pointer
      for j in 0..<routing.parents {
        for k in 0..<width { sum[k] = multiplyAdd(c[j], vote[k], sum[k]) }
        vote += width
        sum += width
      }
    }
  }
}
