import Attacks
import Comparison
import Files
import Foundation
import RunSamples
import Runs
import TestSupport

/// A run of one model, FGSM, ε = 0 and 8/255, given which of its images are right.
struct OutcomeSample {
  var model = "cnn"
  var sha256 = "aa"
  var ids: [Int]
  /// By image: right before any attack, and under FGSM.
  var clean: [Bool]
  var attacked: [Bool]
  var seed: UInt64 = 1
  var attack = "fgsm"
  var epsilon = Budget(text: "8/255", value: 8 / 255)
  var report = TrustReport()
  /// Which checks it was asked for, and whether they have ended.
  var checks = TrustCheckSelection.none
  var isChecked = true
  /// By image: what was suspicious under FGSM.
  var flags: [RecordFlags]
  /// Other settings of the run.
  var change: @Sendable (inout RunConfiguration) -> Void = { _ in }

  /// `count` images, all right before, of which the first `beaten` fall; ids are 3, 6, 9, ….
  init(count: Int, beaten: Int) {
    ids = (1...count).map { 3 * $0 }
    clean = [Bool](repeating: true, count: count)
    attacked = (0..<count).map { $0 >= beaten }
    flags = [RecordFlags](repeating: [], count: count)
  }

  var configuration: RunConfiguration {
    var configuration = RunConfiguration.sample(
      attacks: [attack], seed: seed, budgets: [.init(text: "0", value: 0), epsilon])
    configuration.models[0].name = model
    configuration.models[0].sha256 = sha256
    configuration.dataset.count = ids.count
    change(&configuration)
    return configuration
  }

  /// A store with this run, in `folder`.
  func store(in folder: TemporaryFolder) throws -> RunStore {
    let url = URL(filePath: folder("run-\(UUID().uuidString).sqlite"))
    let store = try RunStore.create(at: url, configuration: configuration, options: RunOptions(checks: checks))
    var records: [EvaluationRecord] = []
    for (index, id) in ids.enumerated() {
      let label = index % 3
      let wrong = (label + 1) % 3
      let before = clean[index] ? label : wrong
      records.append(.sample(budget: 0, image: id, label: label, clean: before, after: before))
      let after = attacked[index] ? label : wrong
      var record = EvaluationRecord.sample(budget: 1, image: id, label: label, clean: before, after: after)
      record.flags = flags[index]
      records.append(record)
    }
    try store.append(records)
    if isChecked { try store.setCheckReport(report) }
    return store
  }

  /// The baseline that this run makes, written and read again.
  func baseline(in folder: TemporaryFolder) throws -> Baseline {
    let path = folder("baseline-\(UUID().uuidString).json")
    try AtomicFile.write(try Baseline(of: store(in: folder)).json, to: path)
    return try Baseline.read(path)
  }
}
