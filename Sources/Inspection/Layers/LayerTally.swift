import Kernels
import Models
import Statistics
import Tensors

/// What is kept of one layer while images pass.
struct LayerTally: Sendable {
  let name: String
  /// `[row, column, type]` of one image.
  let shape: Shape
  let scale: Float
  let rest: [Float]
  private var tally = ActivationTally()
  /// The largest activation that each unit has had.
  private var largest: [Float]
  /// The iterations of every image in order; empty if the layer does not route.
  private var routing: [[RoutingStatistics]] = []

  init(_ activity: LayerActivity) {
    name = activity.name
    shape = activity.activations.shape.withoutBatch
    scale = activity.scale
    rest = activity.rest
    largest = [Float](repeating: 0, count: shape.count)
    activity.activations.withUnsafeBuffer { values in
      for (index, value) in values.enumerated() {
        tally.add(value)
        let unit = index % largest.count
        largest[unit] = max(largest[unit], value)
      }
    }
    if let statistics = activity.routing { routing = (0..<activity.activations.shape[0]).map(statistics) }
  }

  /// Adds what the images after these have done.
  mutating func add(_ other: LayerTally) {
    tally.add(other.tally)
    for index in largest.indices { largest[index] = max(largest[index], other.largest[index]) }
    routing += other.routing
  }

  func result(threshold: Double) -> ModelInspection.Layer {
    let aliveAbove = rest.map { Double($0) + threshold * (Double(scale) - Double($0)) }
    let (rows, columns, types) = (shape[0], shape[1], shape[2])
    let isDead = largest.enumerated().map { unit, value in Double(value) <= aliveAbove[unit % types] }
    let deadTypes = (0..<rows * columns).map { position in
      isDead[position * types..<(position + 1) * types].count { $0 }
    }
    let finite = routing.filter { $0.allSatisfy(\.isFinite) }
    return ModelInspection.Layer(
      name: name, rows: rows, columns: columns, types: types, activations: distribution, aliveAbove: aliveAbove,
      deadUnits: isDead.count { $0 },
      deadPositions: (0..<types).map { type in
        stride(from: type, to: isDead.count, by: types).count { isDead[$0] }
      },
      deadTypesByPosition: (0..<rows).map { Array(deadTypes[$0 * columns..<($0 + 1) * columns]) },
      routing: (finite.first ?? []).indices.map { t in ModelInspection.Iteration(finite.map { $0[t] }) },
      nonFiniteImages: routing.count - finite.count)
  }

  private var distribution: ModelInspection.Distribution {
    // Probabilities are drawn from 0 to 1, everything else as far as it goes.
    let maximum = scale == 1 ? 1 : Double(tally.largest)
    return ModelInspection.Distribution(
      mean: tally.mean, standardDeviation: tally.standardDeviation,
      quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map { .init(probability: $0, value: tally.quantile($0)) },
      largest: Double(tally.largest), histogram: tally.histogram(upTo: maximum, bins: 50), histogramMaximum: maximum,
      nonFinite: tally.nonFinite)
  }
}

extension ModelInspection.Iteration {
  fileprivate init(_ statistics: [RoutingStatistics]) {
    func average(_ value: (RoutingStatistics) -> Double?) -> ModelInspection.Average? {
      let values = statistics.compactMap(value)
      return values.isEmpty ? nil : ModelInspection.Average(values)
    }
    freeEnergy = average(\.freeEnergy)
    entropy = ModelInspection.Average(statistics.map(\.entropy))
    entropyShare = ModelInspection.Average(statistics.map(\.entropyShare))
    voteDistance = average(\.voteDistance)
    voteVariance = average(\.voteVariance)
    activation = ModelInspection.Average(statistics.map(\.activation))
  }
}
