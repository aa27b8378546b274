import Autodiff
public import Datasets
import Diagnostics
public import Models
public import Tensors

/// What training reports after every step.
public struct TrainingProgress: Sendable {
  /// Epochs begun, from 1.
  public let epoch: Int
  public let epochs: Int
  /// Steps done in this epoch, and in all.
  public let step: Int
  public let stepsPerEpoch: Int
  /// Mean loss and share of correct predictions over this epoch's steps so far, on augmented training images.
  public let loss: Double
  public let accuracy: Double
  /// Whether nothing could be learnt from this step's images: their loss is not zero, and its gradient is, exactly.
  public let isStuck: Bool
}

/// Trains a model by mini-batches split into fixed chunks of images.
///
/// Chunks do not depend on the number of threads and their gradients are added in order, so 1 and 2 threads give the same
/// weights, bit for bit.
public struct Trainer<M: Model>: Sendable {
  public private(set) var model: M
  public let recipe: Recipe
  public let dataset: Dataset
  public let threads: Int
  /// Steps done, over all epochs.
  public private(set) var stepsDone: Int
  /// How it went so far, over all processes that worked on it.
  public private(set) var record = TrainingRecord()
  private var optimizer: Adam
  private let trainedNames: [String]

  public init(model: M, dataset: Dataset, recipe: Recipe, threads: Int) throws {
    try recipe.validate()
    self.model = model
    self.recipe = recipe
    self.dataset = dataset
    self.threads = threads
    trainedNames = model.parameters.names.filter { model.trains($0) && recipe.trains($0) }
    guard !trainedNames.isEmpty else {
      throw InputError(
        .usage, .onlyPart, "\(model.name) has no \(recipe.onlyPart?.rawValue ?? "weights")",
        remedy: "give the model one, with \(Setting.decoder), or leave \(Setting.onlyPart) out")
    }
    let parameters = model.parameters
    optimizer = Adam(parameters: trainedNames.map { parameters[$0] })
    stepsDone = 0
  }

  public var stepsPerEpoch: Int { (dataset.count + recipe.batchSize - 1) / recipe.batchSize }
  public var totalSteps: Int { stepsPerEpoch * recipe.epochs }
  public var isFinished: Bool { stepsDone >= totalSteps }
  /// Whole epochs done.
  public var epochsDone: Int { stepsDone / stepsPerEpoch }

  /// Takes one step and reports it.
  ///
  /// - Parameter isCancelled: asked before each chunk of the batch.
  /// - Throws: `CancellationError` if it was cancelled: the step is then as if it had not begun. `TrainingDivergence` if the loss
  ///   is not finite, before a weight is changed; or if the gradient or a weight is not, after which this value is of no use.
  public mutating func step(isCancelled: @Sendable () -> Bool = { false }) throws -> TrainingProgress {
    let started = ContinuousClock.now
    let epoch = stepsDone / stepsPerEpoch
    let step = stepsDone % stepsPerEpoch
    var shuffle = RandomStream(seed: recipe.seed, 0x5F0, UInt64(epoch))
    let order = epochOrder?.epoch == epoch ? epochOrder!.order : shuffle.permutation(of: dataset.count)
    epochOrder = (epoch, order)
    let batch = Array(order[(step * recipe.batchSize)..<min(dataset.count, (step + 1) * recipe.batchSize)])
    let progress = Double(stepsDone) / Double(stepsPerEpoch)
    var loss = model.trainingLoss
    if case .spread = loss { loss = .spread(margin: recipe.margin(at: progress)) }

    let chunkSize = model.trainingChunkSize
    let chunkCount = (batch.count + chunkSize - 1) / chunkSize
    let results = try parallelMap(count: chunkCount, threads: threads, isCancelled: isCancelled) {
      [model, recipe, dataset, trainedNames, loss] chunk in
      let indices = Array(batch[(chunk * chunkSize)..<min(batch.count, (chunk + 1) * chunkSize)])
      let labels = indices.map { dataset.labels[$0] }
      let images = recipe.augmentation.apply(
        to: dataset.images(at: indices), ids: indices, seed: recipe.seed, epoch: epoch)
      let graph = Graph()
      let parameters = model.parameters.bound(to: graph, trained: trainedNames.contains)
      let stream = RandomStream(seed: recipe.seed, 0xD40, UInt64(epoch), UInt64(step), UInt64(chunk))
      let perImage = indices.map {
        RandomStream(seed: recipe.seed, 0xC40, UInt64(epoch), UInt64(dataset.ids[$0]))
      }
      let randomness = Randomness(stream: stream, images: perImage, jitter: recipe.augmentation.jitter)
      let (input, mode) = (graph.constant(images), Mode.training(randomness))
      let outputs = model.outputs(for: input, parameters: parameters, mode: mode)
      var losses = loss.perImage(outputs, labels: labels)
      if let extra = model.auxiliaryLoss(
        for: input, outputs: outputs, labels: labels, parameters: parameters, mode: mode)
      {
        losses = losses + extra
      }
      let total = losses.sum() * (1 / Float(batch.count))
      let gradients = graph.parameterGradients(of: total, by: trainedNames.map { parameters[$0] })
      let correct = zip(outputs.scores.value.argmaxOfRows(), labels).count { $0 == $1 }
      return ChunkResult(loss: Double(total.value.scalar), correct: correct, gradients: gradients)
    }
    let batchLoss = results.reduce(0) { $0 + $1.loss }
    guard batchLoss.isFinite else { throw divergence(.loss) }
    let learningRate = recipe.learningRate * recipe.schedule.factor(step: stepsDone, of: totalSteps)
    let gradients = results.map(\.gradients)
    let account = try model.parameters.update(trainedNames) { [weightDecay = recipe.weightDecay, threads] values in
      try optimizer.step(
        &values, gradients: gradients, learningRate: learningRate, weightDecay: weightDecay, threads: threads)
    }
    guard account.isFinite else { throw divergence(.weights) }

    stepsDone += 1
    record.add(
      epoch: epoch, images: batch.count, loss: batchLoss * Double(batch.count),
      correct: results.reduce(0) { $0 + $1.correct }, time: ContinuousClock.now - started)
    let current = record.epochs[epoch]
    return TrainingProgress(
      epoch: epoch + 1, epochs: recipe.epochs, step: step + 1, stepsPerEpoch: stepsPerEpoch,
      loss: current.meanLoss, accuracy: current.accuracy, isStuck: account.isGradientZero && batchLoss != 0)
  }

