import Tensors

/// The working memory and inner loops of the reverse pass of one layer over the images of a chunk.
final class EMReversePass {
  let routing: EMRouting
  let wantsWeights: Bool
  let places: [Int]
  /// The initial R of every cell.
  private let initial: Storage
  private var initialPointer: UnsafePointer<Float> { UnsafePointer(initial.pointer) }
  let betaU: [Lanes]
  var betaActivationGradient: [Lanes]
  var betaCostGradient: [Lanes]
  let packed: LaneBuffer
  let weightGradient: LaneBuffer
  /// z of every E-step, `[iterations − 1][position][block][child]`; holds the gradient of r until it is normalised.
  let z: LaneBuffer
  /// p_μ and p_σ, `[iteration][position][block][32]`.
  let coefficients: LaneBuffer
  let votes: LaneBuffer
  let voteGradient: LaneBuffer
  let massGradient: LaneBuffer
  /// Per child of one position: the pose gradient before lanes are summed, `[child][16]`.
  let poseLanes: LaneBuffer
  let massLanes: LaneBuffer
  let perCell: LaneBuffer

  init(routing: EMRouting, weights: Tensor, betaActivation: Tensor, betaCost: Tensor, wantsWeights: Bool) {
    self.routing = routing
    self.wantsWeights = wantsWeights
    places = routing.placeCells()
    initial = Storage(uninitialized: routing.cells)
    initial.pointer.update(from: routing.initialAssignments(places), count: routing.cells)
    betaU = betaCost.withUnsafeBuffer { routing.lanes($0) }
    betaActivationGradient = Array(repeating: Lanes(0), count: routing.blocks)
    betaCostGradient = betaActivationGradient
    let packedCount = routing.blocks * routing.weightedChildren * routing.poseStructure.weightCount
    packed = LaneBuffer(packedCount)
    weights.withUnsafeBuffer { [packed] in routing.pack($0, into: packed.pointer) }
    weightGradient = LaneBuffer(wantsWeights ? packedCount : 0, zeroed: wantsWeights)
    z = LaneBuffer(max(routing.iterations - 1, 1) * routing.assignments)
    coefficients = LaneBuffer(routing.iterations * routing.positions * routing.blocks * 32)
    votes = LaneBuffer(routing.children * 4)
    voteGradient = LaneBuffer(routing.children * 4)
    massGradient = LaneBuffer(routing.children)
    poseLanes = LaneBuffer(routing.children * 16)
    massLanes = LaneBuffer(routing.children)
    perCell = LaneBuffer(routing.cells)
  }

  /// Parent pose gradients of one image as `[position][block][16]` registers.
  func gather(poses: Tensor, _ image: Int) -> LaneBuffer {
    let (positions, blocks, types) = (routing.positions, routing.blocks, routing.parentTypes)
    let lanes = LaneBuffer(positions * blocks * 16, zeroed: true)
    poses.withUnsafeBuffer { source in
      let base = image * positions * types * 16
      for position in 0..<positions {
        for type in 0..<types {
          for h in 0..<16 {
            lanes.pointer[(position * blocks + type / 8) * 16 + EMRouting.slot(h)][type % 8] =
              source[base + (position * types + type) * 16 + h]
          }
        }
      }
    }
    return lanes
  }

  /// Parent score gradients of one image as `[position][block]` registers.
  func gather(scores: Tensor, _ image: Int) -> LaneBuffer {
    let (positions, blocks, types) = (routing.positions, routing.blocks, routing.parentTypes)
    let lanes = LaneBuffer(positions * blocks, zeroed: true)
    scores.withUnsafeBuffer { source in
      for position in 0..<positions {
        for type in 0..<types {
          lanes.pointer[position * blocks + type / 8][type % 8] =
            source[(image * positions + position) * types + type]
        }
      }
    }
    return lanes
  }

  func perType(_ lanes: [Lanes]) -> Tensor {
    Tensor((0..<routing.parentTypes).map { lanes[$0 / 8][$0 % 8] }, shape: [routing.parentTypes])
  }

