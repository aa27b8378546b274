import Attacks
import Models
import Runs
import Statistics
import Sweeps
import Tensors

/// Allowed to change every pixel to anything, an attack must always succeed (Athalye et al. 2018; Carlini et al. 2019,
///).
struct UnboundedAttackCheck: Check {
  let name = CheckName.unboundedAttack.rawValue
  let claim = "without a bound (ε = 1), every image can be beaten"

  /// For an attack that has one.
  private static let steps = 10

  func examine(_ subject: CheckSubject) throws -> CheckAnswer {
    guard subject.sample.count > 0 else { return .notApplicable("the model classifies no image correctly") }
    return .findings(try subject.sweep.attacks.indices.compactMap { try finding(subject, $0) })
  }

  private func finding(_ subject: CheckSubject, _ index: Int) throws -> Finding? {
    let own = subject.sweep.attacks[index]
    let attack: any Attack =
      own.stepCount(at: 1) > 1
      ? own : BIM(steps: Self.steps, objective: own.objective)
    let rows = Array(0..<min(subject.sample.count, CheckSample.probed))
    let outcome = try attack.run(
      on: subject.classifier, subject.sample, rows: rows, budget: 1, seed: subject.configuration.seed)
    let survivors = outcome.succeeded.count { !$0 }
    guard Statistics.wilson(successes: survivors, trials: rows.count).lower > 0.05 else { return nil }
    return Finding(
      check: name, severity: .error,
      title: "Even without a bound, an attack on \(own.objective.rawValue) can't beat \(subject.name)",
      evidence: """
        \(attack) with ε = 1, which allows any image at all, left \(share(survivors, of: rows.count)) images right.
        """, numbers: ["images": Double(rows.count), "survivors": Double(survivors)],
      remedy: "the gradient leads nowhere: try \(subject.betterObjective(than: own.objective))",
      scope: .init(model: subject.model, attack: index))
  }
}
