import Attacks
import Datasets
import Models
import Tensors

/// The images on which checks let a model work: the first ones of the run that it classified correctly.
///
/// One in 32 of the run's images, at least 16 and at most 64, so that checks cost a small share of a sweep. Which ones
/// depends on the run alone.
struct TrustCheckSample: Sendable {
  /// The images' numbers in their data set.
  let ids: [Int]
  /// `[image, channel, row, column]`.
  let images: Tensor
  let labels: [Int]
  /// `[image, class]` of the first `probed` images, of one pass, and of another one just like it.
  let scores: Tensor
  let repeatedScores: Tensor
  /// Whether checks are to give up: every attack on the sample asks.
  let isCancelled: @Sendable () -> Bool

  /// How many images checks look at that ask for more than a pass or two of each.
  static let probed = 16

  var count: Int { ids.count }
  var isRepeatable: Bool { scores.isIdentical(to: repeatedScores) }

  init(
    _ classifier: any Classifier, dataset: Dataset, correct: Set<Int>,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.isCancelled = isCancelled
    let size = min(64, max(Self.probed, dataset.count / 32))
    let positions = dataset.ids.indices.lazy.filter { correct.contains(dataset.ids[$0]) }.prefix(size)
    let chosen = Array(positions)
    ids = chosen.map { dataset.ids[$0] }
    images = dataset.images(at: chosen)
    labels = dataset.labels(at: chosen)
    guard !chosen.isEmpty else {
      scores = Tensor(shape: [0, classifier.classCount])
      repeatedScores = scores
      return
    }
    let first = images.rows(0..<min(Self.probed, chosen.count))
    scores = classifier.scores(ofChunksOf: first)
    repeatedScores = classifier.scores(ofChunksOf: first)
  }

  /// The part of the sample at `rows`.
  func options(rows: [Int], seed: UInt64) -> AttackOptions {
    AttackOptions(
      rawCurves: true, seed: seed, imageIDs: rows.map { ids[$0] }, cleanPredictions: rows.map { labels[$0] },
      isCancelled: isCancelled)
  }

  /// - Throws: `CancellationError` if the check is to give up.
  func checkCancellation() throws {
    if isCancelled() { throw CancellationError() }
  }
}

extension Classifier {
  /// `[batch, classes]` scores, computed in chunks as a sweep does.
  func scores(ofChunksOf images: Tensor) -> Tensor {
    let starts = stride(from: 0, to: images.shape[0], by: chunkSize)
    return .concatenated(starts.map { scores(of: images.rows($0..<min($0 + chunkSize, images.shape[0]))) })
  }

  func predictions(forChunksOf images: Tensor) -> [Int] { scores(ofChunksOf: images).argmaxOfRows() }
}

extension Attack {
  /// The outcome of attacking rows of a sample at one budget, all of which are attacked, in chunks as a sweep does.
  func run(
    on classifier: any Classifier, _ sample: TrustCheckSample, rows: [Int], norm: any Norm, budget: Float,
    seed: UInt64
  ) throws -> (images: Tensor, succeeded: [Bool]) {
    var images: [Tensor] = []
    var succeeded: [Bool] = []
    for start in stride(from: 0, to: rows.count, by: classifier.chunkSize) {
      let chunk = Array(rows[start..<min(start + classifier.chunkSize, rows.count)])
      let outcome = try run(
        on: classifier, images: sample.images.rows(at: chunk), labels: chunk.map { sample.labels[$0] },
        goal: .untargeted, norm: norm, budgets: [budget], options: sample.options(rows: chunk, seed: seed))[0]
      images.append(outcome.images)
      succeeded += outcome.accounts.map(\.succeeded)
    }
    return (images.isEmpty ? sample.images.rows(0..<0) : .concatenated(images), succeeded)
  }
}

extension Tensor {
  /// Whether both have the same bits: a NaN equals itself.
  func isIdentical(to other: Tensor) -> Bool {
    shape == other.shape
      && withUnsafeBuffer { a in other.withUnsafeBuffer { b in zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern } }
      }
  }
}
