import Models
import Runs
import Tensors

/// If an image's scores depend on what else is in the batch, an attack optimises something else than what is judged (Carlini
/// et al. 2019; batch statistics left in training mode are the usual cause).
struct BatchInvarianceCheck: TrustCheck {
  let name = TrustCheckName.batchInvariance.rawValue
  let claim = "an image's scores do not depend on what else is in its batch"
  var needs: Knowledge { .labels }

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    let sample = subject.sample
    guard sample.count > 1 else { return .notApplicable("the model classifies fewer than two images correctly") }
    guard sample.isRepeatable else { return .notApplicable("the model's passes differ anyway") }
    let count = min(sample.count, 4)
    let batched = sample.scores.rows(0..<count)
    let single = Tensor.concatenated(
      (0..<count).map { subject.classifier.scores(of: sample.images.rows($0..<$0 + 1)) })
    guard !single.isIdentical(to: batched) else { return .passed }
    let flipped = zip(single.argmaxOfRows(), batched.argmaxOfRows()).count { $0 != $1 }
    let (a, b) = (single.scalars, batched.scalars)
    let largest = b.reduce(Float.leastNormalMagnitude) { $1.isFinite ? max($0, abs($1)) : $0 }
    let difference = Double(
      zip(a, b).reduce(Float(0)) { $1.0.isFinite && $1.1.isFinite ? max($0, abs($1.0 - $1.1)) : $0 })
    let relative = difference / Double(largest)
    return .findings([
      Finding(
        check: name, severity: flipped > 0 || relative > 1e-3 ? .error : .note,
        title: "The scores of \(subject.name) depend on what else is in the batch",
        evidence: """
          One by one, \(count) images got scores that differ from those in a batch by up to \(Float(difference)), \
          \(Float(100 * relative))% of the largest; \(flipped) got another class.
          """,
        numbers: [
          "images": Double(count), "flipped": Double(flipped), "largestDifference": difference,
          "relativeDifference": relative,
        ], remedy: "put the model in evaluation mode: batch statistics must be those of training",
        scope: .init(model: subject.model))
    ])
  }
}
