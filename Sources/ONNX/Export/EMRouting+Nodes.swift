import Foundation
import Kernels
import Tensors

/// A layer routed by EM (Hinton, Sabour & Frosst 2018, Procedure 1) as nodes.
///
/// Shapes are written with P positions of parents, C of their types, K places of a receptive field, T types of children and
/// n = K·T children of a position. All sums over children or pose elements are products of matrices, so that nothing as
/// large as the votes, P·C·n·16 numbers of an image, is written but the votes, their differences from the means, and the
/// squares of these.
extension EMRouting {
  /// Poses `[batch, place, type, 16]` and activations `[batch, place, type]`.
  struct Capsules {
    let poses: String
    let activations: String
  }

  /// - Returns: poses `[batch, P, C, 1, 16]` and scores `[batch, P, C, 1, 1]`.
  func write(
    _ children: Capsules, weights: Tensor, betaActivation: Tensor, betaCost: Tensor, to writer: inout GraphWriter
  ) -> (poses: String, scores: String) {
    let votes = writeVotes(children.poses, weights, &writer)
    let activations = writeActivations(children.activations, &writer)
    let betas = (
      activation: writer.constant(betaActivation.reshaped(to: [parentTypes, 1, 1]), "beta_a"),
      cost: writer.constant(
        Tensor(betaCost.scalars.map { 16 * $0 }, shape: [parentTypes, 1, 1]), "beta_u16")
    )
    var assignments = writer.constant(initialAssignments, "initialAssignments")
    for (index, inverseTemperature) in inverseTemperatures.enumerated() {
      let isLast = index == iterations - 1
      let step = writer.layer("iteration\(index + 1)") { writer in
        let step = writeMStep(votes, activations, assignments, inverseTemperature, betas, &writer)
        if !isLast { assignments = writeEStep(step, &writer) }
        return step
      }
      if isLast { return (step.means, step.scores) }
    }
    preconditionFailure("EMRouting: no iterations")
  }

  /// What an M-step finds.
  private struct Step {
    /// `[batch, P, C, 1, 16]`.
    let means: String
    let variances: String
    /// ½ Σ ln σ² `[batch, P, C, 1, 1]`.
    let halfLogVariance: String
    /// `[batch, P, C, 1, 1]`; of a mixing proportion after equal assignments, `[batch, P, 1, 1, 1]`.
    let scores: String
    /// (V − μ)² `[batch, P, C, n, 16]`.
    let squares: String
    /// ½.
    let half: String
  }

  /// μ = Σ r V / s, σ² = Σ r (V − μ)² / s + floor, cost = Σ_h (β_u + ½ ln σ²) s, score = λ (β_a − cost), or ln s.
  private func writeMStep(
    _ votes: String, _ activations: String, _ assignments: String, _ inverseTemperature: Float,
    _ betas: (activation: String, cost: String), _ writer: inout GraphWriter
  ) -> Step {
    let weights = writer.multiply(activations, assignments, "weights")
    let mass = writer.add(writer.sum(weights, [-1], "sum"), writer.constant(massFloor, "massFloor"), "mass")
    let means = writer.divide(writer.product(weights, votes, "weightedSum"), mass, "mean")
    let differences = writer.subtract(votes, means, "differences")
    let squares = writer.multiply(differences, differences, "squares")
    let spread = writer.divide(writer.product(weights, squares, "weightedSquares"), mass, "spread")
    let variances = writer.add(spread, writer.constant(varianceFloor, "varianceFloor"), "variance")
    let half = writer.constant(0.5, "half")
    let halfLogVariance = writer.multiply(
      writer.sum(writer.node("Log", [variances], "logVariances"), [-1], "logVariance"), half, "halfLogVariance")
    let scores: String
    switch activationRule {
    case .logistic:
      let cost = writer.multiply(writer.add(betas.cost, halfLogVariance, "costPerMass"), mass, "cost")
      scores = writer.multiply(
        writer.subtract(betas.activation, cost, "gain"), writer.constant(inverseTemperature, "lambda"), "scores")
    case .mixingProportion: scores = writer.node("Log", [mass], "scores")
    }
    return Step(
      means: means, variances: variances, halfLogVariance: halfLogVariance, scores: scores, squares: squares,
      half: half)
  }

  /// The softmax of ln a_j + ln p_ij = ln a_j − Σ_h [(V − μ)² / 2σ² + ½ ln 2πσ²]: `[batch, P, C, 1, n]`.
  private func writeEStep(_ step: Step, _ writer: inout GraphWriter) -> String {
    let precisions = writer.reshape(
      writer.divide(step.half, step.variances, "halfPrecision"), [positions, parentTypes, 16, 1], "precisionColumns")
    let distances = writer.product(step.squares, precisions, "distances")
    let logActivation: String
    switch activationRule {
    case .logistic:
      // ln logistic(x) = −ln(1 + exp(−x)).
      let negative = writer.node("Neg", [step.scores], "negativeScores")
      logActivation = writer.node("Neg", [writer.node("Softplus", [negative], "softplus")], "logActivation")
    case .mixingProportion: logActivation = step.scores
    }
    let bias = writer.subtract(
      writer.subtract(logActivation, step.halfLogVariance, "logPeak"),
      writer.constant(8 * Float(log(2 * Double.pi)), "logTwoPi"), "bias")
    return writeSoftmax(writer.subtract(bias, distances, "logProbabilities"), &writer)
  }
}
