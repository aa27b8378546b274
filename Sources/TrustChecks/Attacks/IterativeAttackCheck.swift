import Attacks
import Diagnostics
import Models
import Runs
import Sweeps
import Tensors

/// Many small steps must beat what one big step beats; otherwise gradients point the wrong way near the image (Athalye et al.
/// 2018; Carlini et al. 2019).
struct IterativeAttackCheck: TrustCheck {
  let name = TrustCheckName.iterativeAttack.rawValue
  let claim = "an iterative attack beats what a single step beats"

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    let attacks = subject.sweep.attacks
    let single = attacks.indices.filter { isSingleStep(attacks[$0]) }
    var compared = false
    var findings: [Finding] = []
    for first in single {
      for second in attacks.indices
      where isIterative(attacks[second]) && attacks[second].objective == attacks[first].objective {
        compared = true
        for goal in subject.configuration.goals.indices {
          if let finding = try finding(subject, first, second, goal) { findings.append(finding) }
        }
      }
    }
    if !compared, subject.isThorough, subject.sample.count > 0 {
      for trial in subject.untargetedTrials where single.contains(trial.attack) {
        compared = true
        if let finding = try findingInSample(subject, subject.referenceTotals(trial.totals)) {
          findings.append(finding)
        }
      }
    }
    guard compared else {
      return .notApplicable(
        "the run has no single-step and iterative attack on one objective; \(Setting.checks.set(to: "all")) adds one")
    }
    return .findings(findings)
  }

  private func isSingleStep(_ attack: any Attack) -> Bool { attack.isSingleStep(at: 0.1) }
  private func isIterative(_ attack: any Attack) -> Bool { attack.isIterative(at: 0.1) }

  private func finding(_ subject: TrustCheckSubject, _ first: Int, _ second: Int, _ goal: Int) throws -> Finding? {
    let pairs = try subject.store.discordance(model: subject.model, first: first, second: second, goal: goal)
    guard let (pair, p) = DiscordantPairs.beyondChance(pairs) else { return nil }
    let scope = Finding.Scope(model: subject.model, attack: second, goal: goal, budget: pair.budget)
    return finding(
      subject, subject.title(attack: first), "\(subject.title(attack: second))", pair,
      "ε = \(subject.configuration.budgets[pair.budget].text)", p, scope)
  }

  private func findingInSample(_ subject: TrustCheckSubject, _ totals: TrustCheckTotals) throws -> Finding? {
    let attack = BIM(objective: subject.sweep.attacks[totals.attack].objective ?? .crossEntropy)
    let outcome = try attack.run(
      on: subject.classifier, subject.sample, rows: Array(0..<subject.sample.count), norm: subject.norm,
      budget: subject.epsilon(totals),
      seed: subject.configuration.seed)
    let rival = try PairedComparison(subject, totals, beaten: outcome.succeeded)
    let difference = DiscordantPairs(
      budget: totals.budget, trials: rival.images, onlyFirst: rival.onlyAttack, onlySecond: rival.onlyRival)
    guard let (pair, p) = DiscordantPairs.beyondChance([difference]) else { return nil }
    return finding(
      subject, subject.title(attack: totals.attack), "\(attack)", pair, subject.epsilonText(totals), p,
      subject.scope(totals))
  }

  private func finding(
    _ subject: TrustCheckSubject, _ first: String, _ second: String, _ pair: DiscordantPairs, _ epsilon: String,
    _ p: Double,
    _ scope: Finding.Scope
  ) -> Finding {
    Finding(
      check: name, severity: .error, title: "The single step of \(first) beats \(second) on \(subject.name)",
      evidence: """
        At \(epsilon), of \(pair.trials) images to be beaten, \(pair.onlyFirst) fell to \(first) alone and \
        \(pair.onlySecond) to \(second) alone (exact McNemar p = \(Float(p))).
        """,
      numbers: [
        "images": Double(pair.trials), "onlyBySingleStep": Double(pair.onlyFirst),
        "onlyByIterative": Double(pair.onlySecond), "pValue": p,
      ],
      remedy:
        "gradients near the images mislead: try other steps (\(Setting.steps), \(Setting.stepSize)), "
        + "\(Setting.startsAtRandom) or an objective",
      scope: scope)
  }
}
