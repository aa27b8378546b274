import Models
import Runs
import Tensors

/// A model that answers differently each time turns one-gradient attacks into noise, and its accuracy into a draw (Athalye
/// et al. 2018; AutoAttack's `check_randomized`).
struct RandomisedModelCheck: TrustCheck {
  let name = TrustCheckName.randomisedModel.rawValue
  let claim = "two passes of the same images give the same scores"
  var needs: Knowledge { .labels }

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    let sample = subject.sample
    guard sample.count > 0 else { return .notApplicable("the model classifies no image correctly") }
    guard !sample.isRepeatable else { return .passed }
    let count = sample.scores.shape[0]
    let differing = (0..<count).count {
      !sample.scores.rows($0..<$0 + 1).isIdentical(to: sample.repeatedScores.rows($0..<$0 + 1))
    }
    let flipped = zip(sample.scores.argmaxOfRows(), sample.repeatedScores.argmaxOfRows()).count { $0 != $1 }
    return .findings([
      Finding(
        check: name, severity: .error, title: "\(subject.name) answers differently each time it is asked",
        evidence: """
          Given twice, \(share(differing, of: count)) of the images got other scores, \(flipped) of them another \
          class.
          """,
        numbers: ["images": Double(count), "differing": Double(differing), "flipped": Double(flipped)],
        remedy: "switch the randomness off, or fix its seed; a randomised defence needs attacks on its expectation",
        scope: .init(model: subject.model))
    ])
  }
}
