import Attacks
import Datasets
import Diagnostics
import Models
import Runs
import Statistics
import Sweeps
import Tensors

/// From ε = 0.5 on every image can be turned into plain grey, so an attack must bring accuracy down to chance (Carlini et al.
/// 2019: accuracy at large distortion).
struct GreyImageCheck: TrustCheck {
  let name = TrustCheckName.greyImage.rawValue
  let claim = "at ε of 0.5 and more, attacks bring accuracy down to that on a grey image"
  var needs: Knowledge { .labels }

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    let grey = Tensor(repeating: 0.5, shape: subject.classifier.inputShape.batched(1))
    // Of all images, those that are black and white are farthest from it.
    let reach = subject.norm.distances(of: grey, from: Tensor(shape: grey.shape))[0]
    let large = subject.untargetedTrials.compactMap { trial in trial.totals.last { subject.epsilon($0) >= reach } }
    guard !large.isEmpty else {
      return .notApplicable("no untargeted attack of this run has an ε of \(reach) or more")
    }
    let answer = subject.classifier.predictions(for: grey)[0]
    let kept = try subject.store.correctImagesByLabel(model: subject.model)[answer] ?? 0
    return .findings(large.compactMap { finding(subject, $0, kept: kept) })
  }

  private func finding(_ subject: TrustCheckSubject, _ totals: TrustCheckTotals, kept: Int) -> Finding? {
    let count = subject.sweep.dataset.count
    let chance = max(1 / Double(subject.configuration.classCount), Double(kept) / Double(count))
    let p = Binomial(trials: count, probability: min(1, chance)).atLeast(totals.survivors)
    guard p < Significance.level else { return nil }
    let attack = subject.sweep.attacks[totals.attack]
    let title = subject.title(attack: totals.attack)
    let isSingleStep = attack.isSingleStep(at: subject.epsilon(totals))
    return Finding(
      check: name, severity: isSingleStep ? .warning : .error,
      title: "\(title) leaves \(subject.name) right where a plain grey image would not",
      evidence: """
        At \(subject.epsilonText(totals)), \(share(totals.survivors, of: count)) images stay right. Turned into grey, which \
        that ε allows, \(kept) would; guessing gets one in \(subject.configuration.classCount) (exact binomial \
        p = \(Float(p))).
        """,
      numbers: [
        "images": Double(count), "correct": Double(totals.survivors), "correctIfGrey": Double(kept), "pValue": p,
      ],
      remedy: isSingleStep
        ? "a single step overshoots at such ε: attack with \(Setting.attacks.set(to: "bim")) as well, and read the worst case"
        : "take more or longer steps (\(Setting.steps), \(Setting.stepSize)), or another objective; the curve says too much",
      scope: subject.scope(totals))
  }
}
