import Tensors

/// The working memory and inner loops of the forward pass of one layer over the images of a chunk.
///
/// Per iteration, block, position and group: votes and their mean, then the exact variance, then the distances that the
/// E-step wants. A run of places small enough for the first-level cache is finished with mean and variance before the next
/// is begun, and the runs are joined by Σ r (V − μ)² = Σ_runs [Σ r (V − μ_run)² + mass_run (μ_run − μ)²], whose terms are
/// all positive. Only the distances then read votes back from the second-level cache. With few child types, or eight lanes,
/// there is one run, and nothing leaves the first-level cache.
final class EMForwardPass {
  private let routing: EMRouting
  private let fields: ReceptiveFields
  private let masks: [Lanes]
  private let betaA: [Lanes]
  private let betaU: [Lanes]
  private let packed: LaneBuffer
  /// Places in a run: as many as have room for their votes of one group in three quarters of a 48 KB first-level cache, or
  /// fewer, so that runs are about equal.
  private let runPlaces: Int
  /// Per cell, what an assignment is multiplied by to give r = R a.
  private let factors: Storage
  /// log R of one image and iteration, then R up to a factor, `[position][block][child]`.
  private let assignments: LaneBuffer
  /// Of one position and block: r, the votes of one group, and Σ (V − μ)² / 2σ².
  private let masses: LaneBuffer
  private let votes: LaneBuffer
  private let distances: LaneBuffer
  /// Per run: its mass, and the means of one group.
  private let runs: LaneBuffer
  private let runMasses: LaneBuffer
  /// Per cell: the largest of a child's log probabilities, then the sum of their exponentials.
  private let perCell: LaneBuffer

  init(_ routing: EMRouting, weights: Tensor, betaActivation: Tensor, betaCost: Tensor) {
    self.routing = routing
    fields = ReceptiveFields(routing)
    masks = routing.masks()
    betaA = routing.lanes(betaActivation.scalars)
    betaU = routing.lanes(betaCost.scalars)
    packed = routing.pack(weights)
    let most = max(1, 36_864 / (routing.childTypes * 4 * MemoryLayout<Lanes>.stride))
    let runCount = (routing.fieldPlaces + most - 1) / most
    runPlaces = (routing.fieldPlaces + runCount - 1) / runCount
    factors = Storage(uninitialized: routing.cells)
    assignments = LaneBuffer(routing.iterations > 1 ? routing.assignments : 0)
    masses = LaneBuffer(routing.children)
    votes = LaneBuffer(routing.children * 4)
    distances = LaneBuffer(routing.children)
    runs = LaneBuffer(routing.fieldPlaces * 4)
    runMasses = LaneBuffer(routing.fieldPlaces)
    perCell = LaneBuffer(routing.cells)
  }

  /// Routes one image; what the reverse pass wants goes to row `image` of `saved`, if there is one, else `saved` is scratch
  /// memory for one iteration.
  ///
  /// - Returns: the last iteration's statistics.
  func run(
    poses: UnsafePointer<Float>, activations: UnsafePointer<Float>, saved: EMRouting.Saved, image: Int?
  ) -> UnsafePointer<Lanes> {
    let last = routing.iterations - 1
    let perIteration = routing.positions * routing.blocks * EMRouting.statisticsCount
    var statistics = saved.statistics.lanes
    for cell in 0..<routing.cells {
      factors.pointer[cell] = activations[cell] * fields.initialAssignments[cell]
    }
    for t in 0...last {
      if let image { statistics = saved.statistics.lanes + (image * routing.iterations + t) * perIteration }
      if t < last { perCell.pointer.update(repeating: Lanes(-1e30), count: routing.cells) }
      for block in 0..<routing.blocks {
        for position in 0..<routing.positions {
          let index = position * routing.blocks + block
          step(
            EMRouting.Field(
              places: fields.places + position * routing.fieldPlaces, poses: poses,
              weights: packed.pointer + block * routing.blockWeights),
            t, block, assignments: assignments.pointer + index * routing.children,
            statistics: statistics + index * EMRouting.statisticsCount)
        }
      }
      if t < last {
        let row = image.map { ($0 * last + t) * routing.cells } ?? 0
        let scales = UnsafeMutablePointer(mutating: saved.scales.floats + row)
        normalise(UnsafeMutablePointer(mutating: saved.shifts.floats + row), scales)
        for cell in 0..<routing.cells { factors.pointer[cell] = activations[cell] * scales[cell] }
      }
    }
    return UnsafePointer(statistics)
  }

