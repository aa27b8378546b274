import ArgumentParser
import Arrays
import Classifiers
import Datasets
import Diagnostics
import Foundation
import Models
import Tensors
import Training

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a model and write a checkpoint.",
    discussion: """
      Adam on mini-batches, split into fixed chunks over the cores: the same command gives the same weights with any \
      number of threads. After every epoch, and on Ctrl-C, FILE and FILE.training are written; the same command with \
      --resume goes on from there.

      Examples:
        robust train --model cnn --dataset fashion-mnist --epochs 5 --output cnn.safetensors
        robust train --model matrix-capsules-small --dataset smallnorb-48 --crop 32 --brightness 1 --contrast 0.2:1.8 \\
          --azimuth 30,32,34,0,2,4 --output familiar.safetensors
      """)

  @Option(
    help: "What to train: \(ModelCatalog.Preset.allCases.map(\.rawValue).joined(separator: ", ")).",
    completion: Completions.presets)
  var model: String

  @Option(
    help: """
      The data set to train on: a name (see `robust data`), an .npz file, or a folder that holds train/ and test/ with a folder \
      of PNG or JPEG files for each class.
      """, completion: Completions.dataset)
  var dataset: String

  @OptionGroup var data: DatasetOptions
  @OptionGroup var viewpoints: ViewpointOptions
  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var architecture: ArchitectureOptions
  @OptionGroup var threading: ThreadOptions

  @Option(
    help: """
      Start from the weights of this checkpoint or shipped model, of the same architecture, instead of fresh ones. A decoder \
      that it lacks stays fresh.
      """, completion: Completions.checkpoint)
  var initial: String?

  @Option(help: "Train on the first N images only, in class-balanced order.")
  var limit: Int?

  @Option(help: "Hold out the last N of the training images and report accuracy on them after each epoch.")
  var validation: Int = 0

  @Option(
    name: [.short, .long],
    help:
      "The checkpoint to write: .safetensors, or .safetensors.zst to compress. A file that is there is not replaced.",
    completion: .file())
  var output: String

  @Flag(help: "Store weights in half precision.")
  var half = false

  @Flag(help: "Go on from FILE.training, where the same command stopped.")
  var resume = false

  func run() throws {
    let recipe = try recipe.recipe()
    let preset = try ModelCatalog.Preset(parsing: model)
    let threads = try threading.resolved()
    let place = try TrainingOutput(output, startingFrom: initial, isResumed: resume)
    defer { place.release() }
    let found = try data.catalog.load(dataset, split: .train)
    for note in found.notes { Notice.show("\(found.name): \(note)") }
    var training = try viewpoints.apply(to: found)
    if let limit {
      guard limit > 0 else {
        throw InputError(.usage, "--limit", "\(limit)", remedy: "use 1 or more images")
      }
      training = training.first(limit)
    }
    guard validation >= 0, validation < training.count else {
      throw InputError(
        .usage, "--validation", "\(validation) of \(training.count) images",
        remedy: "hold out fewer images than there are")
    }
    let heldOut = validation > 0 ? training.subset(at: (training.count - validation)..<training.count) : nil
    if validation > 0 { training = training.subset(at: 0..<(training.count - validation)) }
    // Before hours of training, rather than after them.
    try requireTestImages(suiting: training)
    var fresh = try architecture.model(
      preset, inputShape: training.shape, classCount: training.classCount, seed: recipe.seed)
    if let initial { try adopt(initial, &fresh) } else { fresh.calibrate(on: training) }
    try train(fresh, recipe, training, heldOut, threads: threads)
  }

  /// - Throws: `InputError(.dataset)` if there are test images, and not of the shape of those of `training`.
  private func requireTestImages(suiting training: Dataset) throws {
    guard let test = try? data.catalog.load(dataset, split: .test, classCount: training.classCount),
      test.shape != training.shape
    else { return }
    throw InputError(
      .dataset, dataset, "its training images are \(training.shape), its test images \(test.shape)",
      remedy: "make all of one shape, or keep the test images elsewhere while training")
  }

  /// Puts the weights of the checkpoint at `path` into `model`.
  private func adopt(_ path: String, _ model: inout any Model) throws {
    let weights = try ClassifierCatalog.load(path).requireModel(path, for: "can be trained").model.parameters
    // A decoder that only one of them has says nothing about the rest.
    let isDecoder = { (name: String) in name.hasPrefix(Decoder.prefix) }
    let given = weights.names.filter { !isDecoder($0) }
    let shared = model.parameters.names.filter { !isDecoder($0) || weights.names.contains($0) }
    guard given == shared.filter({ !isDecoder($0) }),
      shared.allSatisfy({ weights[$0].shape == model.parameters[$0].shape })
    else {
      throw InputError(
        .model, path, "its weights do not fit \(model.name)",
        remedy:
          "name a checkpoint of the same --model, --sizes, --pose and --decoder, for the same image shape and classes")
    }
    for name in shared { model.parameters[name] = weights[name] }
  }

  private func train<M: Model>(
    _ model: M, _ recipe: Recipe, _ training: Dataset, _ heldOut: Dataset?, threads: Int
  ) throws {
    var trainer = try Trainer(model: model, dataset: training, recipe: recipe, threads: threads)
    let state = TrainingState(path: output + ".training")
    if resume { try state.restore(&trainer) }
    // Fails now rather than after an hour if the place can't be written.
    try state.save(trainer)
    Interruption.watch(
      "the state after the last whole step is saved.", atOnce: "and goes back to the end of the last epoch")
    let progress = ProgressLine(from: Double(trainer.stepsDone) / Double(trainer.totalSteps))
    progress.note(
      "training \(model.name) (\(model.parameters.count) parameters) on \(training.count) images of \(training.name), "
        + "\(recipe.epochs) epochs, \(threads) threads")
    var savedEpochs = 0
    var stuckSteps = 0
    do {
      let end = try trainer.run(
        saving: state, isCancelled: { Interruption.isRequested },
        afterStep: { trainer, report in
          if report.isStuck { stuckSteps += 1 }
          progress.show(
            "epoch \(report.epoch)/\(report.epochs)", share: Double(trainer.stepsDone) / Double(trainer.totalSteps),
            detail: String(format: "loss %.4f, accuracy %.1f%%", report.loss, 100 * report.accuracy))
          return true
        },
        afterEpoch: { trainer, report in
          var line = String(
            format: "epoch %d: loss %.4f, training accuracy %.2f%%", report.epoch, report.loss, 100 * report.accuracy)
          if let heldOut {
            let correct = try correctCount(
              of: trainer.model, on: heldOut, threads: threads, isCancelled: { Interruption.isRequested })
            line += String(format: ", validation accuracy %.2f%%", 100 * Double(correct) / Double(heldOut.count))
          }
          progress.note(line)
          warn(ofStuckSteps: stuckSteps, in: report, progress)
          stuckSteps = 0
          if !trainer.isFinished {
            try write(trainer, test: nil)
            savedEpochs = trainer.epochsDone
          }
        })
      progress.clear()
      if case .interrupted = end { throw interruption(of: trainer, state, progress) }
      try finish(trainer, state, progress, threads: threads)
    } catch let divergence as TrainingDivergence {
      progress.clear()
      throw ended(divergence, state, savedEpochs: savedEpochs)
    }
  }

  /// Says where training that was interrupted goes on from.
  private func interruption<M: Model>(
    of trainer: Trainer<M>, _ state: TrainingState, _ progress: ProgressLine
  ) -> Interruption {
    progress.note("interrupted: saved \(state.path) after step \(trainer.stepsDone); go on with --resume")
    return Interruption()
  }

  /// Evaluates the trained model and writes it.
  private func finish<M: Model>(
    _ trainer: Trainer<M>, _ state: TrainingState, _ progress: ProgressLine, threads: Int
  ) throws {
    Interruption.watch(
      "the state after the last step is saved.", atOnce: "and goes back to the end of the last epoch but one")
    let test = try? data.catalog.load(dataset, split: .test, classCount: trainer.dataset.classCount)
    let accuracies = try unlessCancelled {
      try Interruption.isRequested ? nil : test.map { try self.accuracies(trainer, $0, threads: threads) } ?? []
    }
    guard let accuracies = accuracies ?? nil else {
      try state.save(trainer)
      throw interruption(of: trainer, state, progress)
    }
    Interruption.watch("the checkpoint is written.")
    try write(trainer, test: accuracies.first.map { ($0.correct, $0.count) })
    state.remove()
    for accuracy in accuracies {
      let share = 100 * Double(accuracy.correct) / Double(accuracy.count)
      print(accuracy.name + String(format: " %.2f%% (%d of %d)", share, accuracy.correct, accuracy.count))
    }
    print(PrintableText.line("wrote \(output)"))
  }

  /// `divergence`, with what is left of the run: the state of the last epoch that went well.
  private func ended(
    _ divergence: TrainingDivergence, _ state: TrainingState, savedEpochs: Int
  ) -> TrainingDivergence {
    var divergence = divergence
    if savedEpochs > 0 {
      divergence.kept = "\(output) and \(state.path) hold what epoch \(savedEpochs) came to"
      divergence.remedy += "; to go on from epoch \(savedEpochs), add --initial \(output), and name another --output"
    } else if resume {
      divergence.kept = "\(state.path) is as it was"
      divergence.remedy += " and another --output"
    } else {
      // Fresh weights, which the next attempt makes again.
      state.remove()
      divergence.kept = "nothing was written"
    }
    return divergence
  }

  /// Says so if the gradient was zero for whole batches, which training shows by nothing else.
  private func warn(ofStuckSteps count: Int, in report: TrainingProgress, _ progress: ProgressLine) {
    guard count > 0 else { return }
    progress.note(
      "warning: in \(count) of \(report.stepsPerEpoch) steps the gradient of the loss was exactly zero and the loss was not, so "
        + "nothing was learnt from them: activations are saturated. Try --loss cross-entropy, which acts on scores, a smaller "
        + "--learning-rate, or for capsules a smaller --temperature or --initialization calibrated")
  }

  /// How many test images are classified correctly: of all, and of those from the viewpoints that were trained on, if only
  /// some were.
  private func accuracies<M: Model>(
    _ trainer: Trainer<M>, _ test: Dataset, threads: Int
  ) throws -> [(name: String, correct: Int, count: Int)] {
    func accuracy(_ name: String, _ images: Dataset) throws -> (name: String, correct: Int, count: Int) {
      let correct = try correctCount(
        of: trainer.model, on: images, threads: threads, isCancelled: { Interruption.isRequested })
      return (name, correct, images.count)
    }
    let whole = try accuracy("test accuracy", test)
    guard let selection = trainer.dataset.selection?.ofAnyInstance, !selection.isEmpty,
      let familiar = try? test.subset(viewpoints: selection)
    else { return [whole] }
    return [whole, try accuracy("on those of \(selection):", familiar)]
  }

  private func write<M: Model>(_ trainer: Trainer<M>, test: (correct: Int, count: Int)?) throws {
    var provenance = Checkpoint.Provenance()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    provenance.recipe = String(decoding: try encoder.encode(trainer.recipe), as: UTF8.self)
    let set = trainer.dataset
    let selection = set.selection.map { ", \($0)" } ?? ""
    provenance.dataset = "\(set.name) \(set.split.rawValue)\(selection) (\(set.count) images)"
    provenance.datasetHash = trainer.dataset.sha256
    provenance.epochs = trainer.epochsDone
    provenance.testAccuracy = test.map { Double($0.correct) / Double($0.count) }
    provenance.testCount = test?.count
    provenance.toolVersion = Robust.version
    try Checkpoint.write(trainer.model, provenance: provenance, to: output, as: half ? .float16 : .float32)
  }
}
