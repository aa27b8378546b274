import Attacks
import Classifiers
import Datasets
import Foundation
import GRDB
import Models
import RunSamples
import Runs
import Sweeps
import Tensors
import Testing
import TrustChecks

/// A sweep of `models` over noise images that the first of them classifies as labelled, unless `pixels` does something to each
/// image, or `labels` to the labels, and its trust checks. The labels may be those of another model, and the models be recorded
/// as of another program, with preprocessing.
struct CheckedRun {
  let sweep: Sweep

  init(
    _ models: [any Classifier], attacks: [any Attack] = [FGSM()], epsilon: String = "0,0.1,0.5", count: Int = 120,
    goals: [TargetChoice] = [.untargeted], rawCurves: Bool = false, seed: UInt64 = 11, testAccuracy: Double? = nil,
    viewpoints: ViewpointSelection? = nil, norm: any Norm = LInfinity(), labelling: (any Classifier)? = nil,
    kind: String = "test", preprocessing: InputPreprocessing? = nil, pixels: ([UInt8]) -> [UInt8] = { $0 },
    labels: ([Int]) -> [Int] = { $0 }
  ) throws {
    let shape = models[0].inputShape
    var stream = RandomStream(seed: seed)
    let original = (0..<count * shape.count).map { _ in UInt8.random(in: 0...255, using: &stream) }
    let altered = stride(from: 0, to: original.count, by: shape.count).flatMap {
      pixels(Array(original[$0..<$0 + shape.count]))
    }
    func dataset(_ bytes: [UInt8], _ labels: [Int]) -> Dataset {
      Dataset(
        name: "noise", split: .test, shape: shape, bytes: Data(bytes), labels: labels,
        ids: (0..<count).map { 7 + 2 * $0 },
        classNames: (0..<models[0].classCount).map { "class \($0)" }, sha256: "0", attribution: "none")
    }
    let blank = dataset(original, Array(repeating: 0, count: count))
    let labelled = dataset(altered, labels((labelling ?? models[0]).predictions(for: blank.images(at: 0..<count))))
    func described(_ dataset: Dataset) -> RunConfiguration.Dataset {
      var description = RunConfiguration.Dataset(dataset)
      description.viewpoints = viewpoints
      return description
    }
    let configuration = RunConfiguration(
      models: models.enumerated().map { index, model in
        .init(
          name: "\(model.name) \(index)", source: "test", sha256: "\(index)", kind: kind,
          loss: model.trainingLoss.description, parameterCount: 0, testAccuracy: testAccuracy,
          chunkSize: model.chunkSize, preprocessing: preprocessing)
      }, dataset: described(labelled), attacks: attacks.map { .init($0) }, norm: norm, goals: goals,
      budgets: try BudgetList(parsing: epsilon, norm: norm).all, seed: seed, rawCurves: rawCurves,
      toolVersion: "test")
    sweep = try Sweep(configuration, models: models, attacks: attacks, dataset: labelled)
  }

  /// The report of `selection` on a run of it all; `change` is SQL for the store before the checks.
  func report(_ selection: TrustCheckSelection = .default, threads: Int = 2, change: String? = nil) throws
    -> TrustReport
  {
    var report = TrustReport()
    try withFolder { folder in
      let directory = try SweepDirectory.open(at: folder.path, configuration: sweep.configuration)
      _ = try sweep.run(into: directory, threads: threads, examples: .first(0))
      if let change {
        let queue = try DatabaseQueue(path: directory.store.url.path)
        try queue.write { try $0.execute(sql: change) }
        try queue.close()
      }
      report = try sweep.check(directory.store, selection, threads: threads) ?? report
      #expect(try directory.store.checkReport() == report)
      try directory.store.close()
    }
    return report
  }

  /// The finding of one check about the first model, if it has one.
  func finding(_ check: String, change: String? = nil) throws -> Finding? {
    let report = try report(try TrustCheckSelection(parsing: check), change: change)
    return report.findings.first { $0.scope.modelIndex == 0 }
  }
}