  /// The M-step of one parent block at one position and, unless it is the last, the E-step's unnormalised log R.
  ///
  /// μ = Σ r V / s, σ² = Σ r (V − μ)² / s + floor, cost = Σ_h (β_u + ½ ln σ²) s, score = λ (β_a − cost),
  /// ln a_j + ln p_ij = ln logistic(score) − Σ_h [(V − μ)² / 2σ² + ½ ln 2πσ²]. Of a mixing proportion, score and ln a_j are
  /// both ln s: Σ_k s_k, which a child's parents have in common, makes no difference to its softmax.
  @inline(never)
  private func step(
    _ field: EMRouting.Field, _ t: Int, _ block: Int, assignments: UnsafeMutablePointer<Lanes>,
    statistics: UnsafeMutablePointer<Lanes>
  ) {
    let isLast = t == routing.iterations - 1
    let s = collectMasses(field, t == 0 ? nil : UnsafePointer(assignments), masks[block]) + Lanes(routing.massFloor)
    let reciprocal = Lanes(1) / s
    var logVariance = Lanes(0)
    for group in 0..<4 {
      let (mean, squares) = moments(group, field, reciprocal)
      let variance = multiplyAdd(reciprocal, squares, LaneColumn(repeating: Lanes(routing.varianceFloor)))
      logVariance += logarithm(variance).sum
      mean.store(statistics + group * 4)
      variance.store(statistics + EMRouting.variance + group * 4)
      if !isLast { addDistances(mean, variance, first: group == 0) }
    }
    var score: Lanes
    switch routing.activationRule {
    case .logistic:
      let cost = multiplyAdd(Lanes(16), betaU[block], Lanes(0.5) * logVariance) * s
      score = Lanes(routing.inverseTemperatures[t]) * (betaA[block] - cost)
    case .mixingProportion: score = logarithm(s)
    }
    statistics[EMRouting.mass] = s
    statistics[EMRouting.score] = score
    guard !isLast else { return }
    let halfLogTwoPi: Float = 0.918_938_533_2
    let logActivation = routing.activationRule == .logistic ? logLogistic(score) : score
    let bias = logActivation - Lanes(0.5) * logVariance - Lanes(16 * halfLogTwoPi)
    statistics[EMRouting.bias] = bias.replacing(with: Lanes(-1e30), where: masks[block] .== Lanes(0))
    finish(field, statistics[EMRouting.bias], assignments)
  }

  /// r = R a of every child into `masses`, with the initial R if `assignments` is nil; returns Σ r.
  @inline(always)
  private func collectMasses(_ field: EMRouting.Field, _ assignments: UnsafePointer<Lanes>?, _ mask: Lanes) -> Lanes {
    let (masses, factors) = (masses.pointer, factors.pointer)
    var total = Lanes(0)
    var child = 0
    for place in 0..<routing.fieldPlaces {
      let first = field.places[place]
      for cell in first..<(first &+ routing.childTypes) {
        let r = Lanes(factors[cell]) * (assignments == nil ? mask : assignments![child])
        masses[child] = r
        total += r
        child &+= 1
      }
    }
    return total
  }

