import Autodiff
import Diagnostics
import Models
import Runs
import Statistics
import Tensors

/// A gradient that is not the derivative of the scores misleads every attack that follows it (Athalye et al. 2018:
/// shattered gradients; quantised inputs, straight-through estimators, wrong reverse rules).
///
/// Along d = sign ∇m, the direction that sign attacks take, with m = z_j − z_y and j the runner-up at the image:
///
///     slope = ‖∇m‖₁        difference = (m(x + h d) − m(x − h d)) / 2h        h = ½ and 2 of 1/255
///
/// Both are taken at images squeezed into [2h, 1 − 2h], so that no step leaves [0, 1]. Where they disagree at both h, smaller
/// ones, ⅛, 1/32, … 1/2048 of 1/255, tell a wrong gradient from a right one of scores that bend within a level: if the
/// differences of two neighbouring h agree with the slope, it is right; if those of three agree with each other, and not with the
/// slope, it is wrong; else scores bend too much to tell. An h at which rounding may account for a quarter of slope
/// or difference tells nothing. Rounding errors of m are taken to be u = 2⁻²⁴ of the largest score, and what the second
/// difference m(x + h d) − 2 m(x) + m(x − h d) at the smallest h shows, if that is more.
struct FiniteDifferencesCheck: TrustCheck {
  let name = TrustCheckName.finiteDifferences.rawValue
  let claim = "gradients agree with differences of the scores"

