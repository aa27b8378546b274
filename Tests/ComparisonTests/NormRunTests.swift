import Attacks
import Comparison
import Datasets
import Diagnostics
import Files
import Foundation
import GRDB
import Imaging
import Models
import RunSamples
import Runs
import Sweeps
import Tensors
import TestSupport
import Testing

/// A run keeps to its norm, from its configuration to its pictures and checks.
struct NormRunTests {
  /// ε of a norm on 16 pixels that beats some images of a linear model.
  private static let epsilons = ["linf": "0,8/255,0.2", "l2": "0,0.2,0.6", "l1": "0,0.5,2", "l0": "0,1,3"]

  @Test("Records and pictures are inside the ball, counted in the norm of the run", arguments: NormCatalog.all.indices)
  func staysInside(index: Int) throws {
    let norm = NormCatalog.all[index]
    let sample = try SweepSample(
      count: 30, attacks: [PGD(steps: 5, restarts: 2), UniformNoise(samples: 3)],
      epsilon: Self.epsilons[norm.name] ?? norm.sampleBudgets(of: [1, 4, 4]),
      names: ["first"], norm: norm)
    try withFolder { folder in
      let directory = try sample.run(in: folder, examples: .all)
      let (dataset, budgets) = (sample.sweep.dataset, sample.configuration.budgets)
      #expect(budgets.last!.value > 0)
      var seen = 0
      for record in try directory.store.records() {
        let budget = budgets[record.budget].value
        let distance = try #require(record.distances[norm])
        #expect(distance <= budget + norm.slack(at: budget, of: dataset.shape))
        #expect(record.distances.values.allSatisfy { $0 != nil })
        guard record.isTrial, budget > 0 else { continue }
        let path =
          "images/first/\(sample.configuration.attacks[record.attack].name)/untargeted/"
          + "eps-\(budgets[record.budget].text.replacing("/", with: "_"))/00\(record.image).png"
        let position = try #require(dataset.ids.firstIndex(of: record.image))
        let data = try Data(contentsOf: folder.appending(path: path))
        let levels = try PNG.decode(data, name: path).planar
        let file = Tensor(levels.map { Float($0) / 255 }, shape: dataset.shape.batched(1))
        let original = dataset.images(at: position..<position + 1)
        let rounded = norm.distances(of: file, from: original)[0]
        #expect(rounded <= budget + max(norm.slack(at: budget, of: dataset.shape), 1e-6), "\(path)")
        // No pixel is farther from what the attack found than rounding and one step back.
        #expect(rounded > 0 || record.prediction == record.label || budget < 0.01)
        seen += 1
      }
      #expect(seen > 50)
      // A run opened again is the same run, in the same norm.
      let again = try RunStore.open(at: directory.store.url)
      #expect(again.configuration == sample.configuration && again.configuration.norm.name == norm.name)
    }
  }

  @Test("L∞ is not written down, so that runs of versions that knew no other norm are the same run")
  func codesLInfinityAsBefore() throws {
    let json = String(decoding: RunConfiguration.sample().canonicalJSON, as: UTF8.self)
    #expect(!json.contains("norm"))
    var other = RunConfiguration.sample()
    other.norm = L2()
    #expect(String(decoding: other.canonicalJSON, as: UTF8.self).contains("\"norm\":\"l2\""))
    #expect(other.configurationHash != RunConfiguration.sample().configurationHash)
    let read = try JSONDecoder().decode(RunConfiguration.self, from: other.canonicalJSON)
    #expect(read == other && read.norm.name == "l2")
  }

