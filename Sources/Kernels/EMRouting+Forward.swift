package import Tensors

extension EMRouting {
  /// What the reverse pass wants of the forward pass.
  package struct Saved: Sendable {
    /// `[batch, iterations − 1, position, block, child, 8]`: R of iterations 1, 2, ….
    package let assignments: Tensor
    /// `[batch, iterations, position, block, 34, 8]`: mean (16), variance (16), mass, score.
    package let statistics: Tensor

    package init(assignments: Tensor, statistics: Tensor) {
      self.assignments = assignments
      self.statistics = statistics
    }
  }

  static let statisticsCount = 34

  /// Routes `poses` `[batch, rows, columns, childTypes, 4, 4]` and `activations` `[batch, rows, columns, childTypes]`.
  ///
  /// - Returns: parent poses `[batch, row, column, parentTypes, 4, 4]`, and scores λ(β_a − Σ cost) without the 4, 4, whose
  ///   logistic is the parents' activation; and, if `saving`, what the reverse pass wants.
  /// - Complexity: one computation of each vote per iteration. Memory: the assignments of one image (of all images and
  ///   iterations if `saving`).
  package func forward(
    poses: Tensor, activations: Tensor, weights: Tensor, betaActivation: Tensor, betaCost: Tensor, saving: Bool
  ) -> (poses: Tensor, scores: Tensor, saved: Saved?) {
    check(poses, activations, weights, betaActivation, betaCost)
    let batch = poses.shape[0]
    let statisticsStride = positions * blocks * Self.statisticsCount
    let kept = saving ? batch : 1
    let keptIterations = saving ? iterations - 1 : 1
    let assignmentTensor = Tensor(uninitialized: [kept, max(keptIterations, 1) * assignments, 8]) { _ in }
    let statisticsTensor = Tensor(uninitialized: [kept, (saving ? iterations : 1) * statisticsStride, 8]) { _ in }
    let packed = LaneBuffer(blocks * weightedChildren * poseStructure.weightCount)
    weights.withUnsafeBuffer { pack($0, into: packed.pointer) }
    let places = placeCells()
    let initial = initialAssignments(places)
    let betaA = betaActivation.withUnsafeBuffer { lanes($0) }
    let betaU = betaCost.withUnsafeBuffer { lanes($0) }
    let votes = LaneBuffer(children * 4)
    let masses = LaneBuffer(children)
    let distances = LaneBuffer(children)
    let perCell = LaneBuffer(cells)

    defer { withExtendedLifetime((assignmentTensor, statisticsTensor, packed, votes, masses, distances, perCell)) {} }

    let outputShape: Shape = [batch, outputRows, outputColumns, parentTypes]
    var scores = Tensor(uninitialized: outputShape) { _ in }
    let outputPoses = Tensor(uninitialized: Shape(outputShape.dimensions + [4, 4])) { output in
      scores.withUnsafeMutableBuffer { scores in
        poses.withUnsafeBuffer { poses in
          activations.withUnsafeBuffer { activations in
            places.withUnsafeBufferPointer { places in
              initial.withUnsafeBufferPointer { initial in
                for image in 0..<batch {
                  let a = activations.baseAddress! + image * cells
                  let m = poses.baseAddress! + image * cells * 16
                  let r0 = assignmentTensor.lanes + (saving ? image * max(keptIterations, 1) * assignments : 0)
                  let s0 = statisticsTensor.lanes + (saving ? image * iterations * statisticsStride : 0)
                  var current = s0
                  for t in 0..<iterations {
                    current = s0 + (saving ? t * statisticsStride : 0)
                    let previous = r0 + (saving ? max(t - 1, 0) * assignments : 0)
                    let next = r0 + (saving ? min(t, max(keptIterations - 1, 0)) * assignments : 0)
                    for block in 0..<blocks {
                      let blockMask = mask(block)
                      let w = packed.pointer + block * weightedChildren * poseStructure.weightCount
                      for position in 0..<positions {
                        let field = Field(
                          places: places.baseAddress! + position * kernelRows * kernelColumns, poses: m, weights: w)
                        let row = (position * blocks + block) * children
                        let mass =
                          t == 0
                          ? initialMasses(field, a, initial.baseAddress!, blockMask, into: masses.pointer)
                          : routedMasses(field, a, previous + row, into: masses.pointer)
                        step(
                          field, t, mass: mass, masses: masses.pointer, votes: votes.pointer,
                          distances: distances.pointer, betaA[block], betaU[block], blockMask,
                          statistics: current + (position * blocks + block) * Self.statisticsCount,
                          logProbabilities: t + 1 < iterations ? next + row : nil)
                      }
                    }
                    if t + 1 < iterations { normalise(next, places.baseAddress!, perCell.pointer) }
                  }
                  write(
                    current, poses: output.baseAddress! + image * positions * parentTypes * 16,
                    scores: scores.baseAddress! + image * positions * parentTypes)
                }
              }
            }
          }
        }
      }
    }
    let saved = saving ? Saved(assignments: assignmentTensor, statistics: statisticsTensor) : nil
    return (outputPoses, scores, saved)
  }

