import Autodiff
import Models
import Tensors

/// A gradient that is not the derivative of the scores misleads every attack that follows it (Athalye et al. 2018:
/// shattered gradients; quantised inputs, straight-through estimators, wrong reverse rules).
///
/// Along d = sign ∇m, the direction that sign attacks take, with m = z_j − z_y and j the runner-up at the image:
///
///     slope = ‖∇m‖₁        difference = (m(x + h d) − m(x − h d)) / 2h        h = ½ and 2 of 1/255
///
/// Both are taken at images squeezed into [2h, 1 − 2h], so that no step leaves [0, 1].
struct FiniteDifferencesCheck: Check {
  let name = "finite-differences"
  let claim = "gradients agree with differences of the scores"

  private static let steps: [Float] = [0.5 / 255, 2 / 255]
  /// The disagreement, relative to the larger of both, from which an image counts.
  private static let tolerance = 0.5

  func examine(_ subject: CheckSubject) throws -> CheckAnswer {
    let count = min(subject.sample.count, CheckSample.probed)
    guard count > 0 else { return .notApplicable("the model classifies no image correctly") }
    guard subject.sample.isRepeatable else { return .notApplicable("the model's passes differ anyway") }
    let margin: Float = 2 / 255
    let images = subject.sample.images.rows(0..<count).map { margin + (1 - 2 * margin) * $0 }
    let labels = Array(subject.sample.labels.prefix(count))
    let (slopes, differences) = try measure(
      subject.classifier, images, labels, beforePass: subject.sample.checkCancellation)
    let ratios = (0..<count).map { row -> Double in
      // The best agreement of the two distances: rounding spoils the short one, a bend of the function the long one.
      differences.map { abs($0[row] - slopes[row]) / max(abs($0[row]), abs(slopes[row]), .leastNormalMagnitude) }
        .filter(\.isFinite).min() ?? .infinity
    }
    let disagreeing = ratios.count { $0 > Self.tolerance }
    let lower = Statistics.wilson(successes: disagreeing, trials: count).lower
    guard lower > 0.1 else { return .passed }
    return .findings([
      Finding(
        check: name, severity: lower > 0.3 ? .error : .warning,
        title: "The gradient of \(subject.name) is not the slope of its scores",
        evidence: """
          Along the signs of the gradient, for \(share(disagreeing, of: count)) images the scores change less than half or \
          more than twice as much as the gradient says.
          """,
        numbers: ["images": Double(count), "disagreeing": Double(disagreeing)],
        remedy: "attack without these gradients, or replace the part that has none (quantisation, rounding, sampling)",
        scope: .init(model: subject.model))
    ])
  }

  /// Of each image: ‖∇m‖₁, and for each h the difference quotient.
  private func measure(
    _ classifier: any Classifier, _ images: Tensor, _ labels: [Int], beforePass: () throws -> Void
  ) throws -> (slopes: [Double], differences: [[Double]]) {
    var slopes: [Double] = []
    var differences = [[Double]](repeating: [], count: Self.steps.count)
    for start in stride(from: 0, to: labels.count, by: classifier.chunkSize) {
      let chunk = start..<min(start + classifier.chunkSize, labels.count)
      try beforePass()
      let graph = Graph()
      let input = graph.variable(images.rows(chunk))
      let scores = classifier.outputs(for: input).scores
      let rivals = runnersUp(scores.value, labels[chunk])
      let pairs = zip(labels[chunk], rivals).map { (label: $0, rival: $1) }
      let gradient = graph.gradients(of: scores, seed: seed(pairs, scores.shape), by: [input])[0]
      slopes += gradient.sumsOfRows { Double(abs($0)) }
      let direction = gradient.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
      for (index, step) in Self.steps.enumerated() {
        let ends = try [step, -step].map { distance -> [Double] in
          try beforePass()
          var moved = images.rows(chunk)
          moved.add(direction, scaledBy: distance)
          return margins(classifier.scores(of: moved), pairs)
        }
        differences[index] += zip(ends[0], ends[1]).map { ($0 - $1) / (2 * Double(step)) }
      }
    }
    return (slopes, differences)
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

  private func margins(_ scores: Tensor, _ pairs: [(label: Int, rival: Int)]) -> [Double] {
    let (values, classes) = (scores.scalars, scores.shape[1])
    return pairs.enumerated().map { row, pair in
      Double(values[row * classes + pair.rival]) - Double(values[row * classes + pair.label])
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
