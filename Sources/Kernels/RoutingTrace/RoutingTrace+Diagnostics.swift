import Foundation

/// The result of one iteration of routing, in one image and layer.
package struct RoutingStatistics: Sendable, Hashable, Codable {
  /// In nats; nil for routing that minimises none.
  package var freeEnergy: Double?
  /// The mean entropy of a child's assignments in nats, weighted by its activation.
  package var entropy: Double
  /// What that would be with uniform assignments.
  package var maximumEntropy: Double
  /// The mean Euclidean distance ‖V_ij − μ_j‖, weighted by r_ij = R_ij a_i; nil for routing without means.
  package var voteDistance: Double?
  /// The variance of an element of a vote about its parent's mean, Σ r ‖V − μ‖² / 16 Σ r; nil for routing without means.
  package var voteVariance: Double?
  /// The mean activation of the parents.
  package var activation: Double

  package init(
    freeEnergy: Double?, entropy: Double, maximumEntropy: Double, voteDistance: Double?, voteVariance: Double?,
    activation: Double
  ) {
    self.freeEnergy = freeEnergy
    self.entropy = entropy
    self.maximumEntropy = maximumEntropy
    self.voteDistance = voteDistance
    self.voteVariance = voteVariance
    self.activation = activation
  }

  /// `entropy` over its maximum: 1 when every child is shared equally, 0 when each goes to one parent.
  package var entropyShare: Double { maximumEntropy > 0 ? entropy / maximumEntropy : 0 }

  /// Whether no number is NaN or infinite.
  package var isFinite: Bool {
    [freeEnergy ?? 0, entropy, voteDistance ?? 0, voteVariance ?? 0, activation].allSatisfy(\.isFinite)
  }
}

extension RoutingTrace {
  /// The statistics of every iteration.
  package var statistics: [RoutingStatistics] {
    iterations.map { iteration in
      let entropies = entropies(iteration)
      let (distance, variance) = agreement(iteration)
      return RoutingStatistics(
        freeEnergy: freeEnergy(iteration), entropy: entropies.mean, maximumEntropy: entropies.maximum,
        voteDistance: distance, voteVariance: variance,
        activation: iteration.activations.reduce(0, +) / Double(iteration.activations.count))
    }
  }

  /// The free energy after an M-step (the paper, Eq. 4), with r_ij = R_ij a_i and cost_jh = −Σᵢ r_ij ln P_ijh (Eq. 1):
  ///
  /// Σ_j [−β_a a_j + a_j ln a_j + (1 − a_j) ln(1 − a_j) + Σ_h cost_jh + β Σᵢ r_ij] + Σ_ij a_i R_ij ln R_ij.
  ///
  /// Procedure 1 has β_u once for each of the 16 elements, and leaves constants to it: there the cost of an element is
  /// (β_u + ln σ) Σ r, and here, where −ln P is ln σ + ½ + ½ ln 2π on average, the same total needs
  /// β = 16 (β_u − ½ − ½ ln 2π). Of mixing proportions it is that of a mixture of Gaussians, which EM never raises
  /// (Neal & Hinton 1998): Σ_j [Σ_h cost_jh − ln a_j Σᵢ r_ij] + Σ_ij a_i R_ij ln R_ij.
  package func freeEnergy(_ iteration: Iteration) -> Double {
    func negativeEntropy(_ p: Double) -> Double { p > 0 ? p * log(p) : 0 }
    var energy = 0.0
    forEachVote { pair, parent, cell in
      let (assignment, activation) = (iteration.assignments[pair], inputs.activations[cell])
      energy += activation * negativeEntropy(assignment)
      let perPoint =
        switch routing.activationRule {
        case .logistic: 16 * (inputs.betaCost[parent % parents] - 0.5 - 0.5 * log(2 * .pi))
        case .mixingProportion: -iteration.scores[parent]
        }
      energy += assignment * activation * (perPoint - iteration.logProbabilities[pair])
    }
    guard routing.activationRule == .logistic else { return energy }
    for (parent, activation) in iteration.activations.enumerated() {
      energy += negativeEntropy(activation) + negativeEntropy(1 - activation)
      energy -= inputs.betaActivation[parent % parents] * activation
    }
    return energy
  }

  /// Σᵢ a_i H(R_i) / Σᵢ a_i, and the same with uniform R.
  private func entropies(_ iteration: Iteration) -> (mean: Double, maximum: Double) {
    var entropy = 0.0
    forEachVote { pair, _, cell in
      let r = iteration.assignments[pair]
      if r > 0 { entropy -= inputs.activations[cell] * r * log(r) }
    }
    let counts = parentCounts
    var activations = [Double](repeating: 0, count: groupCount)
    for index in cells.indices {
      activations[group(index / children, index % children)] = inputs.activations[cells[index]]
    }
    let total = activations.reduce(0, +)
    guard total > 0 else { return (0, 0) }
    let maximum = zip(activations, counts).reduce(0) { $0 + ($1.1 > 0 ? $1.0 * log(Double($1.1)) : 0) }
    return (entropy / total, maximum / total)
  }

  /// Mean distance and variance of votes about their parents' means, weighted by r.
  private func agreement(_ iteration: Iteration) -> (distance: Double, variance: Double) {
    var (mass, distance, square) = (0.0, 0.0, 0.0)
    forEachVote { pair, _, cell in
      let r = iteration.assignments[pair] * inputs.activations[cell]
      mass += r
      distance += r * iteration.distances[pair].squareRoot()
      square += r * iteration.distances[pair]
    }
    return mass > 0 ? (distance / mass, square / (16 * mass)) : (0, 0)
  }
}
