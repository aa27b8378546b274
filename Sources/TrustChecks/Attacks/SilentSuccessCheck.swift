import Models
import Runs

/// An attack that passes an adversarial image and returns another one is weaker than it was (Pintor et al. 2022).
struct SilentSuccessCheck: TrustCheck {
  let name = TrustCheckName.silentSuccess.rawValue
  let claim = "every success on an attack's path was returned"
  var needs: Knowledge { .labels }

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    guard !subject.trials.isEmpty else { return .notApplicable("no image was attacked at an ε above 0") }
    return .findings(
      subject.trials.compactMap { _, _, totals in
        let worst = totals.max { $0.flagged(.silentSuccess) < $1.flagged(.silentSuccess) }!
        let count = worst.flagged(.silentSuccess)
        guard count > 0 else { return nil }
        let title = subject.title(attack: worst.attack, goal: worst.goal)
        return Finding(
          check: name, severity: .error, title: "\(title) found adversarial images of \(subject.name) and lost them",
          evidence: """
            At \(subject.epsilonText(worst)), the goal was reached on the path but not by the returned image for \
            \(share(count, of: worst.trials)) of the images to be beaten.
            """,
          numbers: ["images": Double(worst.trials), "lost": Double(count)],
          remedy: "let the attack return the last successful image on its path", scope: subject.scope(worst))
      })
  }
}
