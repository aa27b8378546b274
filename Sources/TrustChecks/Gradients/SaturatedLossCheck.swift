import Attacks
import Diagnostics
import Models
import Runs
import Sweeps

/// Where softmax rounds to 1, cross-entropy is flat in `Float`: its gradient loses the term of the true class, and what is
/// left is rounding (Carlini and Wagner 2017; Croce and Hein 2020; Pintor et al. 2022).
struct SaturatedLossCheck: TrustCheck {
  let name = TrustCheckName.saturatedLoss.rawValue
  let claim = "no image kept its class because cross-entropy was saturated"

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    let flat = subject.untargetedTrials.filter { usesCrossEntropy(subject, subject.sweep.attacks[$0.attack].objective) }
    guard !flat.isEmpty else {
      return .notApplicable("no untargeted attack of this run ascends cross-entropy")
    }
    return .findings(flat.compactMap { finding(subject, $0.totals) })
  }

  private func usesCrossEntropy(_ subject: TrustCheckSubject, _ objective: Objective?) -> Bool {
    objective == .crossEntropy || objective == .ownLoss && subject.classifier.trainingLoss == .crossEntropy
  }

  private func finding(_ subject: TrustCheckSubject, _ totals: [TrustCheckTotals]) -> Finding? {
    let last = totals[totals.count - 1]
    let kept = last.survivors(flagged: .saturatedLoss)
    guard let severity = Significance.severity(kept, of: last.trials, warningAbove: 0.01, errorAbove: 0.2) else {
      return nil
    }
    return Finding(
      check: name, severity: severity,
      title: "The loss that \(subject.title(attack: last.attack)) ascends is saturated on \(subject.name)",
      evidence: """
        For \(share(last.flagged(.saturatedLoss), of: last.trials)) of the images to be beaten, the softmax probability \
        of the true class rounds to 1. At \(subject.epsilonText(last)), \(kept) of these keep their class, of \
        \(last.survivors) that do.
        """,
      numbers: [
        "images": Double(last.trials), "saturated": Double(last.flagged(.saturatedLoss)),
        "saturatedSurvivors": Double(kept), "survivors": Double(last.survivors),
      ],
      remedy: "attack a loss that does not saturate: \(Setting.objective.set(to: "margin")) or "
        + Setting.objective.set(to: "dlr"),
      scope: subject.scope(last))
  }
}
