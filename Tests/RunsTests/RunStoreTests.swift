import Attacks
import Comparison
import Diagnostics
import Foundation
import GRDB
import RunSamples
import Runs
import Testing

@Suite struct RunStoreTests {
  /// Runs `body` with a fresh folder, and removes it.
  private func inFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func outputError(_ body: () throws -> Void) throws -> InputError {
    let error = try #require(throws: InputError.self, performing: body)
    #expect(error.kind == .output)
    return error
  }

  @Test func recordsComeBackInOrderFromASingleFile() throws {
    try inFolder { folder in
      let url = folder.appending(path: "run.sqlite")
      let records: [EvaluationRecord] = [
        .sample(budget: 0, image: 7, label: 0, clean: 0, after: 0, norm: 0.1),
        .sample(budget: 1, image: 3, label: 1, clean: 1, after: 2, norm: 8 / 255),
        .sample(goal: 1, target: 0, budget: 1, image: 3, label: 1, clean: 1, after: 0, norm: 0.3),
      ]
      let configuration = RunConfiguration.sample(goals: [.untargeted, .each])
      let store = try RunStore.create(at: url, configuration: configuration)
      try store.append(Array(records.reversed()))
      let facts = RunFacts(
        startedAt: Date(timeIntervalSince1970: 1), finishedAt: Date(timeIntervalSince1970: 2.5), seconds: 1.5,
        threads: 2, commandLine: "robust sweep")
      try store.setFacts(facts)
      try store.close()
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run.sqlite"])

      let again = try RunStore.open(at: url, expecting: configuration)
      #expect(again.configuration == configuration)
      #expect(try again.records() == records)
      #expect(try again.records(model: 0, attack: 0, goal: 1) == [records[2]])
      #expect(try again.records(model: 0, attack: 0, goal: 1, images: [3, 8]) == [records[2]])
      #expect(try again.records(model: 0, attack: 0, goal: 1, images: [7]).isEmpty)
      #expect(try again.images(model: 0, attack: 0, goal: 0) == [3, 7])
      #expect(try again.recordCount() == 3)
      #expect(try again.facts() == facts)
    }
  }

  @Test func flagsAndFindingsComeBack() throws {
    try inFolder { folder in
      let url = folder.appending(path: "run.sqlite")
      let store = try RunStore.create(at: url, configuration: .sample())
      var record = EvaluationRecord.sample(image: 3, label: 0, clean: 0, after: 0)
      record.flags = [.zeroGradient, .saturatedLoss]
      try store.append([record])
      #expect(try store.checkReport() == TrustReport())
      let findings = [Finding.Severity.note, .error, .warning].map {
        Finding(
          check: "b", severity: $0, title: "t", evidence: "e", numbers: ["share": 0.1], remedy: "r",
          scope: .init(model: 0, budget: 1))
      }
      let report = TrustReport(
        checks: [
          .init(check: "a", claim: "c", verdict: .notApplicable, reason: "why"),
          .init(check: "b", claim: "d", verdict: .found),
        ], findings: findings)
      #expect(report.findings.map(\.severity) == [.error, .warning, .note])
      for _ in 0..<2 { try store.setCheckReport(report) }
      try store.close()
      let again = try RunStore.open(at: url)
      #expect(try again.records() == [record])
      #expect(try again.checkReport() == report)
      let summary = try RunSummary(of: again)
      #expect(summary.findings == report.findings && summary.checks == report.checks)
    }
  }

  /// A store as version "1" of the schema left it.
  @Test func anOlderStoreIsMigrated() throws {
    try inFolder { folder in
      let url = folder.appending(path: "run.sqlite")
      try RunStore.create(at: url, configuration: .sample()).close()
      let queue = try DatabaseQueue(path: url.path)
      try queue.write {
        try $0.execute(
          sql: """
            ALTER TABLE record DROP COLUMN flags; ALTER TABLE record DROP COLUMN l1Norm; ALTER TABLE record DROP COLUMN l0Norm;
            DROP TABLE finding; DROP TABLE checkResult;
            DROP TABLE options; DROP TABLE checksum; DROP TABLE picture; DROP TABLE seal;
            DELETE FROM grdb_migrations WHERE identifier <> '1';
            INSERT INTO record VALUES (0, 0, 0, -1, 1, 5, 1, 1, 2, 1, 1, 0.5, 2.5, 3, 1, 7);
            """)
      }
      try queue.close()
      let store = try RunStore.open(at: url)
      let record = try #require(try store.records().first)
      #expect(record.image == 5 && record.forwards == 3 && record.seed == 7 && record.flags == [])
      #expect(try store.checkReport() == TrustReport())
    }
  }

