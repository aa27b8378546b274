import Attacks
import Comparison
import Diagnostics
import Files
import Foundation
import GRDB
import RunSamples
import Runs
import TestSupport
import Testing

/// Whatever a file that is called a run store holds, reading it gives its records or an `InputError`.
@Suite struct DamagedStoreTests {
  private static let configuration = RunConfiguration.sample(goals: [.untargeted, .each])

  /// Enough records for inner pages of the tree; with facts.
  private func write(_ url: URL, images: Int = 200) throws -> [EvaluationRecord] {
    let store = try RunStore.create(at: url, configuration: Self.configuration)
    var records: [EvaluationRecord] = []
    for image in 0..<images {
      let label = image % 3
      for budget in 0...1 {
        records.append(.sample(budget: budget, image: image, label: label, clean: label, after: 1, norm: 0.1))
        for target in 0..<3 {
          records.append(
            .sample(goal: 1, target: target, budget: budget, image: image, label: label, clean: label, after: image % 2)
          )
        }
      }
    }
    try store.append(records)
    try store.setFacts(
      RunFacts(startedAt: Date(), finishedAt: Date(), seconds: 1, threads: 2, commandLine: "robust sweep"))
    try store.close()
    return records
  }

  /// What came of reading a file in every way there is: all that was written, or the error.
  private func read(_ url: URL) throws -> (records: Set<EvaluationRecord>, error: InputError?) {
    do {
      let store = try RunStore.open(at: url)
      defer { try? store.close() }
      let summary = try RunSummary(of: store)
      let records = try store.records()
      #expect(summary == RunSummary(configuration: store.configuration, records: records))
      _ = try (store.facts(), store.options(), store.recordCount(), store.images(model: 0, attack: 0, goal: 0))
      _ = try store.records(model: 0, attack: 0, goal: 1)
      return (Set(records), nil)
    } catch let error as InputError {
      #expect(error.kind == .output && !error.problem.isEmpty && !error.remedy.isEmpty)
      return ([], error)
    }
  }

  /// `ROBUST_FUZZ=20000` tries that many.
  private static let mutations = ProcessInfo.processInfo.environment["ROBUST_FUZZ"].flatMap { Int($0) } ?? 300

