import Tensors

/// The last part of the reverse pass of one image: the gradients of votes, and with them of poses, weights and of the
/// activations as they enter iteration 0.
///
/// The gradient of a vote is Σ_t r_t (p_μ + 2 p_σ (V − μ_t)) − Σ_t z_t (V − μ_t) / σ²_t. With d = V − μ₀ it is C + K d,
/// where C and K are sums over t of what belongs to the child (r_t or z_t) times what belongs to the parent: the *terms*
/// r₀, r₁, …, z₁, z₂, …, and z₀, which has no part in C. The children of one place of the receptive field are taken
/// together, in loops that each fit in the registers: their vote gradients wait in the first-level cache for the sums
/// over pose elements.
final class VoteGradientPass {
  private let pass: EMReversePass
  private let routing: EMRouting
  /// Terms with a part in both C and K.
  private let terms: Int
  /// `[group][term][C 4, K 4]`, then, for each group, the four coefficients of z₀ in K.
  private let table: LaneBuffer
  /// `[child][term]` and z₀, of one place.
  private let childTerms: LaneBuffer
  /// `[child][16]`, of one place.
  private let voteGradient: LaneBuffer
  /// The gradient of r₀, `[child]`, of one place.
  private let massGradient: LaneBuffer
  /// The pose gradients before their lanes are summed, `[child][16]`, of one place.
  private let poseGradient: LaneBuffer
  /// The same with four lanes left to be summed, `[child][16][4]`.
  private let quarters: Storage

  init(_ pass: EMReversePass) {
    self.pass = pass
    routing = pass.routing
    terms = max(1, 2 * routing.iterations - 2)
    table = LaneBuffer(4 * (terms * 8 + 4))
    childTerms = LaneBuffer(routing.childTypes * (terms + 1))
    voteGradient = LaneBuffer(routing.childTypes * 16)
    massGradient = LaneBuffer(routing.childTypes)
    poseGradient = LaneBuffer(routing.childTypes * 16)
    quarters = Storage(uninitialized: routing.childTypes * 64)
  }

  /// Adds the gradients of the children of one position, as far as they come from one block of parents.
  func run(_ image: EMReversePass.Image, _ field: EMRouting.Field, _ position: Int, _ block: Int, _ k0: Lanes) {
    let index = pass.index(0, block, position)
    fillTable(image, block, position)
    let (mask, initial) = (pass.masks[block], pass.initial)
    for place in 0..<routing.fieldPlaces {
      let first = field.places[place]
      collectTerms(image, first, index * routing.children + place * routing.childTypes, mask)
      for group in 0..<4 { differentiateVotes(image, field, index, group, place, k0) }
      collectPoseGradients(field, place)
      addTotals(to: image.poseGradient + first * 16)
      if pass.wantsWeights {
        addWeightGradients(field, place, to: pass.weightGradient.pointer + block * routing.blockWeights)
      }
      for type in 0..<routing.childTypes {
        image.activationGradient[first + type] +=
          (massGradient.pointer[type] * mask).total * initial[first + type]
      }
    }
  }

  private func fillTable(_ image: EMReversePass.Image, _ block: Int, _ position: Int) {
    func statistics(_ t: Int) -> UnsafePointer<Lanes> {
      image.statistics + pass.index(t, block, position) * EMRouting.statisticsCount
    }
    func slope(_ t: Int, _ group: Int) -> LaneColumn {
      Lanes(-1) / LaneColumn(statistics(t) + EMRouting.variance + group * 4)
    }
    for group in 0..<4 {
      let origin = LaneColumn(statistics(0) + group * 4)
      var row = table.pointer + group * (terms * 8 + 4)
      for t in 0..<routing.iterations {
        let p = pass.coefficients.pointer + pass.index(t, block, position) * 32 + group * 4
        let slope = Lanes(2) * LaneColumn(p + 16)
        multiplyAdd(slope, origin - LaneColumn(statistics(t) + group * 4), LaneColumn(p)).store(row)
        slope.store(row + 4)
        row += 8
      }
      for t in 1..<max(routing.iterations - 1, 1) {
        (slope(t, group) * (origin - LaneColumn(statistics(t) + group * 4))).store(row)
        slope(t, group).store(row + 4)
        row += 8
      }
      (routing.iterations > 1 ? slope(0, group) : .zero).store(row)
    }
  }

  /// Lays out r₀, r₁, …, z₁, z₂, … and z₀ of the children from `cell` on, whose assignments begin at `row`.
  @inline(never)
  private func collectTerms(_ image: EMReversePass.Image, _ cell: Int, _ row: Int, _ mask: Lanes) {
    let (count, stride, last) = (routing.childTypes, terms &+ 1, routing.iterations &- 1)
    let target = childTerms.pointer
    let factors = pass.factors.pointer + cell
    for child in 0..<count { target[child &* stride] = Lanes(factors[child]) * mask }
    for t in 1..<max(last &+ 1, 1) {
      let assignments = pass.assignments.pointer + ((t &- 1) &* routing.assignments &+ row)
      let factors = factors + t &* routing.cells
      for child in 0..<count { target[child &* stride &+ t] = Lanes(factors[child]) * assignments[child] }
    }
    for t in 0..<last {
      let z = pass.z.pointer + (t &* routing.assignments &+ row)
      let term = t == 0 ? terms : last &+ t
      for child in 0..<count { target[child &* stride &+ term] = z[child] }
    }
    if last == 0 { for child in 0..<count { target[child &* stride &+ terms] = Lanes(0) } }
  }

