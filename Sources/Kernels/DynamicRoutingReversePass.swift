import Tensors

/// The working memory and inner loops of the reverse pass of routing by agreement: see `DynamicRouting.reverse`.
final class DynamicRoutingReversePass {
  private let pass: DynamicRoutingPass
  private let routing: DynamicRouting
  /// c and z of each iteration but the first, `[iteration − 1][block][parent]`.
  private let assignments: LaneBuffer
  private let logits: LaneBuffer
  /// g_s of each iteration, `[iteration][parent][parent element]`, each element in all lanes.
  private let sumGradients: LaneBuffer
  private let referenceGradient: LaneBuffer
  private let poseGradient: LaneBuffer
  private let wantsWeights: Bool
  /// Summed over the images, packed as the weights.
  let weightGradient: LaneBuffer

  init(_ pass: DynamicRoutingPass, wantsWeights: Bool) {
    self.pass = pass
    routing = pass.routing
    self.wantsWeights = wantsWeights
    let perIteration = routing.blocks * routing.parents
    assignments = LaneBuffer((routing.iterations - 1) * perIteration)
    logits = LaneBuffer((routing.iterations - 1) * perIteration)
    sumGradients = LaneBuffer(routing.iterations * routing.votesPerBlock)
    referenceGradient = LaneBuffer(routing.votesPerBlock)
    poseGradient = LaneBuffer(routing.blocks * routing.childElements)
    weightGradient = LaneBuffer(wantsWeights ? routing.blocks * routing.weightsPerBlock : 0, zeroed: true)
  }

  /// Adds one image's weight gradient, and writes that of its poses to `result` if there is one.
  ///
  /// `pass.sums` holds s of every iteration; `gradient` is that of the last.
  func run(poses: UnsafePointer<Float>, gradient: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>?) {
    let (elements, last) = (routing.votesPerBlock, routing.iterations - 1)
    pass.computeVotes(poses)
    for t in 1..<routing.iterations { pass.computeReference(t) }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * elements) { scratch in
      // The gradient of v of the iteration at hand: the sum of those of all later V.
      let later = MutableFloats(rebasing: scratch[..<elements])
      let current = MutableFloats(rebasing: scratch[elements...])
      later.update(repeating: 0)
      for t in stride(from: last, through: 0, by: -1) {
        if t == last {
          _ = current.update(fromContentsOf: Floats(start: gradient, count: elements))
        } else {
          Kernels.reverseOfSquash(
            input: Floats(start: pass.sums + t * elements, count: elements), gradient: Floats(later),
            rows: routing.parents, columns: routing.parentElements, into: current)
        }
        // The first iteration's c is 1 over the number of parents, whatever the votes.
        let scale = t == 0 ? 1 / Float(routing.parents) : 1
        for element in 0..<elements { sumGradients.pointer[t * elements + element] = Lanes(scale * current[element]) }
        guard t > 0 else { break }
        differentiateAssignments(t)
        for element in 0..<elements { later[element] += referenceGradient.pointer[element].total }
      }
    }
    if result != nil || wantsWeights { differentiateVotes() }
    if let result { routing.scatter(poseGradient, into: result) }
  }

  /// c and z of iteration `t` ≥ 1, and the gradient Σ z û of its V.
  @inline(never)
  private func differentiateAssignments(_ t: Int) {
    let (parents, width) = (routing.parents, routing.parentElements)
    referenceGradient.pointer.update(repeating: Lanes(0), count: routing.votesPerBlock)
    for block in 0..<routing.blocks {
      let offset = ((t &- 1) &* routing.blocks &+ block) &* parents
      let (c, z) = (assignments.pointer + offset, logits.pointer + offset)
      pass.assign(block, t, into: c)
      let votes = UnsafePointer(pass.votes.pointer) + block &* routing.votesPerBlock
      let gradients = UnsafePointer(sumGradients.pointer) + t &* routing.votesPerBlock
      var mean = Lanes(0)
      for j in 0..<parents {
        let (vote, gradient) = (votes + j &* width, gradients + j &* width)
        var dot = vote[0] * gradient[0]
        for k in 1..<width { dot = multiplyAdd(vote[k], gradient[k], dot) }
        z[j] = dot
        mean = multiplyAdd(c[j], dot, mean)
      }
      for j in 0..<parents {
        z[j] = c[j] * (z[j] - mean)
        let (vote, sum) = (votes + j &* width, referenceGradient.pointer + j &* width)
        for k in 0..<width { sum[k] = multiplyAdd(z[j], vote[k], sum[k]) }
      }
    }
  }

  /// The gradient of each vote, and from it those of pose and weight.
  @inline(never)
  private func differentiateVotes() {
    let (parents, width, count) = (routing.parents, routing.parentElements, routing.childElements)
    let perIteration = routing.blocks &* parents
    for block in 0..<routing.blocks {
      let u = UnsafePointer(pass.poses.pointer) + block &* count
      let du = poseGradient.pointer + block &* count
      du.update(repeating: Lanes(0), count: count)
      for j in 0..<parents {
        for k in 0..<width {
          let element = j &* width &+ k
          var gradient = sumGradients.pointer[element]
          for t in 1..<routing.iterations {
            let pair = (t &- 1) &* perIteration &+ block &* parents &+ j
            let place = t &* routing.votesPerBlock &+ element
            gradient = multiplyAdd(assignments.pointer[pair], sumGradients.pointer[place], gradient)
            gradient = multiplyAdd(
              logits.pointer[pair], pass.references.pointer[place &- routing.votesPerBlock], gradient)
          }
          let offset = block &* routing.weightsPerBlock &+ element &* count
          let w = UnsafePointer(pass.weights.pointer) + offset
          for p in 0..<count { du[p] = multiplyAdd(w[p], gradient, du[p]) }
          guard wantsWeights else { continue }
          let dw = weightGradient.pointer + offset
          for p in 0..<count { dw[p] = multiplyAdd(u[p], gradient, dw[p]) }
        }
      }
    }
  }
}