  /// Adds the gradients of one image.
  func run(_ image: Image) {
    let placeCount = routing.kernelRows * routing.kernelColumns
    places.withUnsafeBufferPointer { places in
      for t in stride(from: routing.iterations - 1, through: 0, by: -1) {
        for position in 0..<routing.positions {
          let positionPlaces = places.baseAddress! + position * placeCount
          if t == 0 { poseLanes.pointer.update(repeating: Lanes(0), count: routing.children * 16) }
          for block in 0..<routing.blocks {
            let offset = block * routing.weightedChildren * routing.poseStructure.weightCount
            let field = EMRouting.Field(places: positionPlaces, poses: image.poses, weights: packed.pointer + offset)
            step(image, field, t, position * routing.blocks + block, block)
          }
          if t == 0 { addPoseLanes(positionPlaces, to: image.poseGradient) }
        }
        if t > 0 { normalise(image, t, places.baseAddress!) }
      }
    }
  }

  /// One image's inputs, what its forward pass saved, and where its gradients go.
  struct Image {
    let poses: UnsafePointer<Float>
    let activations: UnsafePointer<Float>
    /// `[iterations − 1][position][block][child]`.
    let assignments: UnsafePointer<Lanes>
    /// `[iterations][position][block][34]`.
    let statistics: UnsafePointer<Lanes>
    /// Gradients of the layer's outputs, `[position][block][16]` and `[position][block]`; nil for zero.
    let parentPoseGradient: LaneBuffer?
    let parentScoreGradient: LaneBuffer?
    let poseGradient: UnsafeMutablePointer<Float>
    let activationGradient: UnsafeMutablePointer<Float>
  }

  /// The M-step of iteration t backwards, and the E-step after it, for one block of parents at one position.
  private func step(_ image: Image, _ field: EMRouting.Field, _ t: Int, _ index: Int, _ block: Int) {
    let children = routing.children
    let last = t == routing.iterations - 1
    let perIteration = routing.positions * routing.blocks
    let statistics = image.statistics + (t * perIteration + index) * EMRouting.statisticsCount
    let zRow = UnsafePointer(z.pointer + (last ? 0 : t * routing.assignments + index * children))
    let parentPoses = image.parentPoseGradient.map { UnsafePointer($0.pointer + index * 16) }

    let s = statistics[32]
    let reciprocal = Lanes(1) / s
    var zSum = Lanes(0)
    var scoreGradient = Lanes(0)
    if last {
      scoreGradient = image.parentScoreGradient?.pointer[index] ?? Lanes(0)
    } else {
      for child in 0..<children { zSum += zRow[child] }
      scoreGradient = zSum * logistic(Lanes(0) - statistics[33])
    }
    let scaled = scoreGradient * Lanes(routing.inverseTemperatures[t])
    let costGradient = Lanes(0) - scaled
    betaActivationGradient[block] += scaled
    betaCostGradient[block] += costGradient * Lanes(16) * s
    var logVariance = Lanes(0)
    for slot in 16..<32 { logVariance += logarithm(statistics[slot]) }
    var k0 = costGradient * multiplyAdd(Lanes(16), betaU[block], Lanes(0.5) * logVariance)

    let costShare = costGradient * Lanes(0.5) * s
    let massGradient = massGradient.pointer
    for group in 0..<4 {
      let means = statistics + group * 4
      distances(group, field, means)
      let pm = coefficients.pointer + (t * perIteration + index) * 32 + group * 4
      if !last { sumsOverChildren(zRow, into: pm) }
      for e in 0..<4 {
        let mean = means[e]
        let variance = means[16 + e]
        let precision = Lanes(1) / variance
        var meanGradient = parentPoses?[group * 4 + e] ?? Lanes(0)
        var varianceGradient = Lanes(0)
        if !last {
          meanGradient = pm[e] * precision
          varianceGradient = Lanes(0.5) * precision * (pm[16 + e] * precision - zSum)
        }
        varianceGradient = multiplyAdd(costShare, precision, varianceGradient)
        // Σ r (V − μ) is μ·floor rather than 0, because the floor is in s: ∂σ²/∂μ = −2 μ floor / s.
        let leak = Lanes(-2 * routing.massFloor) * mean * reciprocal
        meanGradient = multiplyAdd(varianceGradient, leak, meanGradient)
        pm[e] = meanGradient * reciprocal
        pm[16 + e] = varianceGradient * reciprocal
        k0 -= pm[16 + e] * (variance - Lanes(routing.varianceFloor))
      }
      addMassGradients(pm, first: group == 0)
      if t == 0 {
        voteGradients(image, field, group, index, block)
        scatter(group, field, weightGradient.pointer + (field.weights - UnsafePointer(packed.pointer)))
      }
    }

    if t > 0 {
      let target = z.pointer + (t - 1) * routing.assignments + index * children
      for child in 0..<children { target[child] = massGradient[child] + k0 }
    } else {
      let mask = routing.mask(block)
      forEachCell(field) { child, cell in
        image.activationGradient[cell] += ((massGradient[child] + k0) * mask).total * self.initialPointer[cell]
      }
    }
  }

