import Foundation
package import Tensors

/// EM routing of one image with everything it computes on the way: the paper's Procedure 1 in double precision, child by
/// child and parent by parent.
///
/// It is what the fused kernels are tested against, and what diagnostics and figures are made from. Arrays are flat:
/// `[position][child][parent]`, `[position][parent]` or, with the 16 elements of a pose, `[position][parent][16]`.
package struct RoutingTrace: Sendable {
  /// One image and the layer's parameters: poses `[row, column, type, 16]`, activations `[row, column, type]`, weights
  /// `[child, parent, …]`, β_a and β_u `[parent]`.
  package struct Inputs: Sendable {
    package var poses, activations, weights, betaActivation, betaCost: [Double]

    package init(
      poses: [Double], activations: [Double], weights: [Double], betaActivation: [Double], betaCost: [Double]
    ) {
      self.poses = poses
      self.activations = activations
      self.weights = weights
      self.betaActivation = betaActivation
      self.betaCost = betaCost
    }

    /// The elements of tensors of those shapes, with a batch axis of 1 or none.
    package init(poses: Tensor, activations: Tensor, weights: Tensor, betaActivation: Tensor, betaCost: Tensor) {
      func values(_ tensor: Tensor) -> [Double] { tensor.scalars.map(Double.init) }
      self.init(
        poses: values(poses), activations: values(activations), weights: values(weights),
        betaActivation: values(betaActivation), betaCost: values(betaCost))
    }
  }

  /// One M-step, with the assignments that it was given.
  package struct Iteration: Sendable {
    /// R_ij, before the child's activation is multiplied in: uniform in the first iteration.
    package fileprivate(set) var assignments: [Double]
    /// μ_j and σ²_j (with its floor), `[position][parent][16]`.
    package fileprivate(set) var means, variances: [Double]
    /// ‖V_ij − μ_j‖², `[position][child][parent]`.
    package fileprivate(set) var distances: [Double]
    /// Σ_h ln P_ij of a vote under its parent's Gaussian, `[position][child][parent]`.
    package fileprivate(set) var logProbabilities: [Double]
    /// Σᵢ R_ij a_i with its floor, `[position][parent]`.
    package fileprivate(set) var masses: [Double]
    /// λ(β_a − Σ cost), or the logarithm of the mixing proportion, and the activation a_j, `[position][parent]`.
    package fileprivate(set) var scores, activations: [Double]
  }

  package let routing: EMRouting
  package let inputs: Inputs
  /// The cell of every child, `[position][child]`.
  package let cells: [Int]
  package private(set) var iterations: [Iteration] = []

  package var positions: Int { routing.positions }
  package var children: Int { routing.children }
  package var parents: Int { routing.parentTypes }

  /// - Complexity: time and memory of the order of all votes of the image, 42 MB for the full net's largest layer.
  package init(routing: EMRouting, inputs: Inputs) {
    precondition(
      inputs.poses.count == routing.cells * 16 && inputs.activations.count == routing.cells,
      "RoutingTrace: \(inputs.poses.count) pose elements and \(inputs.activations.count) activations, expected those of "
        + "\(routing.cells) capsules")
    precondition(
      inputs.weights.count == routing.weightShape.count && inputs.betaActivation.count == routing.parentTypes
        && inputs.betaCost.count == routing.parentTypes,
      "RoutingTrace: \(inputs.weights.count) weights, expected \(routing.weightShape)")
    self.routing = routing
    self.inputs = inputs
    cells = (0..<routing.positions).flatMap { position in
      (0..<routing.children).map { child in
        let (place, type) = (child / routing.childTypes, child % routing.childTypes)
        let row = position / routing.outputColumns * routing.stride + place / routing.kernelColumns
        let column = position % routing.outputColumns * routing.stride + place % routing.kernelColumns
        return (row * routing.columns + column) * routing.childTypes + type
      }
    }
    let votes = votes()
    var assignments = uniformAssignments()
    for t in 0..<routing.iterations {
      let iteration = step(t, assignments, votes)
      iterations.append(iteration)
      if t < routing.iterations - 1 { assignments = expectation(iteration) }
    }
  }

  /// Which assignments sum to one: by child of the image, or by child and position.
  package func group(_ position: Int, _ child: Int) -> Int {
    let index = position * children + child
    return routing.scope == .image ? cells[index] : index
  }

  /// How many groups `group` tells apart.
  package var groupCount: Int { routing.scope == .image ? routing.cells : positions * children }

  /// How many parents the children of each group vote for; 0 for cells that no receptive field holds.
  package var parentCounts: [Int] {
    var counts = [Int](repeating: 0, count: groupCount)
    for position in 0..<positions {
      for child in 0..<children { counts[group(position, child)] += parents }
    }
    return counts
  }

  private func uniformAssignments() -> [Double] {
    let counts = parentCounts
    return (0..<positions * children).flatMap { index in
      let share = 1 / Double(counts[group(index / children, index % children)])
      return repeatElement(share, count: parents)
    }
  }
}

