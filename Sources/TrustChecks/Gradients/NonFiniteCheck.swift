import Models
import Runs

/// NaN compares as false with everything: a NaN score is neither right nor wrong, a NaN gradient moves nothing, and both
/// pass for robustness (Carlini et al. 2019; AutoAttack's checks of the logits).
struct NonFiniteCheck: TrustCheck {
  let name = TrustCheckName.nonFinite.rawValue
  let claim = "no score and no gradient was NaN or infinite"
  var needs: Knowledge { .scores }

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    .findings(
      subject.configuration.attacks.indices.flatMap { attack in
        subject.configuration.goals.indices.flatMap { goal in
          let totals = subject.totals(attack: attack, goal: goal)
          return [scores(subject, totals), gradients(subject, totals)].compactMap { $0 }
        }
      })
  }

  private func scores(_ subject: TrustCheckSubject, _ totals: [TrustCheckTotals]) -> Finding? {
    guard let worst = totals.max(by: { $0.imagesWithNonFiniteScores < $1.imagesWithNonFiniteScores }),
      worst.imagesWithNonFiniteScores > 0
    else { return nil }
    return Finding(
      check: name, severity: .error, title: "\(subject.name) gives scores that are NaN or infinite",
      evidence: """
        Under \(subject.title(attack: worst.attack, goal: worst.goal)) at \(subject.epsilonText(worst)), it did for \
        \(share(worst.imagesWithNonFiniteScores, of: worst.images)) images. The class predicted from them means nothing.
        """,
      numbers: ["images": Double(worst.images), "affected": Double(worst.imagesWithNonFiniteScores)],
      remedy: "repair the model: overflow in exp, division by zero, or logarithm of zero are the usual causes",
      scope: subject.scope(worst))
  }

  private func gradients(_ subject: TrustCheckSubject, _ totals: [TrustCheckTotals]) -> Finding? {
    guard let worst = totals.max(by: { $0.flagged(.nonFiniteGradient) < $1.flagged(.nonFiniteGradient) }),
      let severity = Significance.severity(worst.flagged(.nonFiniteGradient), of: worst.trials)
    else { return nil }
    let count = worst.flagged(.nonFiniteGradient)
    return Finding(
      check: name, severity: max(severity, .warning), title: "The gradient of \(subject.name) is NaN or infinite",
      evidence: """
        Under \(subject.title(attack: worst.attack, goal: worst.goal)) at \(subject.epsilonText(worst)), it was in some pixel \
        for \(share(count, of: worst.trials)) of the images to be beaten. A NaN moves no pixel.
        """,
      numbers: ["images": Double(worst.trials), "affected": Double(count)],
      remedy: "repair the reverse pass: a square root, norm or logarithm at zero is the usual cause",
      scope: subject.scope(worst))
  }
}
