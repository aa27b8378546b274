/// What the layers of a model do on a set of images.
package struct ModelInspection: Codable, Sendable, Hashable {
  package var model: String
  package var dataset: String
  package var split: String
  package var images: Int
  /// Images that are classified correctly.
  package var correct: Int
  /// How active a unit has to be once to count as alive, as a share of the way from what it has at rest to `scale`.
  package var threshold: Double
  package var layers: [Layer]

  package struct Layer: Codable, Sendable, Hashable {
    /// The prefix of the layer's parameters.
    package var name: String
    package var rows: Int
    package var columns: Int
    package var types: Int
    package var activations: Distribution
    /// What the activation of a unit of each type has to exceed for one image to count as alive.
    package var aliveAbove: [Double]
    /// Capsules, or units, that no image activates.
    package var deadUnits: Int
    /// At how many positions each type is dead.
    package var deadPositions: [Int]
    /// How many types are dead at each position, row by row.
    package var deadTypesByPosition: [[Int]]
    /// Iterations of routing; empty if the layer does not route.
    package var routing: [Iteration]
    /// Images whose routing gave numbers that are not finite, and are left out of `routing`.
    package var nonFiniteImages: Int

    package var positions: Int { rows * columns }
    package var units: Int { positions * types }
    /// Types that are dead at all positions.
    package var deadTypes: [Int] { deadPositions.indices.filter { deadPositions[$0] == positions } }
  }

  /// Activations of all images, positions and types.
  package struct Distribution: Codable, Sendable, Hashable {
    package var mean: Double
    package var standardDeviation: Double
    package var quantiles: [Quantile]
    package var largest: Double
    /// Counts in equal parts of 0…`histogramMaximum`.
    package var histogram: [Int]
    package var histogramMaximum: Double
    /// How many were NaN or infinite, and are left out of everything else.
    package var nonFinite: Int
  }

  package struct Quantile: Codable, Sendable, Hashable {
    package var probability: Double
    package var value: Double
  }

  /// The mean over images of the result of one iteration of routing.
  package struct Iteration: Codable, Sendable, Hashable {
    /// Eq. 4 of the paper, in nats per image; nil for routing that minimises none.
    package var freeEnergy: Average?
    /// Of a child's assignments, in nats.
    package var entropy: Average
    /// As a share of what uniform assignments would have.
    package var entropyShare: Average
    /// Mean distance of a vote to its parent's mean, by assignment; nil for routing without means.
    package var voteDistance: Average?
    /// Variance of an element of a vote about its parent's mean, by assignment; nil for routing without means.
    package var voteVariance: Average?
    /// Of the parents.
    package var activation: Average
  }

  /// A mean over images, and the standard deviation between them.
  package struct Average: Codable, Sendable, Hashable {
    package var mean: Double
    package var deviation: Double

    init(_ values: [Double]) {
      let mean = values.reduce(0, +) / Double(max(values.count, 1))
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      self.mean = mean
      deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0
    }
  }
}
