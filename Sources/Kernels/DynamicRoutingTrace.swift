import Foundation
import Tensors

/// Routing by agreement of one image, iteration by iteration, in double precision: Procedure 1 of Sabour, Frosst & Hinton
/// 2017 as it is written.
package struct DynamicRoutingTrace: Sendable {
  package struct Iteration: Sendable {
    /// c_ij, `[child][parent]`: uniform in the first iteration.
    package var couplings: [Double]
    /// s_j, `[parent][element]`.
    package var sums: [Double]
    /// ‖v_j‖ of the squashed sums, `[parent]`.
    package var lengths: [Double]
  }

  package let routing: DynamicRouting
  /// ‖u_i‖, `[child]`.
  package let childLengths: [Double]
  package private(set) var iterations: [Iteration] = []

  /// - Parameters:
  ///   - poses: u, `[child][element]`.
  ///   - weights: `[child][parent][parent element][child element]`.
  package init(routing: DynamicRouting, poses: [Double], weights: [Double]) {
    precondition(
      poses.count == routing.children * routing.childElements && weights.count == routing.weightShape.count,
      "DynamicRoutingTrace: \(poses.count) pose elements and \(weights.count) weights, expected \(routing.weightShape)")
    let (parents, elements, inner) = (routing.parents, routing.parentElements, routing.childElements)
    self.routing = routing
    childLengths = (0..<routing.children).map { child in
      poses[child * inner..<(child + 1) * inner].reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let votes = (0..<routing.children * parents * elements).map { index in
      let child = index / (parents * elements)
      return (0..<inner).reduce(0) { $0 + weights[index * inner + $1] * poses[child * inner + $1] }
    }
    var logits = [Double](repeating: 0, count: routing.children * parents)
    for _ in 0..<routing.iterations {
      let couplings = Self.softmax(logits, parents)
      var sums = [Double](repeating: 0, count: parents * elements)
      for (index, vote) in votes.enumerated() { sums[index % sums.count] += couplings[index / elements] * vote }
      let squares = (0..<parents).map { parent in
        sums[parent * elements..<(parent + 1) * elements].reduce(0) { $0 + $1 * $1 }
      }
      let lengths = squares.map { $0 / (1 + $0) }
      for (index, vote) in votes.enumerated() {
        let parent = index / elements % parents
        // v = s ‖v‖ / ‖s‖.
        let norm = squares[parent].squareRoot()
        logits[index / elements] += norm > 0 ? vote * sums[index % sums.count] * lengths[parent] / norm : 0
      }
      iterations.append(Iteration(couplings: couplings, sums: sums, lengths: lengths))
    }
  }

  private static func softmax(_ logits: [Double], _ parents: Int) -> [Double] {
    stride(from: 0, to: logits.count, by: parents).flatMap { first in
      let row = logits[first..<first + parents]
      let largest = row.max()!
      let exponentials = row.map { exp($0 - largest) }
      let sum = exponentials.reduce(0, +)
      return exponentials.map { $0 / sum }
    }
  }

  /// Entropy of the couplings, weighted by the children's lengths, and the parents' lengths; there is no free energy, and
  /// votes have no mean that they are to agree with.
  package var statistics: [RoutingStatistics] {
    let total = childLengths.reduce(0, +)
    return iterations.map { iteration in
      var entropy = 0.0
      for (index, c) in iteration.couplings.enumerated() where c > 0 {
        entropy -= childLengths[index / routing.parents] * c * log(c)
      }
      return RoutingStatistics(
        freeEnergy: nil, entropy: total > 0 ? entropy / total : 0,
        maximumEntropy: total > 0 ? log(Double(routing.parents)) : 0, voteDistance: nil, voteVariance: nil,
        activation: iteration.lengths.reduce(0, +) / Double(routing.parents))
    }
  }
}