  @Test("A norm that this version does not have, or an ε beyond the diameter, is damage that is named")
  func refusesUnknownNorms() throws {
    for (change, words) in [
      ("json = replace(json, '\"models\"', '\"norm\":\"l7\",\"models\"')", "norm “l7”"),
      ("json = replace(json, '\"value\":0.2', '\"value\":1.2')", "ε = 1.2"),
    ] {
      try withFolder { folder in
        let sample = try SweepSample(names: ["first"])
        let directory = try sample.run(in: folder)
        let url = directory.store.url
        try directory.store.close()
        let queue = try DatabaseQueue(path: url.path)
        try queue.write { try $0.execute(sql: "UPDATE configuration SET \(change)") }
        try queue.close()
        let error = #expect(throws: InputError.self) { _ = try RunStore.open(at: url) }
        #expect(error?.problem.contains(words) == true, "\(error?.problem ?? "")")
      }
    }
  }

  @Test("A store of a version that recorded two norms opens, and its records say so")
  func olderStores() throws {
    try withFolder { folder in
      let sample = try SweepSample(names: ["first"])
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let url = folder.appending(path: "run.sqlite")
      let store = try RunStore.create(at: url, configuration: sample.configuration, options: RunOptions(checks: .none))
      var records = try SweepSample(names: ["first"]).run(in: folder.appending(path: "other")).store.records()
      for index in records.indices {
        records[index].distances = NormDistances([
          "linf": records[index].distances["linf"]!, "l2": records[index].distances["l2"]!,
        ])
      }
      try store.append(records)
      try store.close()
      let queue = try DatabaseQueue(path: url.path)
      try queue.write {
        try $0.execute(
          sql: """
            ALTER TABLE record DROP COLUMN l1Norm; ALTER TABLE record DROP COLUMN l0Norm;
            DELETE FROM grdb_migrations WHERE identifier LIKE 'norm-%';
            """)
      }
      try queue.close()
      let again = try RunStore.open(at: url)
      #expect(try again.records() == records)
      #expect(records.allSatisfy { $0.distances["l1"] == nil })
    }
  }

  @Test("An ε that no two images differ by is refused before any work")
  func refusesBoundlessBudgets() throws {
    for (norm, epsilon) in [(L2() as any Norm, "0,5"), (L1(), "17"), (L0(), "17")] {
      let error = #expect(throws: InputError.self) { _ = try SweepSample(epsilon: epsilon, norm: norm) }
      #expect(error?.subject == "budgets")
    }
    #expect(throws: Never.self) { _ = try SweepSample(epsilon: "0,4", norm: L2()) }
  }

  @Test("An attack without a meaning in the norm is refused before any work")
  func refusesAttacks() throws {
    for attack in [GaussianNoise(), BIM(steps: .kurakin), FGSM(isOnLattice: true)] as [any Attack] {
      let error = #expect(throws: InputError.self) {
        _ = try SweepSample(attacks: [attack], epsilon: "0,3", norm: L0())
      }
      #expect(error?.kind == .usage && error?.remedy.contains(" norm: ") == true)
    }
  }

  // MARK: - Comparisons

  @Test("A baseline of another norm is refused; so are runs without anything in common")
  func keepsNormsApart() throws {
    let folder = try TemporaryFolder()
    let here = OutcomeSample(count: 10, beaten: 3)
    var there = here
    there.change = { $0.norm = L2() }
    let (first, second) = (try here.store(in: folder), try there.store(in: folder))
    let baseline = try Baseline(of: first)
    let error = #expect(throws: InputError.self) {
      _ = try Gate(of: second, against: baseline, options: .init())
    }
    #expect(error?.problem.contains("norm: none in the baseline, l2 in the run") == true, "\(error?.problem ?? "")")
    #expect(throws: InputError.self) {
      _ = try RunComparison([.init(name: "a", store: first), .init(name: "b", store: second)])
    }
    let three = try RunComparison([
      .init(name: "a", store: first), .init(name: "b", store: second), .init(name: "c", store: here.store(in: folder)),
    ])
    #expect(three.rows.map(\.attack) == [nil, "fgsm() in L∞", "fgsm() in L2"])
    #expect(three.rows[1].differences[1] == nil && three.rows[1].differences[2] != nil)
  }
}
