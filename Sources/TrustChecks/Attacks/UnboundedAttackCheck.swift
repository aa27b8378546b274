import Attacks
import Models
import Runs
import Statistics
import Sweeps
import Tensors

/// Allowed to change every pixel to anything, an attack must always succeed (Athalye et al. 2018; Carlini et al. 2019).
struct UnboundedAttackCheck: TrustCheck {
  let name = TrustCheckName.unboundedAttack.rawValue
  let claim = "without a bound, every image can be beaten"

  /// For an attack that has one.
  private static let steps = 10

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    guard subject.sample.count > 0 else { return .notApplicable("the model classifies no image correctly") }
    return .findings(try subject.sweep.attacks.indices.compactMap { try finding(subject, $0) })
  }

  private func finding(_ subject: TrustCheckSubject, _ index: Int) throws -> Finding? {
    let own = subject.sweep.attacks[index]
    // One step may overshoot, and what asks for no gradient does not tell whether gradients lead anywhere.
    guard let objective = own.objective else { return nil }
    let largest = subject.norm.diameter(of: subject.classifier.inputShape)
    let attack: any Attack = own.isIterative(at: largest) ? own : BIM(steps: Self.steps, objective: objective)
    let rows = Array(0..<min(subject.sample.count, TrustCheckSample.probed))
    let outcome = try attack.run(
      on: subject.classifier, subject.sample, rows: rows, norm: subject.norm, budget: largest,
      seed: subject.configuration.seed)
    let survivors = outcome.succeeded.count { !$0 }
    guard Statistics.wilson(successes: survivors, trials: rows.count).lower > 0.05 else { return nil }
    return Finding(
      check: name, severity: .error,
      title: "Even without a bound, an attack on \(objective.rawValue) can't beat \(subject.name)",
      evidence: """
        \(attack) with ε = \(largest == 1 ? "1" : "\(largest)"), which allows any image at all, left \(share(survivors, of: rows.count)) images right.
        """, numbers: ["images": Double(rows.count), "survivors": Double(survivors)],
      remedy: "the gradient leads nowhere: try \(subject.betterObjective(than: objective))",
      scope: .init(model: subject.model, attack: index))
  }
}