extension RoutingTrace {
  /// V_ij, `[position][child][parent][16]`.
  private func votes() -> [Double] {
    let side = routing.poseStructure == .matrix ? 4 : 16
    var votes = [Double](repeating: 0, count: positions * children * parents * 16)
    var index = 0
    for cell in cells.indices {
      let child = cell % children
      let pose = cells[cell] * 16
      let weighted = routing.sharesWeights ? child % routing.childTypes : child
      for parent in 0..<parents {
        let weight = (weighted * parents + parent) * routing.poseStructure.weightCount
        for h in 0..<16 {
          let (row, column) = (h / side, h % side)
          for k in 0..<side {
            votes[index + h] += inputs.poses[pose + row * side + k] * inputs.weights[weight + k * side + column]
          }
        }
        if routing.addsCoordinates {
          let place = child / routing.childTypes
          votes[index + 3] += (Double(place / routing.kernelColumns) + 0.5) / Double(routing.kernelRows)
          votes[index + 7] += (Double(place % routing.kernelColumns) + 0.5) / Double(routing.kernelColumns)
        }
        index += 16
      }
    }
    return votes
  }

  /// The M-step of iteration `t`, and how well its Gaussians explain each vote.
  private func step(_ t: Int, _ assignments: [Double], _ votes: [Double]) -> Iteration {
    let parentCount = positions * parents
    var masses = [Double](repeating: Double(routing.massFloor), count: parentCount)
    var means = [Double](repeating: 0, count: parentCount * 16)
    forEachVote { pair, parent, cell in
      let r = assignments[pair] * inputs.activations[cell]
      masses[parent] += r
      for h in 0..<16 { means[parent * 16 + h] += r * votes[pair * 16 + h] }
    }
    for index in means.indices { means[index] /= masses[index / 16] }
    var variances = [Double](repeating: 0, count: parentCount * 16)
    var distances = [Double](repeating: 0, count: assignments.count)
    forEachVote { pair, parent, cell in
      let r = assignments[pair] * inputs.activations[cell]
      for h in 0..<16 {
        let d = votes[pair * 16 + h] - means[parent * 16 + h]
        distances[pair] += d * d
        variances[parent * 16 + h] += r * d * d
      }
    }
    for index in variances.indices {
      variances[index] = variances[index] / masses[index / 16] + Double(routing.varianceFloor)
    }
    var logProbabilities = [Double](repeating: 0, count: assignments.count)
    let constants = (0..<parentCount).map { parent in
      -0.5 * variances[parent * 16..<parent * 16 + 16].reduce(0) { $0 + log(2 * .pi * $1) }
    }
    forEachVote { pair, parent, _ in
      var sum = constants[parent]
      for h in 0..<16 {
        let d = votes[pair * 16 + h] - means[parent * 16 + h]
        sum -= d * d / (2 * variances[parent * 16 + h])
      }
      logProbabilities[pair] = sum
    }
    let (scores, activations) = activate(t, masses, variances)
    return Iteration(
      assignments: assignments, means: means, variances: variances, distances: distances,
      logProbabilities: logProbabilities, masses: masses, scores: scores, activations: activations)
  }

  private func activate(
    _ t: Int, _ masses: [Double], _ variances: [Double]
  ) -> (scores: [Double], activations: [Double]) {
    switch routing.activationRule {
    case .logistic:
      let scores = masses.indices.map { parent in
        let cost = (0..<16).reduce(0) { sum, h in
          sum + (inputs.betaCost[parent % parents] + 0.5 * log(variances[parent * 16 + h])) * masses[parent]
        }
        return Double(routing.inverseTemperatures[t]) * (inputs.betaActivation[parent % parents] - cost)
      }
      return (scores, scores.map { 1 / (1 + exp(-$0)) })
    case .mixingProportion:
      let total = masses.reduce(0, +)
      return (masses.map { log($0 / total) }, masses.map { $0 / total })
    }
  }

  /// The E-step: R_ij = a_j p_ij over its sum for all the parents of child i.
  private func expectation(_ iteration: Iteration) -> [Double] {
    let logActivations =
      routing.activationRule == .logistic ? iteration.scores.map { -log1p(exp(-$0)) } : iteration.scores
    var logs = iteration.logProbabilities
    var largest = [Double](repeating: -.infinity, count: groupCount)
    forEachVote { pair, parent, _ in
      logs[pair] += logActivations[parent]
      let group = group(pair / parents / children, pair / parents % children)
      largest[group] = max(largest[group], logs[pair])
    }
    var sums = [Double](repeating: 0, count: groupCount)
    forEachVote { pair, _, _ in
      let group = group(pair / parents / children, pair / parents % children)
      logs[pair] = exp(logs[pair] - largest[group])
      sums[group] += logs[pair]
    }
    forEachVote { pair, _, _ in logs[pair] /= sums[group(pair / parents / children, pair / parents % children)] }
    return logs
  }

  /// Calls `body` with the index of every vote, of its parent and of its child's cell.
  @inline(always)
  package func forEachVote(_ body: (_ pair: Int, _ parent: Int, _ cell: Int) -> Void) {
    var pair = 0
    for position in 0..<positions {
      for child in 0..<children {
        let cell = cells[position * children + child]
        for parent in 0..<parents {
          body(pair, position * parents + parent, cell)
          pair += 1
        }
      }
    }
  }
}
