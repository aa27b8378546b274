import Attacks
import Comparison
import Datasets
import Diagnostics
import Foundation
import RunSamples
import Runs
import Statistics
import TestSupport
import Testing

/// Whatever determines the result of a run is compared with the baseline, fields that are yet to come included.
@Suite struct BaselineDifferencesTests {
  /// A configuration in which every field has a value.
  private static func full(_ configuration: inout RunConfiguration) {
    configuration.limit = 500
    configuration.models[0].crops = 13
    configuration.dataset.viewpoints = try? ViewpointSelection(azimuth: "0,2")
    configuration.attacks[0].parameters = [.init("steps", "10")]
  }

  /// The paths of all values that are neither objects nor lists, with one number for all elements of a list.
  private static func leaves(_ value: Any, _ path: [String] = []) -> [[String]] {
    if let object = value as? [String: Any] {
      return object.keys.sorted().flatMap { leaves(object[$0]!, path + [$0]) }
    }
    if let list = value as? [Any] { return list.indices.flatMap { leaves(list[$0], path + ["\($0)"]) } }
    return [path]
  }

  /// `value` with another one at `path`, which ends in `name`.
  private static func mutated(_ value: Any, at path: ArraySlice<String>, named name: String) -> Any {
    if let first = path.first {
      if var object = value as? [String: Any] {
        object[first] = mutated(object[first]!, at: path.dropFirst(), named: first)
        return object
      }
      guard var list = value as? [Any], let index = Int(first) else { return value }
      list[index] = mutated(list[index], at: path.dropFirst(), named: name)
      return list
    }
    switch name {
    case "rawCurves": return true
    case "goals": return "random"
    case "value" where value is NSNumber, "testAccuracy": return ((value as? NSNumber)?.doubleValue ?? 0) / 2 + 0.001
    default:
      if let text = value as? String { return text + "x" }
      return ((value as? NSNumber)?.intValue ?? 0) + 1
    }
  }

  /// What may differ: the models themselves, and what merely chooses images, which are compared by number.
  private static let free: Set = [
    "limit", "toolVersion", "dataset.name", "dataset.count", "dataset.imageIDsHash", "models.0.name",
    "models.0.source",
    "models.0.sha256", "models.0.kind", "models.0.loss", "models.0.parameterCount", "models.0.testAccuracy",
    "models.0.chunkSize", "budgets.0.text", "budgets.1.text", "dataset.viewpoints.azimuths.0",
    "dataset.viewpoints.azimuths.1",
  ]

  @Test func everyFieldIsComparedUnlessItIsFree() throws {
    let folder = try TemporaryFolder()
    var sample = OutcomeSample(count: 6, beaten: 2)
    sample.change = Self.full
    let baseline = try sample.baseline(in: folder)
    let object = try JSONSerialization.jsonObject(with: sample.configuration.canonicalJSON)
    let paths = Self.leaves(object)
    #expect(paths.count > 30)
    var compared = 0
    for path in paths {
      let name = path.joined(separator: ".")
      // The stores can't hold other images, labels or budgets than their records have.
      guard !["dataset.count"].contains(name) else { continue }
      let data = try JSONSerialization.data(withJSONObject: Self.mutated(object, at: path[...], named: ""))
      guard let other = try? JSONDecoder().decode(RunConfiguration.self, from: data) else {
        Issue.record("\(name): can't be mutated")
        continue
      }
      #expect(other.canonicalJSON != sample.configuration.canonicalJSON, "\(name)")
      var now = sample
      now.change = { $0 = other }
      do {
        _ = try Gate(of: now.store(in: folder), against: baseline, options: .init())
        #expect(Self.free.contains(name), "\(name) is not compared")
      } catch let error as InputError {
        #expect(
          error.kind == .file && error.problem.contains("in the run") || error.problem.contains("lacks"), "\(error)")
        #expect(!Self.free.contains(name), "\(name) is compared: \(error)")
        compared += 1
      }
    }
    #expect(compared >= 14)
  }

  /// The hash says what the images are, wherever their file lies and as whatever split it is loaded.
  @Test func imagesOfOnesOwnMayLieElsewhere() throws {
    let folder = try TemporaryFolder()
    var sample = OutcomeSample(count: 6, beaten: 2)
    sample.change = { $0.dataset.source = "images.npz" }
    let baseline = try sample.baseline(in: folder)
    var moved = sample
    moved.change = {
      ($0.dataset.name, $0.dataset.source, $0.dataset.split) = ("photographs", "/elsewhere/x.npy", "train")
    }
    let check = try Gate(of: moved.store(in: folder), against: baseline, options: .init())
    #expect(check.groups.allSatisfy { $0.pairs.discordant == 0 })
    moved.change = { ($0.dataset.source, $0.dataset.sha256) = ("images.npz", String(repeating: "0", count: 64)) }
    #expect(throws: InputError.self) {
      try Gate(of: moved.store(in: folder), against: baseline, options: .init())
    }
  }

  @Test func aModelIsItsContents() throws {
    let folder = try TemporaryFolder()
    /// A run of two models, the first of which loses `lost` images more.
    func store(_ names: [String], _ hashes: [String], beaten: [Int]) throws -> RunStore {
      var sample = OutcomeSample(count: 40, beaten: 0)
      sample.change = { configuration in
        configuration.models = zip(names, hashes).map { name, hash in
          var model = configuration.models[0]
          (model.name, model.sha256) = (name, hash)
          return model
        }
      }
      let store = try RunStore.create(
        at: URL(filePath: folder("\(UUID().uuidString).sqlite")), configuration: sample.configuration,
        options: RunOptions(checks: .none))
      var records: [EvaluationRecord] = []
      for model in names.indices {
        for image in sample.ids.indices {
          for budget in 0...1 {
            var record = EvaluationRecord.sample(
              budget: budget, image: sample.ids[image], label: 0, clean: 0,
              after: budget == 1 && image < beaten[model] ? 1 : 0)
            record.model = model
            records.append(record)
          }
        }
      }
      try store.append(records)
      try store.setCheckReport(TrustReport())
      return store
    }
    let baseline = try Baseline(of: store(["strong", "weak"], ["s", "w"], beaten: [2, 30]))
    let options = try Gate.Options()
    // Renamed, exchanged, in another order: the same contents are compared with themselves.
    for (names, hashes, beaten) in [
      (["strong", "weak"], ["s", "w"], [2, 30]), (["weak", "strong"], ["s", "w"], [2, 30]),
      (["weak", "strong"], ["w", "s"], [30, 2]), (["a", "b"], ["w", "s"], [30, 2]),
    ] {
      let check = try Gate(of: store(names, hashes, beaten: beaten), against: baseline, options: options)
      #expect(check.verdict == .pass && check.groups.allSatisfy { $0.pairs.discordant == 0 }, "\(names) \(hashes)")
    }
    // The strong one has become weak, and the old weak one goes by its name.
    #expect(throws: InputError.self) {
      try Gate(
        of: store(["strong", "weak"], ["w", "new"], beaten: [30, 30]), against: baseline, options: options)
    }
    let worse = try Gate(
      of: store(["strong", "weak"], ["new", "w"], beaten: [30, 30]), against: baseline, options: options)
    #expect(worse.verdict == .regression)
  }
}
