import Tensors

/// The working memory and inner loops of the reverse pass of one layer over the images of a chunk.
///
/// Votes are recomputed wherever they are wanted: keeping the 16 of a child costs more in traffic with the second-level
/// cache than the 64 multiplications that make them.
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
    coefficients = LaneBuffer(routing.iterations * routing.positions * routing.blocks * 32)
    constants = LaneBuffer(routing.positions)
    perCell = LaneBuffer(routing.cells)
  }

  /// One image's inputs, what its forward pass saved, and where its gradients go.
  struct Image {
    let poses: UnsafePointer<Float>
    let activations: UnsafePointer<Float>
    /// `[iterations − 1][position][block][child]`, to be multiplied by `scales`, `[iterations − 1][cell]`.
    let assignments: UnsafePointer<Lanes>
    let scales: UnsafePointer<Float>
    /// `[iterations][position][block][34]`.
    let statistics: UnsafePointer<Lanes>
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
        let means = image.statistics + index &* EMRouting.statisticsCount
        let sums = coefficients.pointer + index &* 32
        for group in 0..<4 {
          var first = place == 0 ? .zero : LaneColumn(sums + group &* 4)
          var second = place == 0 ? .zero : LaneColumn(sums + 16 + group &* 4)
          routing.forEachVote(
            group, field, at: place..<(place &+ 1), minus: LaneColumn(means + group &* 4)
          ) { child, _, d in
            let zd = z[child] * d
            first = first + zd
            second = multiplyAdd(zd, d, second)
          }
          first.store(sums + group &* 4)
          second.store(sums + 16 + group &* 4)
        }
        let children = (place &* routing.childTypes)..<((place &+ 1) &* routing.childTypes)
        constants.pointer[position] = children.reduce(constants.pointer[position]) { $0 + z[$1] }
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
    var scoreGradient = zSum * logistic(Lanes(0) - statistics[EMRouting.score])
    if last { scoreGradient = image.parentScoreGradient?.pointer[parent] ?? Lanes(0) }
    let scaled = scoreGradient * Lanes(routing.inverseTemperatures[t])
    betaActivationGradient[block] += scaled
    betaCostGradient[block] -= scaled * Lanes(16) * s

    var logVariance = Lanes(0)
    var leaked = Lanes(0)
    for group in 0..<4 {
      let mean = LaneColumn(statistics + group * 4)
      let variance = LaneColumn(statistics + EMRouting.variance + group * 4)
      let precision = variance.map { Lanes(1) / $0 }
      logVariance += variance.map(logarithm).sum
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
      Lanes(0) - scaled * multiplyAdd(Lanes(16), betaU[block], Lanes(0.5) * logVariance) - leaked
  }

  /// The gradient k₀ + Σ_h (p_μ d + p_σ d²) of r at iteration t, for the softmax of the E-step before it.
  @inline(never)
  private func differentiateMasses(_ image: Image, _ t: Int, _ block: Int) {
    for place in 0..<routing.fieldPlaces {
      for position in 0..<routing.positions {
        let field = field(image, block, position)
        let index = index(t, block, position)
        let statistics = image.statistics + index &* EMRouting.statisticsCount
        let p = UnsafePointer(coefficients.pointer) + index &* 32
        let k0 = constants.pointer[position]
        let row = self.index(t &- 1, block, position) &* routing.children
        let gradient = z.pointer + row
        for group in 0..<4 {
          let (pMean, pVariance) = (LaneColumn(p + group &* 4), LaneColumn(p + 16 + group &* 4))
          let mean = LaneColumn(statistics + group &* 4)
          routing.forEachVote(group, field, at: place..<(place &+ 1), minus: mean) { child, _, d in
            gradient[child] = multiplyAddAll(
              multiplyAdd(pVariance, d, pMean), d, group == 0 ? k0 : gradient[child])
          }
        }
        guard routing.scope == .image else { continue }
        let (assignments, perCell) = (image.assignments + row, perCell.pointer + field.places[place])
        let first = place &* routing.childTypes
        for type in 0..<routing.childTypes {
          perCell[type] = multiplyAdd(assignments[first &+ type], gradient[first &+ type], perCell[type])
        }
      }
    }
  }

  /// The softmax of the E-step before iteration t backwards, in place: from the gradient of r_t to z of iteration t − 1.
  ///
  /// With g the gradient of r = R a: that of a is ⟨R, g⟩ over the child's parents, and z = R a (g − ⟨R, g⟩).
  @inline(never)
  private func normalise(_ image: Image, _ t: Int) {
    let values = z.pointer + (t - 1) * routing.assignments
    let assignments = image.assignments + (t - 1) * routing.assignments
    guard routing.scope == .image else { return normaliseEachPosition(image, values, assignments) }
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

  /// The same for the softmax over the types of one position.
  private func normaliseEachPosition(
    _ image: Image, _ values: UnsafeMutablePointer<Lanes>, _ assignments: UnsafePointer<Lanes>
  ) {
    let (children, types) = (routing.children, routing.childTypes)
    for position in 0..<routing.positions {
      for child in 0..<children {
        let cell = fields.places[position * routing.fieldPlaces + child / types] + child % types
        let rows = stride(
          from: position * routing.blocks * children + child, to: (position + 1) * routing.blocks * children,
          by: children)
        var sum = Lanes(0)
        for row in rows { sum = multiplyAdd(assignments[row], values[row], sum) }
        let dot = sum.total
        image.activationGradient[cell] += dot
        for row in rows {
          values[row] = assignments[row] * Lanes(image.activations[cell]) * (values[row] - Lanes(dot))
        }
      }
    }
  }
}