  /// The mean Σ r V / s of one group, and Σ r (V − mean)²; leaves V in `votes`.
  @inline(always)
  private func moments(
    _ group: Int, _ field: EMRouting.Field, _ reciprocal: Lanes
  ) -> (mean: LaneColumn, squares: LaneColumn) {
    let (masses, votes, runs, runMasses) = (masses.pointer, votes.pointer, runs.pointer, runMasses.pointer)
    let runPlaces = runPlaces
    var sum = LaneColumn.zero
    var squares = LaneColumn.zero
    var run = 0
    for first in stride(from: 0, to: routing.fieldPlaces, by: runPlaces) {
      let places = first..<min(first &+ runPlaces, routing.fieldPlaces)
      var runSum = LaneColumn.zero
      var mass = Lanes(Float.leastNormalMagnitude)
      var child = places.lowerBound &* routing.childTypes
      for place in places {
        var stream = routing.votes(group, field, at: place, minus: .zero)
        for _ in 0..<routing.childTypes {
          let (v, r) = (stream.next(), masses[child])
          mass += r
          runSum = multiplyAdd(r, v, runSum)
          v.store(votes + child &* 4)
          child &+= 1
        }
      }
      sum = sum + runSum
      let mean = (Lanes(1) / mass) * runSum
      mean.store(runs + run &* 4)
      runMasses[run] = mass
      for child in (places.lowerBound &* routing.childTypes)..<child {
        let d = LaneColumn(votes + child &* 4) - mean
        squares = multiplyAdd(masses[child], d * d, squares)
      }
      run &+= 1
    }
    let mean = reciprocal * sum
    for run in 0..<run {
      let d = LaneColumn(runs + run &* 4) - mean
      squares = multiplyAdd(runMasses[run], d * d, squares)
    }
    return (mean, squares)
  }

  /// Adds Σ (V − μ)² / 2σ² of the group in `votes` to `distances`.
  @inline(always)
  private func addDistances(_ mean: LaneColumn, _ variance: LaneColumn, first: Bool) {
    let (votes, distances) = (votes.pointer, distances.pointer)
    let halfPrecision = Lanes(0.5) / variance
    for child in 0..<routing.children {
      let d = LaneColumn(votes + child &* 4) - mean
      distances[child] = multiplyAddAll(d * d, halfPrecision, first ? Lanes(0) : distances[child])
    }
  }

  /// Writes ln a_j + ln p_ij and notes the largest of every cell.
  @inline(always)
  private func finish(_ field: EMRouting.Field, _ bias: Lanes, _ logProbabilities: UnsafeMutablePointer<Lanes>) {
    let (distances, perCell) = (distances.pointer, perCell.pointer)
    var child = 0
    for place in 0..<routing.fieldPlaces {
      let first = field.places[place]
      for cell in first..<(first &+ routing.childTypes) {
        let value = bias - distances[child]
        logProbabilities[child] = value
        perCell[cell] = maximum(perCell[cell], value)
        child &+= 1
      }
    }
  }

  /// The E-step's softmax: from ln a_j + ln p_ij to R_ij up to a factor, in place, and the factor of every cell.
  @inline(never)
  private func normalise(_ shifts: UnsafeMutablePointer<Float>, _ scales: UnsafeMutablePointer<Float>) {
    guard routing.scope == .image else {
      routing.normaliseEachPosition(assignments.pointer)
      shifts.update(repeating: 0, count: routing.cells)
      scales.update(repeating: 1, count: routing.cells)
      return
    }
    let perCell = perCell.pointer
    for cell in 0..<routing.cells {
      shifts[cell] = perCell[cell].largest
      perCell[cell] = Lanes(0)
    }
    var row = assignments.pointer
    for position in 0..<routing.positions {
      let field = fields.places + position * routing.fieldPlaces
      for _ in 0..<routing.blocks {
        for place in 0..<routing.fieldPlaces {
          for cell in field[place]..<(field[place] &+ routing.childTypes) {
            let e = exponential(row[0] - Lanes(shifts[cell]))
            row[0] = e
            perCell[cell] += e
            row += 1
          }
        }
      }
    }
    for cell in 0..<routing.cells {
      let sum = perCell[cell].total
      scales[cell] = sum > 0 ? 1 / sum : 0
    }
  }
}
