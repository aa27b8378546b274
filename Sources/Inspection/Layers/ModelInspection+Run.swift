package import Datasets
package import Models
import Tensors

extension ModelInspection {
  /// Inspects `model` on all images of `dataset`, in chunks that do not depend on `threads`.
  ///
  /// - Parameters:
  ///   - isCancelled: asked before each chunk.
  ///   - progress: called with the number of images that are done.
  /// - Returns: nil if it was cancelled.
  package static func run(
    _ model: some Inspectable, on dataset: Dataset, threshold: Double, threads: Int,
    isCancelled: @Sendable () -> Bool = { false }, progress: (Int) -> Void = { _ in }
  ) throws -> ModelInspection? {
    precondition(dataset.count > 0, "ModelInspection: no images")
    let size = model.chunkSize
    let chunks = (dataset.count + size - 1) / size
    // Tallies are large: those of a few chunks are added before the next are made.
    let perRound = 8
    var layers: [LayerTally] = []
    var correct = 0
    for first in stride(from: 0, to: chunks, by: perRound) {
      let results = try unlessCancelled {
        try parallelMap(
          count: min(perRound, chunks - first), threads: threads, isCancelled: isCancelled
        ) { offset in
          let start = (first + offset) * size
          let indices = start..<min(dataset.count, start + size)
          let images = dataset.images(at: indices)
          let right = zip(model.predictions(for: images), dataset.labels(at: indices)).count { $0 == $1 }
          return (right: right, layers: model.activities(of: images).map(LayerTally.init))
        }
      }
      guard let results else { return nil }
      for result in results {
        correct += result.right
        if layers.isEmpty {
          layers = result.layers
        } else {
          for (index, layer) in result.layers.enumerated() { layers[index].add(layer) }
        }
      }
      progress(min(dataset.count, (first + perRound) * size))
    }
    return ModelInspection(
      model: model.name, dataset: dataset.name, split: dataset.split.rawValue, images: dataset.count, correct: correct,
      threshold: threshold, layers: layers.map { $0.result(threshold: threshold) })
  }
}
