import Arrays
public import Datasets
import Diagnostics
import Files
import Foundation
import Models
import Runs
import Training

/// The networks that experiments share: each is trained once and kept as `VARIANT-HASH.safetensors` in a folder.
///
/// The hash is of everything that determines the weights: architecture, recipe, images, and where training is stopped.
/// Training that was interrupted goes on from its state.
public struct TrainedModels: Sendable {
  public let folder: String
  let workplace: ExperimentEnvironment

  public init(folder: String, workplace: ExperimentEnvironment) {
    self.folder = folder
    self.workplace = workplace
  }

  /// At which point of training to stop: where there are no more than `errors` errors on `images`.
  public struct Match: Sendable {
    public let images: Dataset
    public let errors: Int
    /// Steps between evaluations.
    public let interval: Int

    public init(images: Dataset, errors: Int, interval: Int) {
      self.images = images
      self.errors = errors
      self.interval = interval
    }
  }

  /// The network `variant`, trained on `images`: read if it is there, else trained now.
  /// - Throws: `Interrupted` once the state of training is saved, if someone asked to stop.
  public func model(_ variant: Variant, on images: Dataset, upTo match: Match? = nil) throws -> TrainedModel {
    let files = try Files(folder: folder, variant, images, match)
    if let known = try files.load(variant) { return known }
    var model = try variant.freshModel()
    switch variant.start {
    case .fresh: model.calibrate(on: images)
    case .trained(let first): model.parameters = try self.model(first, on: images).model.parameters
    }
    try train(model, variant, images, match, files)
    guard let trained = try files.load(variant) else {
      throw InputError(
        .output, files.checkpoint, "is gone as soon as written", remedy: "choose another \(Setting.folder)")
    }
    return trained
  }

  /// Whether `variant` need not be trained anymore.
  public func contains(_ variant: Variant, on images: Dataset) throws -> Bool {
    try Files(folder: folder, variant, images, nil).isComplete
  }

  private func train<M: Model>(
    _ model: M, _ variant: Variant, _ images: Dataset, _ match: Match?, _ files: Files
  ) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let threads = workplace.threads
    var trainer = try Trainer(model: model, dataset: images, recipe: variant.recipe, threads: threads)
    var stopping = match.map { MatchedStopping(target: $0.errors) }
    let state = TrainingState(path: files.state)
    let isResumed = FileManager.default.fileExists(atPath: files.state)
    if isResumed { try state.restore(&trainer) }
    let display = workplace.display(Double(trainer.stepsDone) / Double(trainer.totalSteps))
    if isResumed {
      if match != nil { stopping = try files.curve() ?? stopping }
      stopping?.rewind(to: trainer.stepsDone)
      display.note("\(variant.name): goes on after step \(trainer.stepsDone) of \(trainer.totalSteps)")
    } else {
      display.note(
        "\(variant.name): \(model.parameters.count) parameters, \(images.count) images, "
          + "\(variant.recipe.epochs) epochs of \(trainer.stepsPerEpoch) steps")
    }
    /// Counts errors where that is due, and says whether to go on.
    func goesOn(after trainer: Trainer<M>) throws -> Bool {
      guard let match, trainer.stepsDone % match.interval == 0 || trainer.isFinished else { return true }
      let errors =
        try match.images.count
        - correctCount(of: trainer.model, on: match.images, threads: threads, isCancelled: workplace.isCancelled)
      if stopping!.add(step: trainer.stepsDone, errors: errors) {
        try Checkpoint.write(trainer.model, provenance: .init(), to: files.best)
      }
      try files.setCurve(stopping!)
      return !stopping!.isMatched
    }
    // Counting may be what was interrupted.
    let isCounted = trainer.stepsDone == 0 || stopping?.curve.last?.step == trainer.stepsDone
    let isEnough = try !isCounted && !goesOn(after: trainer)
    let end =
      try isEnough
      ? .stopped
      : trainer.run(
        saving: state, isCancelled: workplace.isCancelled,
        afterStep: { trainer, progress in
          display.show(
            "\(variant.name) epoch \(progress.epoch)/\(progress.epochs)",
            share: Double(trainer.stepsDone) / Double(trainer.totalSteps),
            detail: String(format: "loss %.4f, accuracy %.1f%%", progress.loss, 100 * progress.accuracy))
          return try goesOn(after: trainer)
        },
        afterEpoch: { _, progress in
          display.note(
            String(
              format: "\(variant.name) epoch %d: loss %.4f, training accuracy %.2f%%", progress.epoch, progress.loss,
              100 * progress.accuracy))
        })
    display.clear()
    if case .interrupted = end { throw Interrupted() }
    let account = TrainedModel.Account(
      images: images.count, steps: stopping?.best?.step ?? trainer.stepsDone, record: trainer.record, threads: threads,
      software: RunFacts.Host.current.software, matching: stopping)
    var trained = trainer.model
    if stopping != nil { trained.parameters = try Checkpoint.read(files.best).model.parameters }
    try files.write(trained, provenance(trainer, steps: account.steps), account)
  }

  private func provenance<M: Model>(_ trainer: Trainer<M>, steps: Int) throws -> Checkpoint.Provenance {
    var provenance = Checkpoint.Provenance()
    provenance.recipe = String(decoding: try JSONEncoder.compact.encode(trainer.recipe), as: UTF8.self)
    provenance.dataset = "\(trainer.dataset.name) \(trainer.dataset.split.rawValue) (\(trainer.dataset.count) images)"
    provenance.datasetHash = trainer.dataset.sha256
    provenance.epochs = steps / trainer.stepsPerEpoch
    provenance.toolVersion = workplace.toolVersion
    return provenance
  }
}
