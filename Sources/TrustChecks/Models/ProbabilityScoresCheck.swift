import Models
import Runs

/// Scores that are already probabilities squash a loss twice and hide its gradient (AutoAttack's `check_range_output`).
struct ProbabilityScoresCheck: TrustCheck {
  let name = TrustCheckName.probabilityScores.rawValue
  let claim = "scores are unbounded, not probabilities"
  var needs: Knowledge { .scores }

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    guard let totals = subject.totals.first, totals.trials > 0 else {
      return .notApplicable("the model classifies no image correctly")
    }
    let count = totals.flagged(.probabilityScores)
    guard 2 * count > totals.trials else { return .passed }
    return .findings([
      Finding(
        check: name, severity: .warning, title: "The scores of \(subject.name) are probabilities",
        evidence: """
          For \(share(count, of: totals.trials)) of the images that it gets right, all scores lie in [0, 1] and their sum \
          is 1.
          """,
        numbers: ["images": Double(totals.trials), "probabilities": Double(count)],
        remedy: "let the model give its scores before softmax: a loss on probabilities has hardly any gradient",
        scope: .init(model: subject.model))
    ])
  }
}