  private static let steps: [Float] = [2 / 255, 0.5 / 255]
  /// Largest first; each as exact a multiple of an ulp below 1 as it can be.
  private static let smallSteps: [Float] = [8, 32, 128, 512, 2048].map { (0x1p24 / (255 * $0)).rounded() * 0x1p-24 }
  /// The disagreement, relative to the larger of both, from which an image counts.
  private static let tolerance = 0.5
  /// How much rounding may account for, relative to the larger of both.
  private static let roundingShare = 0.25
  /// How close differences come that have reached the derivative, likewise.
  private static let convergence = 0.25

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    let count = min(subject.sample.count, TrustCheckSample.probed)
    guard count > 0 else { return .notApplicable("the model classifies no image correctly") }
    guard subject.sample.isRepeatable else { return .notApplicable("the model's passes differ anyway") }
    let margin: Float = 2 / 255
    let images = subject.sample.images.rows(0..<count).map { margin + (1 - 2 * margin) * $0 }
    let outcomes = try outcomes(
      subject.classifier, images, Array(subject.sample.labels.prefix(count)),
      beforePass: subject.sample.checkCancellation)
    let disagreeing = outcomes.count { $0 == .disagrees }
    let lower = Statistics.wilson(successes: disagreeing, trials: count).lower
    guard lower > 0.1 else { return curvature(subject, outcomes) }
    return .findings([
      Finding(
        check: name, severity: lower > 0.3 ? .error : .warning,
        title: "The gradient of \(subject.name) is not the slope of its scores",
        evidence: """
          Along the signs of the gradient, for \(share(disagreeing, of: count)) images the scores change less than half or \
          more than twice as much as the gradient says, however small the step.
          """,
        numbers: ["images": Double(count), "disagreeing": Double(disagreeing)],
        remedy: "attack without these gradients, or replace the part that has none (quantisation, rounding, sampling)",
        scope: .init(model: subject.model))
    ])
  }

  /// What is said if gradients are right, as far as can be told, but only within a fraction of a level.
  private func curvature(_ subject: TrustCheckSubject, _ outcomes: [Outcome]) -> TrustCheckAnswer {
    let curved = outcomes.count { $0 == .curved }
    let unknown = outcomes.count { $0 == .unknown }
    guard Statistics.wilson(successes: curved + unknown, trials: outcomes.count).lower > 0.1 else { return .passed }
    return .findings([
      Finding(
        check: name, severity: .note, title: "The scores of \(subject.name) are curved at the scale of a level",
        evidence: """
          For \(share(curved + unknown, of: outcomes.count)) images, gradients say nothing of steps of half of 1/255 and of two. \
          Steps of 1/32 of 1/255 and less agree with them for \(curved)\
          \(unknown > 0 ? "; for \(unknown), scores bend too much to be measured in 32-bit numbers" : "").
          """,
        numbers: ["images": Double(outcomes.count), "curved": Double(curved), "unresolved": Double(unknown)],
        remedy: "compare with an attack of many small steps and random starts "
          + "(\(Setting.set([.attacks: "bim", .startsAtRandom: "true"])))",
        scope: .init(model: subject.model))
    ])
  }

  private enum Outcome {
    case agrees, curved, disagrees, unknown
  }

  private func outcomes(
    _ classifier: any Classifier, _ images: Tensor, _ labels: [Int], beforePass: () throws -> Void
  ) throws -> [Outcome] {
    try stride(from: 0, to: labels.count, by: classifier.chunkSize).flatMap { start in
      let chunk = start..<min(start + classifier.chunkSize, labels.count)
      return try outcomes(ofChunk: images.rows(chunk), Array(labels[chunk]), classifier, beforePass)
    }
  }

  private func outcomes(
    ofChunk images: Tensor, _ labels: [Int], _ classifier: any Classifier, _ beforePass: () throws -> Void
  ) throws -> [Outcome] {
    try beforePass()
    let graph = Graph()
    let input = graph.variable(images)
    let scores = classifier.outputs(for: input).scores
    let pairs = zip(labels, runnersUp(scores.value, labels[...])).map { (label: $0, rival: $1) }
    let gradient = graph.gradients(of: scores, seed: seed(pairs, scores.shape), by: [input])[0]
    let line = Line(
      slopes: gradient.sumsOfRows { Double(abs($0)) }, images: images,
      direction: gradient.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 })
    let all = Array(labels.indices)
    let large = try Self.steps.map { try ends(classifier, line, all, pairs, $0, beforePass) }
    let rest = all.filter { row in
      large.allSatisfy { disagreement($0[row].difference, line.slopes[row]) > Self.tolerance }
    }
    var outcomes = labels.map { _ in Outcome.agrees }
    guard !rest.isEmpty else { return outcomes }
    let middle = margins(scores.value.rows(at: rest), rest.map { pairs[$0] })
    let small = try Self.smallSteps.map { try ends(classifier, line, rest, pairs, $0, beforePass) }
    for (position, row) in rest.enumerated() {
      let smallest = small[small.count - 1][position]
      let rounding = max(
        smallest.largestScore * 0x1p-24, abs(smallest.ahead - 2 * middle[position].margin + smallest.behind))
      let slope = line.slopes[row]
      let differences = (large.map { $0[row] } + small.map { $0[position] }).map {
        ends -> (value: Double, error: Double)? in
        let error = rounding / (2 * Double(ends.step))
        let isClear = error <= Self.roundingShare * max(abs(ends.difference), abs(slope))
        return isClear ? (ends.difference, error) : nil
      }
      outcomes[row] = slope.isFinite ? outcome(differences, slope) : .disagrees
    }
    return outcomes
  }

  /// What differences at ever smaller steps, nil where rounding spoils them, say of the slope.
  private func outcome(_ differences: [(value: Double, error: Double)?], _ slope: Double) -> Outcome {
    func runs(_ length: Int) -> [[(value: Double, error: Double)]] {
      (0...differences.count - length).map { differences[$0..<$0 + length].compactMap { $0 } }
        .filter { $0.count == length }
    }
    func isRight(_ value: Double) -> Bool { disagreement(value, slope) <= Self.tolerance }
    if runs(2).contains(where: { $0.allSatisfy { isRight($0.value) } }) { return .curved }
    let isKnown = runs(3).contains { run in
      let values = run.map(\.value)
      let allowed = Self.convergence * values.map(abs).max()! + run.reduce(0) { $0 + $1.error }
      return !values.contains(where: isRight) && values.max()! - values.min()! <= allowed
    }
    return isKnown ? .disagrees : .unknown
  }

  /// |a − b| relative to the larger; infinite if either is not a number.
  private func disagreement(_ difference: Double, _ slope: Double) -> Double {
    let ratio = abs(difference - slope) / max(abs(difference), abs(slope), .leastNormalMagnitude)
    return ratio.isFinite ? ratio : .infinity
  }

  /// Images `[image, channel, row, column]`, a direction for each, and how fast the margin should rise along it.
  private struct Line {
    let slopes: [Double]
    let images: Tensor
    let direction: Tensor
  }

  /// The margin at both ends of a step.
  private struct Ends {
    let step: Float
    let ahead: Double
    let behind: Double
    let largestScore: Double
    let difference: Double
  }

  private func ends(
    _ classifier: any Classifier, _ line: Line, _ rows: [Int], _ pairs: [(label: Int, rival: Int)], _ step: Float,
    _ beforePass: () throws -> Void
  ) throws -> [Ends] {
    let sides = try [step, -step].map { distance in
      try beforePass()
      var moved = line.images.rows(at: rows)
      moved.add(line.direction.rows(at: rows), scaledBy: distance)
      return margins(classifier.scores(of: moved), rows.map { pairs[$0] })
    }
    return zip(sides[0], sides[1]).map { ahead, behind in
      Ends(
        step: step, ahead: ahead.margin, behind: behind.margin,
        largestScore: max(ahead.largestScore, behind.largestScore),
        difference: (ahead.margin - behind.margin) / (2 * Double(step)))
    }
  }

  private func runnersUp(_ scores: Tensor, _ labels: ArraySlice<Int>) -> [Int] {
    let (values, classes) = (scores.scalars, scores.shape[1])
    return labels.enumerated().map { row, label in
      (0..<classes).filter { $0 != label }.max { values[row * classes + $0] < values[row * classes + $1] }!
    }
  }

  private func seed(_ pairs: [(label: Int, rival: Int)], _ shape: Shape) -> Tensor {
    var seed = Tensor(shape: shape)
    seed.withUnsafeMutableBuffer {
      for (row, pair) in pairs.enumerated() {
        $0[row * shape[1] + pair.rival] = 1
        $0[row * shape[1] + pair.label] = -1
      }
    }
    return seed
  }

  private func margins(
    _ scores: Tensor, _ pairs: [(label: Int, rival: Int)]
  ) -> [(margin: Double, largestScore: Double)] {
    let (values, classes) = (scores.scalars, scores.shape[1])
    return pairs.enumerated().map { row, pair in
      let (rival, label) = (Double(values[row * classes + pair.rival]), Double(values[row * classes + pair.label]))
      return (rival - label, max(abs(rival), abs(label)))
    }
  }
}

extension Tensor {
  /// For each row of the outermost axis, the sum of `value` over its elements.
  func sumsOfRows(_ value: (Float) -> Double) -> [Double] {
    let stride = shape.withoutBatch.count
    return withUnsafeBuffer { input in
      (0..<shape[0]).map { row in input[row * stride..<(row + 1) * stride].reduce(0.0) { $0 + value($1) } }
    }
  }
}
