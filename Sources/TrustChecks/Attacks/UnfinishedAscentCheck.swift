import Attacks
import Diagnostics
import Models
import Runs
import Statistics
import Sweeps
import Tensors

/// An attack whose loss still rises in its last steps was stopped on the way (Pintor et al. 2022).
struct UnfinishedAscentCheck: TrustCheck {
  let name = TrustCheckName.unfinishedAscent.rawValue
  let claim = "the last steps of iterative attacks gain little"

  /// What one of the last steps may gain, as a multiple of the mean of all steps.
  private static let threshold = 0.5

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    try subject.examineIterative { try finding(subject, $0) }
  }

  private func finding(_ subject: TrustCheckSubject, _ totals: TrustCheckTotals) throws -> Finding? {
    let epsilon = subject.epsilon(totals)
    let attack = subject.sweep.attacks[totals.attack]
    guard let steps = attack.stepCount(at: epsilon) else { return nil }
    let last = min(10, max(1, steps / 2))
    let rows = try subject.survivors(totals)
    guard !rows.isEmpty, let shorter = attack.withSteps(steps - last, at: epsilon) else { return nil }
    let path = try [shorter, attack].map {
      try $0.run(
        on: subject.classifier, subject.sample, rows: rows, norm: subject.norm, budget: epsilon,
        seed: subject.configuration.seed
      )
      .images
    }
    let values = ([subject.sample.images.rows(at: rows)] + path).map { margins(subject, $0, rows) }
    let gains = rows.indices.compactMap { row -> Double? in
      let (start, before, end) = (values[0][row], values[1][row], values[2][row])
      return end > start && (end - start).isFinite ? max(0, (end - before) / (end - start)) : nil
    }
    let unfinished = gains.count { $0 * Double(steps) > Self.threshold * Double(last) }
    // More than half of the survivors, and no accident.
    guard Statistics.wilson(successes: unfinished, trials: gains.count).lower > 0.5 else { return nil }
    let median = gains.sorted()[gains.count / 2]
    return Finding(
      check: name, severity: .warning,
      title: "\(subject.title(attack: totals.attack)) is still climbing when it stops on \(subject.name)",
      evidence: """
        At \(subject.epsilonText(totals)), the last \(last) of \(steps) steps still gained, each, more than half of what a step \
        gained on average, on \(share(unfinished, of: gains.count)) images that it did not beat; their median share of all that \
        the margin gained is \((1000 * median).rounded() / 10)%.
        """,
      numbers: [
        "images": Double(gains.count), "unfinished": Double(unfinished), "medianShare": median, "steps": Double(steps),
        "lastSteps": Double(last),
      ],
      remedy: "take more or longer steps: \(Setting.steps.set(to: 2 * steps)), or a larger \(Setting.stepSize)",
      scope: subject.scope(totals))
  }

  /// max z_j − z_y of each image: unlike a loss that is curved, it rises evenly on the way to the boundary.
  private func margins(_ subject: TrustCheckSubject, _ images: Tensor, _ rows: [Int]) -> [Double] {
    let scores = subject.classifier.scores(ofChunksOf: images)
    let (values, classes) = (scores.scalars, scores.shape[1])
    return rows.enumerated().map { position, row in
      let own = values[position * classes..<(position + 1) * classes]
      let label = own.startIndex + subject.sample.labels[row]
      return Double(own.indices.lazy.filter { $0 != label }.map { own[$0] }.max()!) - Double(own[label])
    }
  }
}
