import Tensors

/// The working memory and inner loops of the reverse pass of one layer over the images of a chunk.
///
/// Votes are computed again wherever they are wanted: keeping the 16 of a child costs more in traffic with the second-level
/// cache than the 64 multiplications that make them. So are assignments, in the pass that has the votes at hand: kept over
/// from the forward pass they were two thirds of what a network holds.
final class EMReversePass {
  let routing: EMRouting
  let wantsWeights: Bool
  private let fields: ReceptiveFields
  let masks: [Lanes]
  var initial: [Float] { fields.initialAssignments }
  private let betaU: [Lanes]
  private(set) var betaActivationGradient: [Lanes]
  private(set) var betaCostGradient: [Lanes]
  let packed: LaneBuffer
  let weightGradient: LaneBuffer
  /// Per iteration and cell, what an assignment is multiplied by to give r = R a.
  let factors: Storage
  /// z of every E-step, `[iterations − 1][position][block][child]`; holds the gradient of r until it is normalised.
  let z: LaneBuffer
  /// p_μ and p_σ, `[iteration][position][block][32]`.
  let coefficients: LaneBuffer
  /// Of one block: Σ z, then k₀, of every position.
  private let constants: LaneBuffer
  /// R of every E-step up to a factor, `[iterations − 1][position][block][child]`.
  let assignments: LaneBuffer
  /// 1 / 2σ² of an iteration and block, `[position][16]`.
  private let halfPrecisions: LaneBuffer
  /// Per cell: Σ R g over the child's parents.
  private let perCell: LaneBuffer

  init(_ routing: EMRouting, weights: Tensor, betaCost: Tensor, wantsWeights: Bool) {
    self.routing = routing
    self.wantsWeights = wantsWeights
    fields = ReceptiveFields(routing)
    masks = routing.masks()
    betaU = routing.lanes(betaCost.scalars)
    betaActivationGradient = Array(repeating: Lanes(0), count: routing.blocks)
    betaCostGradient = betaActivationGradient
    packed = routing.pack(weights)
    let weightCount = wantsWeights ? routing.blocks * routing.blockWeights : 0
    weightGradient = LaneBuffer(weightCount, zeroed: true)
    factors = Storage(uninitialized: routing.iterations * routing.cells)
    z = LaneBuffer((routing.iterations - 1) * routing.assignments)
    assignments = LaneBuffer((routing.iterations - 1) * routing.assignments)
    halfPrecisions = LaneBuffer(routing.positions * 16)
    coefficients = LaneBuffer(routing.iterations * routing.positions * routing.blocks * 32)
    constants = LaneBuffer(routing.positions)
    perCell = LaneBuffer(routing.cells)
  }

  /// One image's inputs, what its forward pass saved, and where its gradients go.
  struct Image {
    let poses: UnsafePointer<Float>
    let activations: UnsafePointer<Float>
    /// `[iterations][position][block][35]`.
    let statistics: UnsafePointer<Lanes>
    /// `[iterations − 1][cell]`.
    let shifts: UnsafePointer<Float>
    let scales: UnsafePointer<Float>
    /// Gradients of the layer's outputs, `[position][block][16]` and `[position][block]`; nil for zero.
    let parentPoseGradient: LaneBuffer?
    let parentScoreGradient: LaneBuffer?
    let poseGradient: UnsafeMutablePointer<Float>
    let activationGradient: UnsafeMutablePointer<Float>
  }

  /// Adds the gradients of one image.
  func run(_ image: Image) {
    for cell in 0..<routing.cells {
      factors.pointer[cell] = image.activations[cell] * initial[cell]
      for t in 1..<max(routing.iterations, 1) {
        factors.pointer[t * routing.cells + cell] =
          image.activations[cell] * image.scales[(t - 1) * routing.cells + cell]
      }
    }
    let votes = VoteGradientPass(self)
    for t in stride(from: routing.iterations - 1, through: 0, by: -1) {
      if t > 0 { perCell.pointer.update(repeating: Lanes(0), count: routing.cells) }
      for block in 0..<routing.blocks {
        if t < routing.iterations - 1 { sumOverChildren(image, t, block) }
        for position in 0..<routing.positions { differentiateMoments(image, t, block, position) }
        if t > 0 {
          differentiateMasses(image, t, block)
        } else {
          for position in 0..<routing.positions {
            votes.run(image, field(image, block, position), position, block, constants.pointer[position])
          }
        }
      }
      if t > 0 { normalise(image, t) }
    }
  }

  private func field(_ image: Image, _ block: Int, _ position: Int) -> EMRouting.Field {
    EMRouting.Field(
      places: fields.places + position &* routing.fieldPlaces, poses: image.poses,
      weights: packed.pointer + block &* routing.blockWeights)
  }

