import Attacks
import Datasets
package import Models
package import Runs
import Tensors

/// What a file holds of an example, once it has been read back.
package struct ExampleVerdict: Sendable {
  package let prediction: Prediction
  /// Of the file's pixels, from the original.
  package let linf: Double
  package let l2: Double
  /// In the norm of the run.
  package let distance: Double
  package let stillFools: Bool
  package let isInsideBudget: Bool

  package var survives: Bool { stillFools && isInsideBudget }
}

extension ExamplePictures {
  /// An example of a file, whose pixels are `[channel, row, column]` in [0, 1].
  package typealias Read = (record: EvaluationRecord, position: Int, pixels: [Float])

  /// What `classifier`, the model of the records, makes of the `files`.
  package func verdicts(_ files: [Read], _ classifier: any Classifier) -> [ExampleVerdict] {
    stride(from: 0, to: files.count, by: classifier.chunkSize).flatMap { start in
      let files = files[start..<min(start + classifier.chunkSize, files.count)]
      let images = Tensor(files.flatMap(\.pixels), shape: dataset.shape.batched(files.count))
      let predictions = Prediction.all(classifier, images, labels: files.map(\.record.label))
      return zip(files, predictions).map { verdict($0, $1) }
    }
  }

  private func verdict(_ file: Read, _ prediction: Prediction) -> ExampleVerdict {
    let shape = dataset.shape.batched(1)
    let image = Tensor(file.pixels, shape: shape)
    let original = Tensor(dataset.pixels(at: file.position).map { Float($0) / 255 }, shape: shape)
    let (norm, budget) = (configuration.norm, configuration.budgets[file.record.budget].value)
    let differences = zip(file.pixels, original.scalars).map { Double($0) - Double($1) }
    // What lies between levels may be off by the rounding of `Float`.
    let isWhole = file.pixels.allSatisfy { $0 == ($0 * 255).rounded() / 255 }
    let distance = norm.distances(of: image, from: original)[0]
    return ExampleVerdict(
      prediction: prediction, linf: differences.reduce(0) { max($0, abs($1)) },
      l2: differences.reduce(0) { $0 + $1 * $1 }.squareRoot(), distance: Double(distance),
      stillFools: file.record.isFooled(by: prediction.classIndex),
      isInsideBudget: isWhole
        ? ExampleLevels.isInside(image, original, budget: budget, norm: norm)
        : distance <= budget + norm.slack(at: budget, of: shape.withoutBatch))
  }
}