  @Test func appendIsAllOrNothing() throws {
    try inFolder { folder in
      let store = try RunStore.create(at: folder.appending(path: "run.sqlite"), configuration: .sample())
      let first = EvaluationRecord.sample(image: 0, label: 0, clean: 0, after: 0)
      try store.append([first])
      let error = try outputError { try store.append([.sample(image: 1, label: 0, clean: 0, after: 0), first]) }
      #expect(error.remedy.contains("resume"))
      #expect(try store.records() == [first])
    }
  }

  @Test func anotherConfigurationIsRefusedWithTheReason() throws {
    try inFolder { folder in
      let url = folder.appending(path: "run.sqlite")
      try RunStore.create(at: url, configuration: .sample(seed: 1)).close()
      let error = try outputError { _ = try RunStore.open(at: url, expecting: .sample(seed: 2)) }
      #expect(error.problem.contains("seed: 1 there, 2 here"))
      let exists = try outputError { _ = try RunStore.create(at: url, configuration: .sample(seed: 1)) }
      #expect(exists.problem.contains("already"))
      #expect(try RunStore.open(at: url).configuration.seed == 1)
    }
  }

  @Test func aConfigurationThatDoesNotMatchItsHashIsRefused() throws {
    try inFolder { folder in
      let url = folder.appending(path: "run.sqlite")
      try RunStore.create(at: url, configuration: .sample()).close()
      let queue = try DatabaseQueue(path: url.path)
      try queue.write { try $0.execute(sql: "UPDATE configuration SET json = replace(json, '0.1.0', '0.2.0')") }
      try queue.close()
      #expect(try outputError { _ = try RunStore.open(at: url) }.problem.contains("intact"))
    }
  }

  @Test func aNewerOrForeignStoreIsRefused() throws {
    try inFolder { folder in
      let newer = folder.appending(path: "newer.sqlite")
      try RunStore.create(at: newer, configuration: .sample()).close()
      let queue = try DatabaseQueue(path: newer.path)
      try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')") }
      try queue.close()
      #expect(try outputError { _ = try RunStore.open(at: newer) }.problem.contains("newer version"))

      let foreign = folder.appending(path: "foreign.sqlite")
      try Data("no database, but long enough to look like one: \(String(repeating: "x", count: 200))".utf8)
        .write(to: foreign)
      #expect(try outputError { _ = try RunStore.open(at: foreign) }.remedy.contains("delete"))
      #expect(try outputError { _ = try RunStore.open(at: folder.appending(path: "none")) }.problem.contains("no run"))
    }
  }

  @Test func aPlaceThatCannotBeWrittenIsReported() throws {
    let url = URL(fileURLWithPath: "/proc/nowhere/run.sqlite")
    let error = try outputError { _ = try RunStore.create(at: url, configuration: .sample()) }
    #expect(error.remedy.contains("folder"))
    #expect(error.subject == url.path)
  }

  @Test func aFullDiskIsReportedAndKeepsWhatWasThere() throws {
    try inFolder { folder in
      let url = folder.appending(path: "run.sqlite")
      let first = EvaluationRecord.sample(image: 0, label: 0, clean: 0, after: 0)
      let store = try RunStore.create(at: url, configuration: .sample())
      try store.append([first])
      try store.limitPages(to: 8)
      let many = (1..<5000).map { EvaluationRecord.sample(image: $0, label: 0, clean: 0, after: 0, norm: 0.1) }
      let error = try outputError { try store.append(many) }
      #expect(error.remedy.contains("disk space"))
      #expect(try store.records() == [first])
    }
  }

  @Test func hashDependsOnContentAlone() {
    #expect(RunConfiguration.sample().configurationHash == RunConfiguration.sample().configurationHash)
    #expect(RunConfiguration.sample(seed: 2).configurationHash != RunConfiguration.sample().configurationHash)
    #expect(RunConfiguration.sample().configurationHash.count == 64)
  }
}
