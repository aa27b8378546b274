import Attacks
import Diagnostics
import Models
import Runs
import Statistics
import Sweeps
import Tensors

/// A larger ε allows all that a smaller one does: an attack that beats fewer images with it overshoots or is stuck (Carlini et
/// al. 2019).
struct MonotoneSuccessCheck: TrustCheck {
  let name = TrustCheckName.monotoneSuccess.rawValue
  let claim = "attacks that start anew at each ε beat no fewer images at a larger one"
  var needs: Knowledge { .labels }

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    guard subject.configuration.budgets.count(where: { $0.value > 0 }) > 1 else {
      return .notApplicable("the run has fewer than two ε above 0")
    }
    guard subject.configuration.rawCurves else {
      guard subject.isThorough, !subject.untargetedTrials.isEmpty, subject.sample.count > 0 else {
        return .notApplicable(
          "curves are monotone by construction; see \(Setting.rawCurves), or \(Setting.checks.set(to: "all"))")
      }
      return .findings(
        try subject.untargetedTrials.compactMap {
          try finding(subject, $0.attack, $0.goal, inSample(subject, $0.attack))
        })
    }
    return .findings(
      try subject.trials.compactMap { attack, goal, _ in
        let pairs = try subject.store.discordanceOfBudgets(model: subject.model, attack: attack, goal: goal)
        return try finding(subject, attack, goal, pairs)
      })
  }

  /// The sample attacked anew at every ε: how each differs from the next.
  private func inSample(_ subject: TrustCheckSubject, _ attack: Int) throws -> [DiscordantPairs] {
    let rows = Array(0..<subject.sample.count)
    let beaten = try subject.configuration.budgets.map {
      try subject.sweep.attacks[attack].run(
        on: subject.classifier, subject.sample, rows: rows, norm: subject.norm, budget: $0.value,
        seed: subject.configuration.seed
      ).succeeded
    }
    return zip(beaten, beaten.dropFirst()).enumerated().map { budget, pair in
      let pairs = PairedProportions(pair.0, pair.1)
      return DiscordantPairs(
        budget: budget, trials: rows.count, onlyFirst: pairs.onlyFirst, onlySecond: pairs.onlySecond)
    }
  }

  private func finding(_ subject: TrustCheckSubject, _ attack: Int, _ goal: Int, _ pairs: [DiscordantPairs]) throws
    -> Finding?
  {
    guard let (pair, p) = DiscordantPairs.beyondChance(pairs) else { return nil }
    let budgets = subject.configuration.budgets
    let (smaller, larger) = (budgets[pair.budget].text, budgets[pair.budget + 1].text)
    let isSingleStep = subject.sweep.attacks[attack].isSingleStep(at: budgets[pair.budget + 1].value)
    let title = subject.title(attack: attack, goal: goal)
    return Finding(
      check: name, severity: isSingleStep ? .warning : .error,
      title: "\(title) beats fewer images of \(subject.name) with ε = \(larger) than with \(smaller)",
      evidence: """
        Of \(pair.trials) images to be beaten, \(pair.onlyFirst) fell with ε = \(smaller) alone and \(pair.onlySecond) with \
        \(larger) alone (exact McNemar p = \(Float(p))).
        """,
      numbers: [
        "images": Double(pair.trials), "onlyWithSmaller": Double(pair.onlyFirst),
        "onlyWithLarger": Double(pair.onlySecond), "pValue": p,
      ],
      remedy: isSingleStep
        ? "a single step overshoots: leave out \(Setting.rawCurves), or attack with \(Setting.attacks.set(to: "bim"))"
        : "take smaller steps (\(Setting.stepSize)) and more of them (\(Setting.steps))",
      scope: .init(model: subject.model, attack: attack, goal: goal, budget: pair.budget + 1))
  }
}