  /// d = V − μ of one group, into `votes`.
  @inline(__always)
  private func distances(_ group: Int, _ field: EMRouting.Field, _ means: UnsafePointer<Lanes>) {
    let votes = votes.pointer
    let (m0, m1, m2, m3) = (means[0], means[1], means[2], means[3])
    routing.forEachVote(group, field) { child, v0, v1, v2, v3, _, _ in
      let d = votes + child &* 4
      d[0] = v0 - m0
      d[1] = v1 - m1
      d[2] = v2 - m2
      d[3] = v3 - m3
    }
  }

  /// Σ z d into `sums[0…3]` and Σ z d² into `sums[16…19]`.
  @inline(__always)
  private func sumsOverChildren(_ z: UnsafePointer<Lanes>, into sums: UnsafeMutablePointer<Lanes>) {
    let votes = votes.pointer
    var (a0, a1, a2, a3) = (Lanes(0), Lanes(0), Lanes(0), Lanes(0))
    var (b0, b1, b2, b3) = (Lanes(0), Lanes(0), Lanes(0), Lanes(0))
    for child in 0..<routing.children {
      let d = votes + child &* 4
      let g = z[child]
      let (x0, x1, x2, x3) = (g * d[0], g * d[1], g * d[2], g * d[3])
      a0 += x0
      a1 += x1
      a2 += x2
      a3 += x3
      b0 = multiplyAdd(x0, d[0], b0)
      b1 = multiplyAdd(x1, d[1], b1)
      b2 = multiplyAdd(x2, d[2], b2)
      b3 = multiplyAdd(x3, d[3], b3)
    }
    (sums[0], sums[1], sums[2], sums[3]) = (a0, a1, a2, a3)
    (sums[16], sums[17], sums[18], sums[19]) = (b0, b1, b2, b3)
  }

  /// Adds Σ (p_μ d + p_σ d²) of one group to every child's mass gradient.
  @inline(__always)
  private func addMassGradients(_ p: UnsafePointer<Lanes>, first: Bool) {
    let votes = votes.pointer
    let massGradient = massGradient.pointer
    let (m0, m1, m2, m3) = (p[0], p[1], p[2], p[3])
    let (v0, v1, v2, v3) = (p[16], p[17], p[18], p[19])
    for child in 0..<routing.children {
      let d = votes + child &* 4
      var sum = first ? Lanes(0) : massGradient[child]
      sum = multiplyAdd(multiplyAdd(v0, d[0], m0), d[0], sum)
      sum = multiplyAdd(multiplyAdd(v1, d[1], m1), d[1], sum)
      sum = multiplyAdd(multiplyAdd(v2, d[2], m2), d[2], sum)
      sum = multiplyAdd(multiplyAdd(v3, d[3], m3), d[3], sum)
      massGradient[child] = sum
    }
  }

