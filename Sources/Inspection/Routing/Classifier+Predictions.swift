import Datasets
import Models
import Tensors

extension Classifier {
  /// The class of each image of `dataset`, in chunks that do not depend on `threads`.
  /// - Throws: `CancellationError` soon after `isCancelled`.
  func predictions(
    for dataset: Dataset, threads: Int, isCancelled: @Sendable () -> Bool = { false }
  ) throws -> [Int] {
    let size = chunkSize
    return try parallelMap(count: (dataset.count + size - 1) / size, threads: threads, isCancelled: isCancelled) {
      chunk in
      predictions(for: dataset.images(at: chunk * size..<min(dataset.count, (chunk + 1) * size)))
    }.flatMap { $0 }
  }
}