  /// Where the values of one position and block are among those of iteration t.
  @inline(always)
  func index(_ t: Int, _ block: Int, _ position: Int) -> Int {
    (t &* routing.positions &+ position) &* routing.blocks &+ block
  }

  /// Σ z into `constants`, and Σ z d and Σ z d² into `coefficients`, of every position of a block.
  ///
  /// Places are outermost, here and in `differentiateMasses`: the weights of one place stay in the first-level cache while
  /// the positions pass.
  @inline(never)
  private func sumOverChildren(_ image: Image, _ t: Int, _ block: Int) {
    constants.pointer.update(repeating: Lanes(0), count: routing.positions)
    for place in 0..<routing.fieldPlaces {
      for position in 0..<routing.positions {
        let index = index(t, block, position)
        let (field, z) = (field(image, block, position), UnsafePointer(z.pointer) + index &* routing.children)
        let children = (place &* routing.childTypes)..<((place &+ 1) &* routing.childTypes)
        let means = image.statistics + index &* EMRouting.statisticsCount
        let sums = coefficients.pointer + index &* 32
        for group in 0..<4 {
          var first = place == 0 ? .zero : LaneColumn(sums + group &* 4)
          var second = place == 0 ? .zero : LaneColumn(sums + 16 + group &* 4)
          var stream = routing.votes(group, field, at: place, minus: LaneColumn(means + group &* 4))
          for child in children {
            let d = stream.next()
            let zd = z[child] * d
            first = first + zd
            second = multiplyAdd(zd, d, second)
          }
          first.store(sums + group &* 4)
          second.store(sums + 16 + group &* 4)
        }
        var zSum = constants.pointer[position]
        for child in children { zSum += z[child] }
        constants.pointer[position] = zSum
      }
    }
  }

  /// The M-step of iteration t backwards: p_μ and p_σ into `coefficients`, k₀ into `constants`.
  @inline(never)
  private func differentiateMoments(_ image: Image, _ t: Int, _ block: Int, _ position: Int) {
    let last = t == routing.iterations - 1
    let index = index(t, block, position)
    let parent = position * routing.blocks + block
    let statistics = image.statistics + index * EMRouting.statisticsCount
    let p = coefficients.pointer + index * 32
    let s = statistics[EMRouting.mass]
    let reciprocal = Lanes(1) / s
    let zSum = last ? Lanes(0) : constants.pointer[position]
    let isLogistic = routing.activationRule == .logistic
    var scoreGradient = isLogistic ? zSum * logistic(Lanes(0) - statistics[EMRouting.score]) : zSum
    if last { scoreGradient = image.parentScoreGradient?.pointer[parent] ?? Lanes(0) }
    // The score of a mixing proportion is ln s: it has a gradient by s, and none by β or the variance.
    let scaled = isLogistic ? scoreGradient * Lanes(routing.inverseTemperatures[t]) : Lanes(0)
    let ofMass = isLogistic ? Lanes(0) : scoreGradient * reciprocal
    betaActivationGradient[block] += scaled
    betaCostGradient[block] -= scaled * Lanes(16) * s

    var logVariance = Lanes(0)
    var leaked = Lanes(0)
    for group in 0..<4 {
      let mean = LaneColumn(statistics + group * 4)
      let variance = LaneColumn(statistics + EMRouting.variance + group * 4)
      let precision = Lanes(1) / variance
      logVariance += logarithm(variance).sum
      var meanGradient = image.parentPoseGradient.map { LaneColumn($0.pointer + parent * 16 + group * 4) } ?? .zero
      var varianceGradient = LaneColumn.zero
      if !last {
        meanGradient = LaneColumn(p + group * 4) * precision
        varianceGradient =
          Lanes(0.5) * (precision * (LaneColumn(p + 16 + group * 4) * precision - LaneColumn(repeating: zSum)))
      }
      varianceGradient = multiplyAdd(Lanes(-0.5) * scaled * s, precision, varianceGradient)
      // Σ r (V − μ) is μ·floor rather than 0, because the floor is in s: ∂σ²/∂μ = −2 μ floor / s.
      let leak = (Lanes(-2 * routing.massFloor) * reciprocal) * mean
      (reciprocal * multiplyAdd(varianceGradient, leak, meanGradient)).store(p + group * 4)
      let pVariance = reciprocal * varianceGradient
      pVariance.store(p + 16 + group * 4)
      leaked += (pVariance * (variance - LaneColumn(repeating: Lanes(routing.varianceFloor)))).sum
    }
    constants.pointer[position] =
      ofMass - scaled * multiplyAdd(Lanes(16), betaU[block], Lanes(0.5) * logVariance) - leaked
  }