  @Test("Truncated and bit-flipped stores give all their records or an error")
  func mutations() throws {
    let folder = try TemporaryFolder()
    let url = URL(filePath: folder("run.sqlite"))
    let records = Set(try write(url))
    let sound = try Data(contentsOf: url)
    #expect(sound.count > 60_000)
    let copies =
      Damage.truncations(of: sound, count: Self.mutations / 4)
      + Damage.bitFlips(of: sound, count: Self.mutations / 2, seed: 11)
      + Damage.overwrites(
        of: sound, count: Self.mutations / 4, seed: 12)
    var refused = 0
    for copy in copies {
      let damaged = URL(filePath: folder("damaged.sqlite"))
      try copy.write(to: damaged)
      let (found, error) = try read(damaged)
      if error != nil { refused += 1 } else { #expect(found == records, "records were changed unnoticed") }
    }
    #expect(refused > copies.count / 2)
    // Opening migrates at most: nothing else appears.
    #expect(try folder.names().filter { !$0.hasPrefix("damaged.sqlite") } == ["run.sqlite"])
  }

  /// Sound SQLite files that say what can't be.
  static let statements: [(sql: String, problem: String)] = [
    ("UPDATE record SET model = 7 WHERE image = 3", "model 7"),
    ("UPDATE record SET attack = -1 WHERE image = 3", "attack -1"),
    ("UPDATE record SET budget = 9 WHERE image = 3 AND goal = 0 AND budget = 0", "budget 9"),
    ("UPDATE record SET goal = 2 WHERE image = 3 AND goal = 0", "goal 2"),
    ("UPDATE record SET label = 3 WHERE image = 3", "label 3"),
    ("UPDATE record SET cleanPrediction = 1000000 WHERE image = 3", "cleanPrediction 1000000"),
    ("UPDATE record SET prediction = -1 WHERE image = 3", "prediction -1"),
    ("UPDATE record SET target = 5 WHERE image = 3 AND target = 2", "target 5"),
    ("UPDATE record SET target = 1 WHERE image = 3 AND target = -1", "targeted goal"),
    ("UPDATE record SET target = -7 WHERE image = 3 AND target = -1", "target -7"),
    ("UPDATE record SET success = 2 WHERE image = 3", "success"),
    ("UPDATE record SET linfNorm = 9e999 WHERE image = 3", "norm"),
    ("UPDATE record SET forwards = 9223372036854775807", "forwards"),
    ("UPDATE record SET backwards = -1", "backwards"),
    ("UPDATE record SET prediction = 0 WHERE image = 3", "not those that were written"),
    ("DELETE FROM record WHERE image = 3", "1592 records, where 1600"),
    ("DELETE FROM checksum", "no checksum"),
    ("DELETE FROM configuration", "no configuration"),
    ("DROP TABLE record", "record"),
    ("DROP TABLE record; CREATE VIEW record AS SELECT 1 AS model", "record"),
    ("DROP TABLE options", "options"),
    ("ALTER TABLE record DROP COLUMN seed", "seed"),
    ("UPDATE configuration SET json = replace(json, '8/255', '9/255')", "hash"),
    ("UPDATE configuration SET json = '{}'", "configuration"),
    ("UPDATE facts SET json = '[]'", "facts"),
    ("UPDATE options SET json = '{\"examples\":\"-1\"}'", "options"),
    ("UPDATE options SET json = '{\"examples\":\"1\",\"shard\":\"3/2\"}'", "options"),
    ("DELETE FROM grdb_migrations", "already exists"),
    ("DROP TABLE grdb_migrations; CREATE TABLE grdb_migrations (x INTEGER)", "identifier"),
  ]

  @Test(arguments: statements.indices)
  func impossibleContents(index: Int) throws {
    let folder = try TemporaryFolder()
    let url = URL(filePath: folder("run.sqlite"))
    _ = try write(url)
    let queue = try DatabaseQueue(path: url.path)
    try queue.writeWithoutTransaction { try $0.execute(sql: Self.statements[index].sql) }
    try queue.close()
    let error = try #require(try read(url).error, "\(Self.statements[index].sql)")
    #expect(error.problem.contains("intact") && error.problem.contains(Self.statements[index].problem), "\(error)")
  }

  /// Configurations that their own hash confirms, but that no run can have had.
  @Test func impossibleConfigurations() throws {
    let folder = try TemporaryFolder()
    let changes: [(inout RunConfiguration) -> Void] = [
      { $0.models = [] }, { $0.attacks = [] }, { $0.budgets = [] }, { $0.goals = [] }, { $0.dataset.classNames = [] },
      { $0.models[0].chunkSize = 0 }, { $0.dataset.shape = [1, 28] }, { $0.dataset.shape = [1, 28, .max] },
      { $0.dataset.count = -1 }, { $0.budgets[0].value = -1 }, { $0.budgets.reverse() }, { $0.goals = [.target(3)] },
      {
        $0.models = Array(repeating: $0.models[0], count: 20_000)
        $0.goals = Array(repeating: .each, count: 2000)
      },
    ]
    for (index, change) in changes.enumerated() {
      var configuration = Self.configuration
      change(&configuration)
      let url = URL(filePath: folder("\(index).sqlite"))
      #expect(throws: InputError.self, "change \(index)") { try RunStore.create(at: url, configuration: configuration) }
      #expect(!FileManager.default.fileExists(atPath: url.path))
      try RunStore.create(at: url, configuration: Self.configuration).close()
      let queue = try DatabaseQueue(path: url.path)
      try queue.write {
        try $0.execute(
          sql: "UPDATE configuration SET hash = ?, json = ?",
          arguments: [configuration.configurationHash, String(decoding: configuration.canonicalJSON, as: UTF8.self)])
      }
      try queue.close()
      let error = try #require(try read(url).error, "change \(index)")
      #expect(error.problem.contains("its configuration has"), "\(error)")
    }
  }

  @Test("A store of the first version gets its checksum from its records")
  func migration() throws {
    let folder = try TemporaryFolder()
    let url = URL(filePath: folder("run.sqlite"))
    let records = Set(try write(url))
    let queue = try DatabaseQueue(path: url.path)
    try queue.write {
      try $0.execute(
        sql: "DROP TABLE checksum; DROP TABLE options; DELETE FROM grdb_migrations WHERE identifier = '3'")
    }
    try queue.close()
    #expect(try read(url).records == records)
    let store = try RunStore.open(at: url)
    #expect(try store.options() == RunOptions())
    try store.append([.sample(image: 9999, label: 0, clean: 0, after: 0)])
    #expect(try store.records().count == records.count + 1)
    try store.close()
  }
}
