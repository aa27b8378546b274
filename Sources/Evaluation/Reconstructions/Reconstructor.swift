import Autodiff
public import Datasets
import Files
public import Models
import Tensors

/// Makes the images of a data set again from the poses of a model's class capsules.
public struct Reconstructor: Sendable {
  public let model: any Model
  public let dataset: Dataset
  let decoder: Decoder

  /// - Throws: `InputError` if the model has no decoder, or the images do not suit it.
  public init(_ model: any Model, dataset: Dataset) throws {
    guard let decoder = model.decoder else {
      throw InputError(
        .model, model.name, "it has no decoder that could make images again",
        remedy: "train one with `robust train --decoder 512,1024 …`; `robust models show` lists a model's layers")
    }
    try model.requireSuiting(dataset)
    (self.model, self.dataset, self.decoder) = (model, dataset, decoder)
  }

  /// What becomes of every image.
  /// - Parameters:
  ///   - isCancelled: asked before each chunk of images.
  ///   - progress: called with the share of images done, from any thread.
  /// - Throws: `CancellationError` if it was cancelled.
  public func measure(
    threads: Int, isCancelled: @Sendable () -> Bool = { false }, progress: @Sendable (Double) -> Void = { _ in }
  ) throws -> [Reconstruction] {
    let size = model.chunkSize
    let done = Counter(0)
    return try parallelMap(count: (dataset.count + size - 1) / size, threads: threads, isCancelled: isCancelled) {
      chunk in
      let positions = Array(chunk * size..<min(dataset.count, (chunk + 1) * size))
      let results = measure(positions)
      progress(Double(done.adding(positions.count)) / Double(dataset.count))
      return results
    }.flatMap(\.self)
  }

  private func measure(_ positions: [Int]) -> [Reconstruction] {
    let images = dataset.images(at: positions)
    let labels = dataset.labels(at: positions)
    let outcome = classify(images)
    let seen = model.seen(images)
    let errors = self.errors(model.reconstructions(of: outcome.poses, classes: outcome.predictions), seen)
    let errorsOfLabels = self.errors(model.reconstructions(of: outcome.poses, classes: labels), seen)
    return positions.indices.map { row in
      Reconstruction(
        id: dataset.ids[positions[row]], label: labels[row], prediction: outcome.predictions[row],
        activation: outcome.activations.scalars[row * model.classCount + outcome.predictions[row]],
        error: errors[row], errorOfLabel: errorsOfLabels[row])
    }
  }

  /// The poses of `images`, `[batch, classes, elements]`, with what they are taken for.
  func classify(_ images: Tensor) -> (poses: Tensor, activations: Tensor, predictions: [Int]) {
    let outputs = model.outputs(for: Graph().constant(images))
    guard let poses = outputs.poses else { preconditionFailure("Reconstructor: \(model.name) has no poses") }
    return (poses.value, outputs.activations.value, outputs.scores.value.argmaxOfRows())
  }

  /// The mean squared difference of each image.
  private func errors(_ made: Tensor, _ images: Tensor) -> [Double] {
    let (a, b, size) = (made.scalars, images.scalars, images.shape.withoutBatch.count)
    return (0..<images.shape[0]).map { row in
      var sum = 0.0
      for i in row * size..<(row + 1) * size { sum += Double((a[i] - b[i]) * (a[i] - b[i])) }
      return sum / Double(size)
    }
  }
}
