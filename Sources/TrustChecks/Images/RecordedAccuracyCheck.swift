import Models
import Runs

/// A checkpoint that says how accurate it is, and is far less so here, sees other images than it was made for, or has other
/// weights.
///
/// An exact binomial test of the balanced accuracy at the level 0.001 against what is recorded less 5 points.
struct RecordedAccuracyCheck: TrustCheck {
  let name = TrustCheckName.recordedAccuracy.rawValue
  let claim = "before any attack, the model is about as accurate as its checkpoint records"
  var needs: Knowledge { .labels }

  /// What subsets, crops, rounding and the choice of the checkpoint may cost.
  private static let allowance = 0.05

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    guard let recorded = subject.configuration.models[subject.model].testAccuracy, (0...1).contains(recorded) else {
      return .notApplicable("the checkpoint records no accuracy")
    }
    guard subject.configuration.dataset.viewpoints == nil else {
      return .notApplicable("some viewpoints were chosen; what is recorded is of all")
    }
    let answers = subject.answers
    let balanced = BalancedAccuracy(answers)
    guard balanced.classes == subject.configuration.classCount, balanced.classes > 1 else {
      return .notApplicable("the images are not of all classes; what is recorded is")
    }
    let pValue = balanced.pValue(atMost: max(0, recorded - Self.allowance))
    guard pValue < Significance.level else { return .passed }
    return .findings([
      Finding(
        check: name, severity: .warning, title: "\(subject.name) is less accurate here than its checkpoint records",
        evidence: """
          Before any attack, \(share(answers.correct, of: answers.count)) images are right; averaged over classes, \
          \(percent(balanced.accuracy)). The checkpoint records \(percent(recorded)) on its own test images (exact binomial \
          p = \(Float(pValue)) against 5 points less).
          """,
        numbers: [
          "images": Double(answers.count), "correct": Double(answers.correct), "balancedAccuracy": balanced.accuracy,
          "recordedAccuracy": recorded, "pValue": pValue,
        ],
        remedy: """
          if these are meant to be the images it was tested on, compare how they were saved and labelled, and whether the \
          weights are the checkpoint's own; if they are others, or harder, quote the accuracy found here
          """, scope: .init(model: subject.model))
    ])
  }
}
