package import Kernels

/// How far the votes for each capsule of a layer lie from its mean, in every iteration of routing (the paper, Figs. 2, B.2).
///
/// The paper says “distance” only. Here it is Euclidean, ‖V_ij − μ_j‖ over the 16 elements of a vote; each vote counts by
/// its assignment probability R_ij, the one that the mean of that iteration was made with. Capsules of the same type at
/// different positions are counted together.
package struct VoteDistances: Codable, Sendable, Hashable {
  /// What the last bin ends at.
  package var maximum: Double
  /// Σ R_ij in each of equal parts of 0…`maximum`, `[iteration][type][bin]`.
  package var weights: [[[Double]]]
  /// Σ R_ij of votes that are further, `[iteration][type]`.
  package var beyond: [[Double]]

  /// - Parameter maximum: by default the largest distance of all, or 1 if that is 0.
  package init(_ trace: RoutingTrace, upTo maximum: Double? = nil, bins: Int) {
    precondition(bins > 0, "VoteDistances: no bins")
    let largest = trace.iterations.flatMap(\.distances).max() ?? 0
    let limit = maximum ?? (largest > 0 ? largest.squareRoot() : 1)
    var weights: [[[Double]]] = []
    var beyond: [[Double]] = []
    for iteration in trace.iterations {
      var bars = [[Double]](repeating: Array(repeating: 0, count: bins), count: trace.parents)
      var rest = [Double](repeating: 0, count: trace.parents)
      trace.forEachVote { pair, parent, _ in
        let distance = iteration.distances[pair].squareRoot()
        let type = parent % trace.parents
        if distance <= limit {
          bars[type][min(bins - 1, Int(distance / limit * Double(bins)))] += iteration.assignments[pair]
        } else {
          rest[type] += iteration.assignments[pair]
        }
      }
      weights.append(bars)
      beyond.append(rest)
    }
    self.maximum = limit
    self.weights = weights
    self.beyond = beyond
  }

  /// The share of Σ R_ij that is not beyond the last bin, by iteration.
  package var sharesInside: [Double] {
    zip(weights, beyond).map { weights, beyond in
      let inside = weights.reduce(0) { $0 + $1.reduce(0, +) }
      return inside / (inside + beyond.reduce(0, +))
    }
  }

  package var iterations: Int { weights.count }
  package var types: Int { weights.first?.count ?? 0 }
  package var bins: Int { weights.first?.first?.count ?? 0 }
}