  /// Σ_t r_t (p_μ + 2 p_σ d_t) − z_t d_t / σ²_t of one group, into `voteGradient`.
  @inline(__always)
  private func voteGradients(_ image: Image, _ field: EMRouting.Field, _ group: Int, _ index: Int, _ block: Int) {
    let perIteration = routing.positions * routing.blocks
    let children = routing.children
    let row = index * children
    let votes = votes.pointer
    let gradient = voteGradient.pointer
    let masses = massLanes.pointer
    let first = image.statistics + index * EMRouting.statisticsCount + group * 4
    let (f0, f1, f2, f3) = (first[0], first[1], first[2], first[3])
    for t in 0..<routing.iterations {
      if t == 0 {
        _ = routing.initialMasses(field, image.activations, initialPointer, routing.mask(block), into: masses)
      } else {
        _ = routing.routedMasses(
          field, image.activations, image.assignments + (t - 1) * routing.assignments + row, into: masses)
      }
      let statistics = image.statistics + (t * perIteration + index) * EMRouting.statisticsCount + group * 4
      let p = coefficients.pointer + (t * perIteration + index) * 32 + group * 4
      // `votes` holds V − μ₀; μ₀ − μ_t turns it into V − μ_t.
      let (s0, s1, s2, s3) = (f0 - statistics[0], f1 - statistics[1], f2 - statistics[2], f3 - statistics[3])
      let (p0, p1, p2, p3) = (p[0], p[1], p[2], p[3])
      let two = Lanes(2)
      let (q0, q1, q2, q3) = (two * p[16], two * p[17], two * p[18], two * p[19])
      if t == routing.iterations - 1 {
        for child in 0..<children {
          let d = votes + child &* 4
          let g = gradient + child &* 4
          let r = masses[child]
          let zero = t == 0
          g[0] = multiplyAdd(r, multiplyAdd(q0, d[0] + s0, p0), zero ? Lanes(0) : g[0])
          g[1] = multiplyAdd(r, multiplyAdd(q1, d[1] + s1, p1), zero ? Lanes(0) : g[1])
          g[2] = multiplyAdd(r, multiplyAdd(q2, d[2] + s2, p2), zero ? Lanes(0) : g[2])
          g[3] = multiplyAdd(r, multiplyAdd(q3, d[3] + s3, p3), zero ? Lanes(0) : g[3])
        }
      } else {
        let z = z.pointer + t * routing.assignments + row
        let one = Lanes(-1)
        let (i0, i1, i2, i3) = (
          one / statistics[16], one / statistics[17], one / statistics[18], one / statistics[19]
        )
        for child in 0..<children {
          let d = votes + child &* 4
          let g = gradient + child &* 4
          let r = masses[child]
          let zc = z[child]
          let zero = t == 0
          g[0] = multiplyAdd(multiplyAdd(r, q0, zc * i0), d[0] + s0, multiplyAdd(r, p0, zero ? Lanes(0) : g[0]))
          g[1] = multiplyAdd(multiplyAdd(r, q1, zc * i1), d[1] + s1, multiplyAdd(r, p1, zero ? Lanes(0) : g[1]))
          g[2] = multiplyAdd(multiplyAdd(r, q2, zc * i2), d[2] + s2, multiplyAdd(r, p2, zero ? Lanes(0) : g[2]))
          g[3] = multiplyAdd(multiplyAdd(r, q3, zc * i3), d[3] + s3, multiplyAdd(r, p3, zero ? Lanes(0) : g[3]))
        }
      }
    }
  }

