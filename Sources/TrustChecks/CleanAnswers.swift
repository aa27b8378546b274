import Datasets
import Tensors

/// What a model answers before any attack, image by image, in the order of the run.
struct CleanAnswers: Sendable {
  /// The images' places in the data set of the run, and their numbers in the original one.
  let positions: [Int]
  let ids: [Int]
  let labels: [Int]
  let predictions: [Int]
  let classCount: Int

  /// - Parameter answers: the predicted class by the image's number; images without one are left out.
  init(_ dataset: Dataset, answers: [Int: Int]) {
    classCount = dataset.classCount
    positions = dataset.ids.indices.filter { position in
      answers[dataset.ids[position]].map { (0..<dataset.classCount).contains($0) } ?? false
    }
    ids = positions.map { dataset.ids[$0] }
    labels = dataset.labels(at: positions)
    predictions = ids.map { answers[$0]! }
  }

  var count: Int { labels.count }
  var correct: Int { indices.count { isCorrect($0) } }
  var indices: Range<Int> { labels.indices }

  func isCorrect(_ index: Int) -> Bool { predictions[index] == labels[index] }

  /// All indices in an order that depends on `seed` and the images' numbers alone: files are often sorted by class.
  func shuffled(seed: UInt64) -> [Int] {
    let keys = ids.map { id in
      // "order" as a number.
      var stream = RandomStream(seed: seed, UInt64(bitPattern: Int64(id)), 0x6F_7264_6572)
      return stream.next()
    }
    return indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
  }
}