  private func divergence(_ quantity: TrainingDivergence.Quantity) -> TrainingDivergence {
    TrainingDivergence(quantity, place: (stepsDone / stepsPerEpoch + 1, stepsDone + 1), recipe: recipe)
  }

  /// Looks at some training images with the weights as they are.
  /// - Throws: `TrainingDivergence` if their scores are not finite, as after a last step that went too far.
  func requireFiniteScores() throws {
    let some = dataset.first(min(dataset.count, model.chunkSize))
    guard model.scores(of: some.images(at: 0..<some.count)).rowsAreFinite().allSatisfy(\.self) else {
      throw TrainingDivergence(.scores, place: (epochsDone, stepsDone), recipe: recipe)
    }
  }

  private var epochOrder: (epoch: Int, order: [Int])?

  private struct ChunkResult: Sendable {
    let loss: Double
    let correct: Int
    let gradients: [ParameterGradient]
  }
}

extension Trainer {
  /// The optimiser's state, by tensor name, for a run that will be resumed.
  public var optimizerState: [String: Tensor] {
    var state: [String: Tensor] = [:]
    let moments = optimizer.moments
    for (index, name) in trainedNames.enumerated() {
      state["adam.first.\(name)"] = moments.first[index]
      state["adam.second.\(name)"] = moments.second[index]
    }
    return state
  }

  /// Continues after `stepsDone` steps; false if `state` does not fit the model.
  public mutating func restore(
    model: M, state: [String: Tensor], stepsDone: Int, record: TrainingRecord = TrainingRecord()
  ) -> Bool {
    let first = trainedNames.compactMap { state["adam.first.\($0)"] }
    let second = trainedNames.compactMap { state["adam.second.\($0)"] }
    let shapes = trainedNames.map { model.parameters[$0].shape }
    guard first.map(\.shape) == shapes, second.map(\.shape) == shapes, (0...totalSteps).contains(stepsDone),
      // Means of squares.
      second.allSatisfy({ $0.withUnsafeBuffer { $0.allSatisfy { $0 >= 0 } } })
    else { return false }
    self.model = model
    self.stepsDone = stepsDone
    self.record = record
    optimizer = Adam(steps: stepsDone, first: first, second: second)
    return true
  }
}

extension Model {
  /// Fits fresh weights to a few of the images that they will be trained on, as many of each class.
  public mutating func calibrate(on dataset: Dataset) {
    let some = dataset.first(128)
    calibrate(on: some.images(at: 0..<some.count))
  }
}

/// The number of images of `dataset` that `model` classifies correctly.
/// - Throws: `CancellationError` soon after `isCancelled`; `TrainingDivergence` if scores are not finite: the largest of them
///   says nothing.
public func correctCount(
  of model: any Classifier, on dataset: Dataset, threads: Int, isCancelled: @Sendable () -> Bool = { false }
) throws -> Int {
  let chunkSize = model.chunkSize
  let chunks = (dataset.count + chunkSize - 1) / chunkSize
  return try parallelMap(count: chunks, threads: threads, isCancelled: isCancelled) { chunk in
    let indices = Array((chunk * chunkSize)..<min(dataset.count, (chunk + 1) * chunkSize))
    let scores = model.scores(of: dataset.images(at: indices))
    guard scores.rowsAreFinite().allSatisfy(\.self) else { throw TrainingDivergence(.scores, place: nil, recipe: nil) }
    return zip(scores.argmaxOfRows(), indices).count { $0 == dataset.labels[$1] }
  }.reduce(0, +)
}
