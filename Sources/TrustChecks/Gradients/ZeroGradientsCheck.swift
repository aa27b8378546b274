import Attacks
import Runs
import Sweeps

/// A gradient of exactly zero can't move an image: what looks robust was not attacked (Athalye et al. 2018; Pintor et
/// al. 2022; AutoAttack's `check_zero_gradients`).
struct ZeroGradientsCheck: TrustCheck {
  let name = TrustCheckName.zeroGradients.rawValue
  let claim = "no image kept its class because its gradient was zero"

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    guard !subject.trials.isEmpty else { return .notApplicable("no image was attacked at an ε above 0") }
    return .findings(subject.trials.compactMap { finding(subject, $0.attack, $0.goal, $0.totals) })
  }

  private func finding(_ subject: TrustCheckSubject, _ attack: Int, _ goal: Int, _ totals: [TrustCheckTotals])
    -> Finding?
  {
    let worst = totals.max { $0.survivors(flagged: .zeroGradient) < $1.survivors(flagged: .zeroGradient) }!
    let stuck = worst.survivors(flagged: .zeroGradient)
    guard let severity = Significance.severity(stuck, of: worst.trials),
      let objective = subject.sweep.attacks[attack].objective
    else { return nil }
    let title = subject.title(attack: attack, goal: goal)
    let last = totals[totals.count - 1]
    let reason =
      objective == .ownLoss
      ? " The training loss, \(subject.configuration.models[subject.model].loss), has no gradient once it is satisfied."
      : ""
    return Finding(
      check: name, severity: severity,
      title: severity < .error
        ? "\(title) met gradients of exactly zero on \(subject.name)"
        : "\(title) failed, not \(subject.name) withstood: gradients are exactly zero",
      evidence: """
        At \(subject.epsilonText(worst)), the gradient of \(objective.rawValue) was zero in every pixel for \
        \(share(stuck, of: worst.trials)) of the images to be beaten, and none of these could be moved. At \
        \(subject.epsilonText(last)), \(last.survivors(flagged: .zeroGradient)) of the \(last.survivors) images that \
        keep their class are such.\(reason)
        """,
      numbers: [
        "zeroGradientImages": Double(stuck), "images": Double(worst.trials),
        "share": Double(stuck) / Double(worst.trials), "survivorsAtLargestEpsilon": Double(last.survivors),
        "zeroGradientSurvivorsAtLargestEpsilon": Double(last.survivors(flagged: .zeroGradient)),
      ], remedy: "attack another loss: \(subject.betterObjective(than: objective))", scope: subject.scope(worst))
  }
}
