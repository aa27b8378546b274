import Attacks
import Datasets
import Foundation
import Models
import Runs
import Sweeps
import Tensors

/// The sweep that `robust sweep` runs, up to its report: attacks on images at all budgets, every record stored in SQLite.
struct SweepCase: LoadedCase {
  private let sweep: Sweep
  private let threads: Int

  init(_ requested: Case) throws {
    let settings = try required(requested.sweep, "sweep")
    let loaded = try Checkpoint.read(requested.weights)
    let attack = try AttackCatalog.attack(parsing: settings.attack)
    let dataset = try repeatedImages(settings.images)
    let model = RunConfiguration.Model(
      name: loaded.model.name, source: requested.weights, sha256: loaded.sha256, kind: loaded.architecture,
      loss: loaded.model.trainingLoss.description, parameterCount: loaded.model.parameters.count,
      chunkSize: loaded.model.chunkSize)
    let configuration = RunConfiguration(
      models: [model], dataset: .init(dataset), attacks: [.init(attack)], norm: LInfinity(), goals: [.untargeted],
      budgets: try BudgetList(parsing: settings.budgets, norm: LInfinity()).all, seed: 0,
      rawCurves: settings.rawCurves ?? false, toolVersion: "benchmark")
    sweep = try Sweep(configuration, models: [loaded.model], attacks: [attack], dataset: dataset)
    threads = requested.threads
  }

  func run() throws { try withRun { _ in } }

  /// `correct`: `[budgets, images]`, 1 where the image is still right. `work`: forward and reverse passes of all images.
  func results() throws -> Results {
    var results = Results([:])
    try withRun { store in
      let (budgets, images) = (sweep.configuration.budgets.count, sweep.dataset.count)
      let position = Dictionary(uniqueKeysWithValues: sweep.dataset.ids.enumerated().map { ($1, $0) })
      var correct = [Float](repeating: 0, count: budgets * images)
      var (forwards, backwards) = (0, 0)
      for record in try store.records() {
        correct[record.budget * images + position[record.image]!] = record.isCorrect ? 1 : 0
        forwards += record.forwards
        backwards += record.backwards
      }
      results.tensors["correct"] = Tensor(correct, shape: [budgets, images])
      results.tensors["work"] = Tensor([Float(forwards), Float(backwards)], shape: [2])
    }
    return results
  }

  private func withRun(_ body: (RunStore) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "robust-benchmark-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let directory = try SweepDirectory.open(at: folder.path, configuration: sweep.configuration)
    guard try sweep.run(into: directory, threads: threads, examples: .first(0)) else {
      throw WorkerError("the sweep was cut short")
    }
    try body(directory.store)
    try directory.store.close()
  }
}

/// The shipped images in balanced order, again and again with new ids until there are `count`.
func repeatedImages(_ count: Int) throws -> Dataset {
  let shipped = try DatasetCatalog().load()
  let order = shipped.balancedOrder()
  let positions = (0..<count).map { order[$0 % order.count] }
  return Dataset(
    name: "\(shipped.name) repeated", split: shipped.split, shape: shipped.shape,
    bytes: Data(positions.flatMap(shipped.pixels)), labels: shipped.labels(at: positions),
    classNames: shipped.classNames, sha256: shipped.sha256, attribution: shipped.attribution)
}