  /// Carries one group's vote gradients to `poseLanes` and, if wanted, to the packed weight gradient.
  @inline(__always)
  private func scatter(_ group: Int, _ field: EMRouting.Field, _ gradient: UnsafeMutablePointer<Lanes>) {
    let matrix = routing.poseStructure == .matrix
    let elements = matrix ? 4 : 16
    let votes = voteGradient.pointer
    let poseLanes = poseLanes.pointer
    let size = routing.poseStructure.weightCount
    var child = 0
    for place in 0..<(routing.kernelRows &* routing.kernelColumns) {
      let offset = (routing.sharesWeights ? 0 : place &* routing.childTypes &* size) &+ group &* (size / 4)
      for type in 0..<routing.childTypes {
        let w = field.weights + (offset &+ type &* size)
        let g = votes + child &* 4
        let (g0, g1, g2, g3) = (g[0], g[1], g[2], g[3])
        let target = poseLanes + child &* 16
        if matrix {
          for k in 0..<4 {
            let wk = w[k]
            target[k] = multiplyAdd(g0, wk, target[k])
            target[4 &+ k] = multiplyAdd(g1, wk, target[4 &+ k])
            target[8 &+ k] = multiplyAdd(g2, wk, target[8 &+ k])
            target[12 &+ k] = multiplyAdd(g3, wk, target[12 &+ k])
          }
        } else {
          for k in 0..<16 {
            let upper = multiplyAdd(g1, w[16 &+ k], multiplyAdd(g0, w[k], target[k]))
            target[k] = multiplyAdd(g3, w[48 &+ k], multiplyAdd(g2, w[32 &+ k], upper))
          }
        }
        if wantsWeights {
          let m = field.poses + (field.places[place] &+ type) &* 16
          let gw = gradient + (offset &+ type &* size)
          for k in 0..<elements {
            if matrix {
              let upper = multiplyAdd(Lanes(m[4 &+ k]), g1, multiplyAdd(Lanes(m[k]), g0, gw[k]))
              gw[k] = multiplyAdd(Lanes(m[12 &+ k]), g3, multiplyAdd(Lanes(m[8 &+ k]), g2, upper))
            } else {
              let mk = Lanes(m[k])
              gw[k] = multiplyAdd(mk, g0, gw[k])
              gw[16 &+ k] = multiplyAdd(mk, g1, gw[16 &+ k])
              gw[32 &+ k] = multiplyAdd(mk, g2, gw[32 &+ k])
              gw[48 &+ k] = multiplyAdd(mk, g3, gw[48 &+ k])
            }
          }
        }
        child &+= 1
      }
    }
  }

  /// Sums the lanes of one position's pose gradients into the image's.
  private func addPoseLanes(_ places: UnsafePointer<Int>, to gradient: UnsafeMutablePointer<Float>) {
    var child = 0
    for place in 0..<(routing.kernelRows * routing.kernelColumns) {
      for type in 0..<routing.childTypes {
        let target = gradient + (places[place] + type) * 16
        for k in 0..<16 { target[k] += poseLanes.pointer[child * 16 + k].total }
        child += 1
      }
    }
  }

  @inline(__always)
  private func forEachCell(_ field: EMRouting.Field, _ body: (Int, Int) -> Void) {
    var child = 0
    for place in 0..<(routing.kernelRows * routing.kernelColumns) {
      for type in 0..<routing.childTypes {
        body(child, field.places[place] + type)
        child += 1
      }
    }
  }

  /// The softmax of the E-step before iteration t backwards, in place: from the gradient of r_t to z of iteration t − 1.
  ///
  /// With g the gradient of r = R a: that of a is ⟨R, g⟩ over the child's parents, and z = R a (g − ⟨R, g⟩).
  private func normalise(_ image: Image, _ t: Int, _ places: UnsafePointer<Int>) {
    let values = z.pointer + (t - 1) * routing.assignments
    let assignments = image.assignments + (t - 1) * routing.assignments
    switch routing.scope {
    case .image:
      let perCell = perCell.pointer
      perCell.update(repeating: Lanes(0), count: routing.cells)
      routing.forEachAssignment(places) { index, cell in
        perCell[cell] = multiplyAdd(assignments[index], values[index], perCell[cell])
      }
      for cell in 0..<routing.cells {
        let dot = perCell[cell].total
        perCell[cell] = Lanes(dot)
        image.activationGradient[cell] += dot
      }
      routing.forEachAssignment(places) { index, cell in
        let r = assignments[index] * Lanes(image.activations[cell])
        values[index] = r * (values[index] - perCell[cell])
      }
    case .position:
      let placeCount = routing.kernelRows * routing.kernelColumns
      let stride = routing.children
      for position in 0..<routing.positions {
        for child in 0..<stride {
          let cell = places[position * placeCount + child / routing.childTypes] + child % routing.childTypes
          let first = position * routing.blocks * stride + child
          var sum = Lanes(0)
          for block in 0..<routing.blocks {
            sum = multiplyAdd(assignments[first + block * stride], values[first + block * stride], sum)
          }
          let dot = sum.total
          image.activationGradient[cell] += dot
          for block in 0..<routing.blocks {
            let r = assignments[first + block * stride] * Lanes(image.activations[cell])
            values[first + block * stride] = r * (values[first + block * stride] - Lanes(dot))
          }
        }
      }
    }
  }
}
