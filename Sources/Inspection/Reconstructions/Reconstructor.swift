import Autodiff
public import Datasets
import Diagnostics
public import Models
import Runs
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
        remedy: "train one with `\(Action.trainDecoder)`; `\(Action.showLayers)` lists a model's layers")
    }
    try model.requireSuiting(dataset)
    (self.model, self.dataset, self.decoder) = (model, dataset, decoder)
  }

  /// What becomes of every image.
  /// - Parameters:
  ///   - isCancelled: asked before each chunk of images.
  ///   - progress: called with the share of images done, from any thread.
  /// - Throws: `InputError(.model)` if poses, or what is made of them, are not finite; `CancellationError` if it was cancelled.
  public func measure(
    threads: Int, isCancelled: @Sendable () -> Bool = { false }, progress: @Sendable (Double) -> Void = { _ in }
  ) throws -> [Reconstruction] {
    let size = model.chunkSize
    let done = Counter(0)
    return try parallelMap(count: (dataset.count + size - 1) / size, threads: threads, isCancelled: isCancelled) {
      chunk in
      let positions = Array(chunk * size..<min(dataset.count, (chunk + 1) * size))
      let results = try measure(positions)
      progress(Double(done.adding(positions.count)) / Double(dataset.count))
      return results
    }.flatMap(\.self)
  }

  private func measure(_ positions: [Int]) throws -> [Reconstruction] {
    let images = dataset.images(at: positions)
    let labels = dataset.labels(at: positions)
    let outcome = classify(images)
    let seen = model.seen(images)
    for tensor in [outcome.scores, outcome.poses] { try requireFinite(tensor, of: positions) }
    let errors = try self.errors(outcome.predictions, outcome.poses, seen, positions)
    let errorsOfLabels = try self.errors(labels, outcome.poses, seen, positions)
    return positions.indices.map { row in
      Reconstruction(
        id: dataset.ids[positions[row]], label: labels[row], prediction: outcome.predictions[row],
        activation: outcome.activations.scalars[row * model.classCount + outcome.predictions[row]],
        error: errors[row], errorOfLabel: errorsOfLabels[row])
    }
  }

  /// The poses of `images`, `[batch, classes, elements]`, with what they are taken for.
  func classify(_ images: Tensor) -> (poses: Tensor, activations: Tensor, scores: Tensor, predictions: [Int]) {
    let outputs = model.outputs(for: Graph().constant(images))
    guard let poses = outputs.poses else { preconditionFailure("Reconstructor: \(model.name) has no poses") }
    let scores = outputs.scores.value
    return (poses.value, outputs.activations.value, scores, scores.argmaxOfRows())
  }

  /// - Throws: `InputError(.model)` if a number of `tensor`, of which the first row is of the image at the first of `positions`
  ///   and so on, is not finite: neither a picture nor a table can show it.
  func requireFinite(_ tensor: Tensor, of positions: [Int]) throws {
    guard let row = tensor.rowsAreFinite().firstIndex(of: false) else { return }
    throw InputError(
      .model, model.name,
      "its scores or poses of image \(dataset.ids[positions[row]]), or what is made of them, are not finite",
      remedy:
        "use another checkpoint, or train this one anew with a smaller \(Setting.learningRate): its weights are too "
        + "large to compute with")
  }

  /// The mean squared difference of each of `images` at `positions` from what is made of the poses of `classes`.
  private func errors(
    _ classes: [Int], _ poses: Tensor, _ images: Tensor, _ positions: [Int]
  ) throws -> [Double] {
    let made = model.reconstructions(of: poses, classes: classes)
    try requireFinite(made, of: positions)
    let (a, b, size) = (made.scalars, images.scalars, images.shape.withoutBatch.count)
    return (0..<images.shape[0]).map { row in
      var sum = 0.0
      for i in row * size..<(row + 1) * size { sum += Double((a[i] - b[i]) * (a[i] - b[i])) }
      return sum / Double(size)
    }
  }
}
