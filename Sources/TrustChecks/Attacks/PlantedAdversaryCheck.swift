import Attacks
import Autodiff
import Diagnostics
import Models
import Runs
import Statistics
import Sweeps
import Tensors

/// An adversarial image is planted inside the ball; an attack that misses it is too weak (Zimmermann et al. 2022, Increasing
/// Confidence in Adversarial Robustness Evaluations).
///
/// For each image, the readout is replaced: s = ±(z_j − z_y), j the runner-up, is computed for random corners of the ball, and
/// the threshold t put halfway between the largest s and the next. The classifier with scores (t − s)/2σ and (s − t)/2σ then has
/// an adversarial image by construction, which chance finds once in as many draws as there were corners.
struct PlantedAdversaryCheck: TrustCheck {
  let name = TrustCheckName.plantedAdversary.rawValue
  let claim = "attacks find an adversarial image that was planted inside the ball"

  private static let corners = 64

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    let trials = subject.untargetedTrials
    guard !trials.isEmpty, subject.sample.count > 0, subject.sample.isRepeatable else {
      return .notApplicable("the run has no untargeted attack with something to beat on a model that repeats itself")
    }
    var tested = false
    var findings: [Finding] = []
    for trial in trials {
      let totals = subject.referenceTotals(trial.totals)
      let found = try (0..<min(subject.sample.count, TrustCheckSample.probed)).compactMap {
        try finds(subject, totals, row: $0)
      }
      guard !found.isEmpty else { continue }
      tested = true
      if let finding = finding(subject, totals, found) { findings.append(finding) }
    }
    return tested ? .findings(findings) : .notApplicable("the scores are the same all over the ball")
  }

  private func finding(_ subject: TrustCheckSubject, _ totals: TrustCheckTotals, _ found: [Bool]) -> Finding? {
    let missed = found.count { !$0 }
    guard Statistics.wilson(successes: missed, trials: found.count).lower > 0.05 else { return nil }
    let title = subject.title(attack: totals.attack)
    return Finding(
      check: name, severity: .error, title: "\(title) misses adversarial images that are there on \(subject.name)",
      evidence: """
        At \(subject.epsilonText(totals)), with a readout for which an adversarial image is known to lie in the ball, \(title) \
        missed \(share(missed, of: found.count)); a random guess would find one in \(Self.corners).
        """, numbers: ["images": Double(found.count), "missed": Double(missed), "corners": Double(Self.corners)],
      remedy:
        "the attack is too weak for this model: more \(Setting.steps), another \(Setting.objective), or one without "
        + "gradients",
      scope: subject.scope(totals))
  }

  /// Whether the attack finds what was planted for one image of the sample; nil if nothing could be planted.
  private func finds(_ subject: TrustCheckSubject, _ totals: TrustCheckTotals, row: Int) throws -> Bool? {
    let sample = subject.sample
    let classifier = subject.classifier
    let epsilon = subject.epsilon(totals)
    let image = sample.images.rows(row..<row + 1)
    // "plant" as a number.
    var stream = RandomStream(seed: subject.configuration.seed, UInt64(sample.ids[row]), 0x70_6C61_6E74)
    let corners = Tensor.concatenated(
      (0..<Self.corners).map { _ in subject.norm.extreme(around: image, budget: epsilon, using: &stream) })
    let label = sample.labels[row]
    let own = sample.scores.rows(row..<row + 1).scalars
    let rival = own.indices.filter { $0 != label }.max { own[$0] < own[$1] }!
    func margin(_ scores: ArraySlice<Float>) -> Float {
      scores[scores.startIndex + rival] - scores[scores.startIndex + label]
    }
    try sample.checkCancellation()
    let scores = classifier.scores(ofChunksOf: corners).scalars
    let margins = (0..<Self.corners).map { margin(scores[$0 * own.count..<($0 + 1) * own.count]) }
    guard
      let plant = [Float(1), -1].lazy.compactMap({
        PlantedThreshold(sign: $0, margins: margins, original: margin(own[...]))
      })
      .first
    else { return nil }
    let planted = PlantedClassifier(base: classifier, label: label, rival: rival, plant: plant)
    guard let attack = subject.sweep.attacks[totals.attack].forTwoClasses else { return nil }
    let outcome = try attack.run(
      on: planted, images: image, labels: [0], goal: .untargeted, norm: subject.norm, budgets: [epsilon],
      options: AttackOptions(
        seed: subject.configuration.seed, imageIDs: [sample.ids[row]], cleanPredictions: [0],
        isCancelled: sample.isCancelled))[0]
    return outcome.accounts[0].succeeded
  }
}

extension Attack {
  /// This attack, on the margin if its objective needs more than two classes; nil if it asks for no gradient: what it is
  /// planted for, noise cannot find.
  fileprivate var forTwoClasses: (any Attack)? {
    guard let objective else { return nil }
    return objective.minimumClassCount(isTargeted: false) > 2 ? withObjective(.margin) : self
  }
}

/// Where the threshold of a planted readout is.
private struct PlantedThreshold {
  let sign: Float
  let threshold: Float
  let scale: Float

  /// nil if no corner stands out, or the original is beyond it already.
  init?(sign: Float, margins: [Float], original: Float) {
    let sorted = margins.map { sign * $0 }.sorted(by: >)
    let threshold = (sorted[0] + sorted[1]) / 2
    guard sorted[0] > threshold, threshold > sorted[1], sign * original < threshold else { return nil }
    let mean = sorted.reduce(0, +) / Float(sorted.count)
    let variance = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(sorted.count)
    self.sign = sign
    self.threshold = threshold
    scale = 1 / variance.squareRoot()
  }
}

/// A classifier of two classes on the scores of another one.
private struct PlantedClassifier: Classifier {
  let base: any Classifier
  let label: Int
  let rival: Int
  let plant: PlantedThreshold

  var name: String { base.name }
  var inputShape: Shape { base.inputShape }
  var classCount: Int { 2 }
  var trainingLoss: Loss { base.trainingLoss }
  var chunkSize: Int { base.chunkSize }

  func outputs(for images: Variable) -> ClassifierOutputs {
    let half = plant.scale / 2
    var weights = [Float](repeating: 0, count: 2 * base.classCount)
    for (row, side) in [-half, half].enumerated() {
      weights[row * base.classCount + rival] = side * plant.sign
      weights[row * base.classCount + label] = -side * plant.sign
    }
    let graph = images.graph
    let scores = base.outputs(for: images).scores.linear(
      graph.constant(Tensor(weights, shape: [2, base.classCount])),
      bias: graph.constant(Tensor([half * plant.threshold, -half * plant.threshold], shape: [2])))
    return ClassifierOutputs(scores: scores, activations: scores.sigmoid())
  }
}