  private func check(_ poses: Tensor, _ activations: Tensor, _ weights: Tensor, _ betaA: Tensor, _ betaU: Tensor) {
    let shape: Shape = [poses.shape[0], rows, columns, childTypes]
    precondition(
      poses.shape == Shape(shape.dimensions + [4, 4]) && activations.shape == shape,
      "EMRouting: poses \(poses.shape) and activations \(activations.shape), expected \(shape)×4×4 and \(shape)")
    precondition(weights.shape == weightShape, "EMRouting: weights \(weights.shape), expected \(weightShape)")
    precondition(
      betaA.shape == [parentTypes] && betaU.shape == [parentTypes],
      "EMRouting: β of shapes \(betaA.shape) and \(betaU.shape), expected \(parentTypes)")
  }

  /// r = R·a with the initial R; returns Σ r.
  @inline(__always)
  func initialMasses(
    _ field: Field, _ a: UnsafePointer<Float>, _ initial: UnsafePointer<Float>, _ mask: Lanes,
    into masses: UnsafeMutablePointer<Lanes>
  ) -> Lanes {
    var total = Lanes(0)
    var child = 0
    for place in 0..<(kernelRows &* kernelColumns) {
      let cell = field.places[place]
      for type in 0..<childTypes {
        let r = Lanes(a[cell &+ type] * initial[cell &+ type]) * mask
        masses[child] = r
        total += r
        child &+= 1
      }
    }
    return total
  }

  /// r = R·a with the R of the last E-step; returns Σ r.
  @inline(__always)
  func routedMasses(
    _ field: Field, _ a: UnsafePointer<Float>, _ assignments: UnsafePointer<Lanes>,
    into masses: UnsafeMutablePointer<Lanes>
  ) -> Lanes {
    var total = Lanes(0)
    var child = 0
    for place in 0..<(kernelRows &* kernelColumns) {
      let cell = field.places[place]
      for type in 0..<childTypes {
        let r = Lanes(a[cell &+ type]) * assignments[child]
        masses[child] = r
        total += r
        child &+= 1
      }
    }
    return total
  }

  /// The M-step of one parent block at one position and, unless it is the last, the E-step's unnormalised log R.
  ///
  /// μ = Σ r V / s, σ² = Σ r (V − μ)² / s + floor, cost = Σ_h (β_u + ½ ln σ²) s, score = λ (β_a − cost),
  /// ln a_j + ln p_ij = ln logistic(score) − Σ_h [(V − μ)² / 2σ² + ½ ln 2πσ²].
  @inline(__always)
  private func step(
    _ field: Field, _ t: Int, mass: Lanes, masses: UnsafePointer<Lanes>, votes: UnsafeMutablePointer<Lanes>,
    distances: UnsafeMutablePointer<Lanes>, _ betaA: Lanes, _ betaU: Lanes, _ mask: Lanes,
    statistics: UnsafeMutablePointer<Lanes>, logProbabilities: UnsafeMutablePointer<Lanes>?
  ) {
    let s = mass + Lanes(massFloor)
    let reciprocal = Lanes(1) / s
    var logVariance = Lanes(0)
    for group in 0..<4 {
      var m0 = Lanes(0)
      var m1 = Lanes(0)
      var m2 = Lanes(0)
      var m3 = Lanes(0)
      forEachVote(group, field) { child, v0, v1, v2, v3, _, _ in
        let r = masses[child]
        m0 = multiplyAdd(r, v0, m0)
        m1 = multiplyAdd(r, v1, m1)
        m2 = multiplyAdd(r, v2, m2)
        m3 = multiplyAdd(r, v3, m3)
        let v = votes + child &* 4
        v[0] = v0
        v[1] = v1
        v[2] = v2
        v[3] = v3
      }
      m0 *= reciprocal
      m1 *= reciprocal
      m2 *= reciprocal
      m3 *= reciprocal
      var q0 = Lanes(0)
      var q1 = Lanes(0)
      var q2 = Lanes(0)
      var q3 = Lanes(0)
      for child in 0..<children {
        let r = masses[child]
        let v = votes + child &* 4
        let d0 = v[0] - m0
        let d1 = v[1] - m1
        let d2 = v[2] - m2
        let d3 = v[3] - m3
        let e0 = d0 * d0
        let e1 = d1 * d1
        let e2 = d2 * d2
        let e3 = d3 * d3
        v[0] = e0
        v[1] = e1
        v[2] = e2
        v[3] = e3
        q0 = multiplyAdd(r, e0, q0)
        q1 = multiplyAdd(r, e1, q1)
        q2 = multiplyAdd(r, e2, q2)
        q3 = multiplyAdd(r, e3, q3)
      }
      let floor = Lanes(varianceFloor)
      let v0 = multiplyAdd(q0, reciprocal, floor)
      let v1 = multiplyAdd(q1, reciprocal, floor)
      let v2 = multiplyAdd(q2, reciprocal, floor)
      let v3 = multiplyAdd(q3, reciprocal, floor)
      logVariance += (logarithm(v0) + logarithm(v1)) + (logarithm(v2) + logarithm(v3))
      let means = statistics + group * 4
      means[0] = m0
      means[1] = m1
      means[2] = m2
      means[3] = m3
      means[16] = v0
      means[17] = v1
      means[18] = v2
      means[19] = v3
      guard logProbabilities != nil else { continue }
      let i0 = Lanes(0.5) / v0
      let i1 = Lanes(0.5) / v1
      let i2 = Lanes(0.5) / v2
      let i3 = Lanes(0.5) / v3
      for child in 0..<children {
        let e = votes + child &* 4
        var q = group == 0 ? Lanes(0) : distances[child]
        q = multiplyAdd(e[0], i0, q)
        q = multiplyAdd(e[1], i1, q)
        q = multiplyAdd(e[2], i2, q)
        q = multiplyAdd(e[3], i3, q)
        distances[child] = q
      }
    }
    let cost = multiplyAdd(Lanes(16), betaU, Lanes(0.5) * logVariance) * s
    let score = Lanes(inverseTemperatures[t]) * (betaA - cost)
    statistics[32] = s
    statistics[33] = score
    guard let logProbabilities else { return }
    let halfLogTwoPi: Float = 0.918_938_533_2
    var bias = logLogistic(score) - Lanes(0.5) * logVariance - Lanes(16 * halfLogTwoPi)
    bias = bias.replacing(with: Lanes(-1e30), where: mask .== Lanes(0))
    for child in 0..<children { logProbabilities[child] = bias - distances[child] }
  }

