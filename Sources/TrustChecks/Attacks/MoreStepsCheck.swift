import Attacks
import Diagnostics
import Models
import Runs
import Statistics
import Sweeps
import Tensors

/// If twice the steps beat many more images, the attack was stopped too early (Carlini et al. 2019: verify that attacks
/// have converged).
struct MoreStepsCheck: TrustCheck {
  let name = TrustCheckName.moreSteps.rawValue
  let claim = "twice the steps beat hardly any more images"

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    try subject.examineIterative { try finding(subject, $0) }
  }

  private func finding(_ subject: TrustCheckSubject, _ totals: TrustCheckTotals) throws -> Finding? {
    let epsilon = subject.epsilon(totals)
    let attack = subject.sweep.attacks[totals.attack]
    let rows = try subject.survivors(totals)
    guard let steps = attack.stepCount(at: epsilon), let longer = attack.withSteps(2 * steps, at: epsilon),
      !rows.isEmpty
    else { return nil }
    let outcome = try longer.run(
      on: subject.classifier, subject.sample, rows: rows, norm: subject.norm, budget: epsilon,
      seed: subject.configuration.seed)
    let beaten = outcome.succeeded.count { $0 }
    let lower = Statistics.wilson(successes: beaten, trials: subject.sample.count).lower
    guard lower > 0.05 else { return nil }
    return Finding(
      check: name, severity: lower > 0.2 ? .error : .warning,
      title: "\(subject.title(attack: totals.attack)) stops too early on \(subject.name)",
      evidence: """
        At \(subject.epsilonText(totals)), \(2 * steps) steps instead of \(steps) beat another \
        \(share(beaten, of: subject.sample.count)) images.
        """,
      numbers: [
        "images": Double(subject.sample.count), "survivors": Double(rows.count), "beatenByMore": Double(beaten),
        "steps": Double(steps),
      ], remedy: "take more steps: \(Setting.steps.set(to: 2 * steps)) or more, until the curve no longer falls",
      scope: subject.scope(totals))
  }
}