  /// C + K d of one group into `voteGradient`, and its share of k₀ + Σ_h (p_μ d + p_σ d²) into `massGradient`.
  @inline(never)
  private func differentiateVotes(
    _ image: EMReversePass.Image, _ field: EMRouting.Field, _ index: Int, _ group: Int, _ place: Int, _ k0: Lanes
  ) {
    let (terms, table) = (terms, UnsafePointer(table.pointer) + group &* (terms &* 8 &+ 4))
    let (voteGradient, massGradient) = (voteGradient.pointer + group &* 4, massGradient.pointer)
    let p = UnsafePointer(pass.coefficients.pointer + index &* 32 + group &* 4)
    let (pMean, pVariance) = (LaneColumn(p), LaneColumn(p + 16))
    let mean = LaneColumn(image.statistics + index &* EMRouting.statisticsCount + group &* 4)
    var x = UnsafePointer(childTerms.pointer)
    var stream = routing.votes(group, field, at: place, minus: mean)
    for type in 0..<routing.childTypes {
      let d = stream.next()
      massGradient[type] = multiplyAddAll(
        multiplyAdd(pVariance, d, pMean), d, group == 0 ? k0 : massGradient[type])
      var row = table
      var constant = LaneColumn.zero
      var slope = LaneColumn.zero
      for _ in 0..<terms {
        constant = multiplyAdd(x[0], LaneColumn(row), constant)
        slope = multiplyAdd(x[0], LaneColumn(row + 4), slope)
        row += 8
        x += 1
      }
      slope = multiplyAdd(x[0], LaneColumn(row), slope)
      x += 1
      multiplyAdd(slope, d, constant).store(voteGradient + type &* 16)
    }
  }

  /// What the poses of one place get of the vote gradients, by lane, into `poseGradient`.
  @inline(never)
  private func collectPoseGradients(_ field: EMRouting.Field, _ place: Int) {
    let groupStride = routing.weightOffset(1, place) &- routing.weightOffset(0, place)
    for type in 0..<routing.childTypes {
      let g = UnsafePointer(voteGradient.pointer + type &* 16)
      switch routing.poseStructure {
      case .matrix:
        let w = field.weights + routing.weightOffset(0, place) + type &* 4
        // Column k of the pose: Σ over columns c of the vote of g[·][c] w[k][c].
        var (p0, p1, p2, p3) = (LaneColumn.zero, LaneColumn.zero, LaneColumn.zero, LaneColumn.zero)
        for group in 0..<4 {
          let (g, w) = (LaneColumn(g + group &* 4), w + group &* groupStride)
          p0 = multiplyAdd(w[0], g, p0)
          p1 = multiplyAdd(w[1], g, p1)
          p2 = multiplyAdd(w[2], g, p2)
          p3 = multiplyAdd(w[3], g, p3)
        }
        let pose = poseGradient.pointer + type &* 16
        p0.store(pose)
        p1.store(pose + 4)
        p2.store(pose + 8)
        p3.store(pose + 12)
      case .vector:
        for k in 0..<16 {
          var sum = Lanes(0)
          for group in 0..<4 {
            let w = field.weights + routing.weightOffset(group, place) + type &* 64 + k
            sum = multiplyAddAll(LaneColumn(g + group &* 4), LaneColumn(w[0], w[16], w[32], w[48]), sum)
          }
          poseGradient.pointer[type &* 16 &+ EMRouting.slot(k)] = sum
        }
      }
    }
  }

  /// Adds the sums over lanes of `poseGradient` to the floats from `target` on.
  ///
  /// In a function of its own, over memory, and in two loops: compilers make poor code of sums over lanes that are still in
  /// registers, or that end in one float each.
  @inline(never)
  private func addTotals(to target: UnsafeMutablePointer<Float>) {
    let (lanes, quarters) = (poseGradient.pointer, quarters.pointer)
    for child in 0..<routing.childTypes {
      for slot in 0..<16 {
        // `slot` is its own inverse.
        UnsafeMutableRawPointer(quarters + (child &* 16 &+ EMRouting.slot(slot)) &* 4)
          .storeBytes(of: lanes[child &* 16 &+ slot].quarters, as: SIMD4<Float>.self)
      }
    }
    for i in 0..<(routing.childTypes &* 16) {
      target[i] += (quarters[4 &* i] + quarters[4 &* i &+ 1]) + (quarters[4 &* i &+ 2] + quarters[4 &* i &+ 3])
    }
  }

  /// Adds what the weights of one place get of the vote gradients to the block's packed gradients.
  @inline(never)
  private func addWeightGradients(_ field: EMRouting.Field, _ place: Int, to target: UnsafeMutablePointer<Lanes>) {
    for group in 0..<4 {
      var m = field.poses + field.places[place] &* 16
      var gw = target + routing.weightOffset(group, place)
      for type in 0..<routing.childTypes {
        let g = LaneColumn(voteGradient.pointer + type &* 16 + group &* 4)
        switch routing.poseStructure {
        case .matrix:
          for k in 0..<4 {
            let column = LaneColumn(Lanes(m[k]), Lanes(m[4 &+ k]), Lanes(m[8 &+ k]), Lanes(m[12 &+ k]))
            gw[k] = multiplyAddAll(column, g, gw[k])
          }
          gw += 4
        case .vector:
          for k in 0..<16 {
            let column = multiplyAdd(Lanes(m[k]), g, LaneColumn(gw[k], gw[16 &+ k], gw[32 &+ k], gw[48 &+ k]))
            (gw[k], gw[16 &+ k], gw[32 &+ k], gw[48 &+ k]) = (column.e0, column.e1, column.e2, column.e3)
          }
          gw += 64
        }
        m += 16
      }
    }
  }
}