  /// The E-step's softmax, in place: from ln a_j + ln p_ij to R_ij.
  private func normalise(
    _ values: UnsafeMutablePointer<Lanes>, _ places: UnsafePointer<Int>, _ perCell: UnsafeMutablePointer<Lanes>
  ) {
    switch scope {
    case .position:
      for position in 0..<positions {
        for child in 0..<children {
          let first = values + position * blocks * children + child
          var largest = first[0]
          for block in 1..<max(blocks, 1) { largest = maximum(largest, first[block * children]) }
          let shift = Lanes(largest.largest)
          var sum = Lanes(0)
          for block in 0..<blocks {
            let e = exponential(first[block * children] - shift)
            first[block * children] = e
            sum += e
          }
          let scale = Lanes(1 / sum.total)
          for block in 0..<blocks { first[block * children] *= scale }
        }
      }
    case .image:
      perCell.update(repeating: Lanes(-1e30), count: cells)
      forEachAssignment(places) { index, cell in perCell[cell] = maximum(perCell[cell], values[index]) }
      let shifts = LaneBuffer(cells)
      for cell in 0..<cells {
        shifts.pointer[cell] = Lanes(perCell[cell].largest)
        perCell[cell] = Lanes(0)
      }
      forEachAssignment(places) { index, cell in
        let e = exponential(values[index] - shifts.pointer[cell])
        values[index] = e
        perCell[cell] += e
      }
      for cell in 0..<cells {
        let sum = perCell[cell].total
        perCell[cell] = Lanes(sum > 0 ? 1 / sum : 0)
      }
      forEachAssignment(places) { index, cell in values[index] *= perCell[cell] }
    }
  }

  /// Calls `body` with the index of every register of an image's assignments and the cell of its child.
  @inline(__always)
  func forEachAssignment(_ places: UnsafePointer<Int>, _ body: (Int, Int) -> Void) {
    var index = 0
    let placeCount = kernelRows * kernelColumns
    for position in 0..<positions {
      for _ in 0..<blocks {
        for place in 0..<placeCount {
          let first = places[position &* placeCount &+ place]
          for type in 0..<childTypes {
            body(index, first &+ type)
            index &+= 1
          }
        }
      }
    }
  }

  /// Scatters the last iteration's means and scores into tensors.
  private func write(
    _ statistics: UnsafePointer<Lanes>, poses: UnsafeMutablePointer<Float>, scores: UnsafeMutablePointer<Float>
  ) {
    for position in 0..<positions {
      for type in 0..<parentTypes {
        let source = statistics + (position * blocks + type / 8) * Self.statisticsCount
        let target = position * parentTypes + type
        for h in 0..<16 { poses[target * 16 + h] = source[Self.slot(h)][type % 8] }
        scores[target] = source[33][type % 8]
      }
    }
  }
}

extension Tensor {
  /// The elements as registers. The caller keeps the tensor alive and unshared while it writes.
  var lanes: UnsafeMutablePointer<Lanes> {
    withUnsafeBuffer {
      UnsafeMutableRawPointer(mutating: $0.baseAddress!).bindMemory(to: Lanes.self, capacity: $0.count / 8)
    }
  }
}