  /// The gradient k₀ + Σ_h (p_μ d + p_σ d²) of r at iteration t, for the softmax of the E-step before it, and R of that
  /// E-step once more, by the same operations as in the forward pass.
  @inline(never)
  private func differentiateMasses(_ image: Image, _ t: Int, _ block: Int) {
    for position in 0..<routing.positions {
      let statistics = image.statistics + index(t &- 1, block, position) &* EMRouting.statisticsCount
      for group in 0..<4 {
        (Lanes(0.5) / LaneColumn(statistics + EMRouting.variance + group &* 4))
          .store(halfPrecisions.pointer + position &* 16 + group &* 4)
      }
    }
    for place in 0..<routing.fieldPlaces {
      for position in 0..<routing.positions {
        let field = field(image, block, position)
        let statistics = image.statistics + index(t, block, position) &* EMRouting.statisticsCount
        let before = image.statistics + index(t &- 1, block, position) &* EMRouting.statisticsCount
        let halfPrecisions = UnsafePointer(halfPrecisions.pointer) + position &* 16
        let p = UnsafePointer(coefficients.pointer) + index(t, block, position) &* 32
        let k0 = constants.pointer[position]
        let row = index(t &- 1, block, position) &* routing.children
        let (gradient, distances) = (z.pointer + row, assignments.pointer + row)
        let children = (place &* routing.childTypes)..<((place &+ 1) &* routing.childTypes)
        for group in 0..<4 {
          let (pMean, pVariance) = (LaneColumn(p + group &* 4), LaneColumn(p + 16 + group &* 4))
          let (mean, meanBefore) = (LaneColumn(statistics + group &* 4), LaneColumn(before + group &* 4))
          let halfPrecision = LaneColumn(halfPrecisions + group &* 4)
          var stream = routing.votes(group, field, at: place, minus: .zero)
          for child in children {
            let v = stream.next()
            let d = v - mean
            gradient[child] = multiplyAddAll(
              multiplyAdd(pVariance, d, pMean), d, group == 0 ? k0 : gradient[child])
            let e = v - meanBefore
            distances[child] = multiplyAddAll(e * e, halfPrecision, group == 0 ? Lanes(0) : distances[child])
          }
        }
        restoreAssignments(image, t, field.places[place], children, before[EMRouting.bias], gradient, distances)
      }
    }
  }

  /// From distances to R up to a factor, in place (to log R under position scope), and its sum with the gradient of r.
  @inline(always)
  private func restoreAssignments(
    _ image: Image, _ t: Int, _ first: Int, _ children: Range<Int>, _ bias: Lanes, _ gradient: UnsafePointer<Lanes>,
    _ assignments: UnsafeMutablePointer<Lanes>
  ) {
    guard routing.scope == .image else {
      for child in children { assignments[child] = bias - assignments[child] }
      return
    }
    let shifts = image.shifts + (t &- 1) &* routing.cells
    let perCell = perCell.pointer
    var cell = first
    for child in children {
      let r = exponential((bias - assignments[child]) - Lanes(shifts[cell]))
      assignments[child] = r
      perCell[cell] = multiplyAdd(r, gradient[child], perCell[cell])
      cell &+= 1
    }
  }

  /// The softmax of the E-step before iteration t backwards, in place: from the gradient of r_t to z of iteration t − 1.
  ///
  /// With g the gradient of r = R a: that of a is ⟨R, g⟩ over the child's parents, and z = R a (g − ⟨R, g⟩).
  @inline(never)
  private func normalise(_ image: Image, _ t: Int) {
    let values = z.pointer + (t - 1) * routing.assignments
    let assignments = assignments.pointer + (t - 1) * routing.assignments
    guard routing.scope == .image else {
      routing.normaliseEachPosition(assignments)
      return routing.differentiateEachPosition(
        values, assignments: assignments, places: fields.places, activations: image.activations,
        activationGradient: image.activationGradient)
    }
    let scales = image.scales + (t - 1) * routing.cells
    let perCell = perCell.pointer
    for cell in 0..<routing.cells {
      let dot = perCell[cell].total * scales[cell]
      perCell[cell] = Lanes(dot)
      image.activationGradient[cell] += dot
    }
    var row = 0
    let factors = factors.pointer + t * routing.cells
    for position in 0..<routing.positions {
      for _ in 0..<routing.blocks {
        for place in 0..<routing.fieldPlaces {
          let first = fields.places[position &* routing.fieldPlaces &+ place]
          for cell in first..<(first &+ routing.childTypes) {
            values[row] = assignments[row] * Lanes(factors[cell]) * (values[row] - perCell[cell])
            row &+= 1
          }
        }
      }
    }
  }
}
