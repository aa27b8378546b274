import Attacks
import Comparison
import Diagnostics
import Foundation
import GRDB
import RunSamples
import Runs
import Sweeps
import TestSupport
import Testing
import TrustChecks

/// What trust checks came to can't be taken away, nor what was asked for be changed, without its being noticed.
@Suite struct SealTests {
  private static let finding = Finding(
    check: "zero-gradients", severity: .error, title: "no gradient", evidence: "9 of 10 are zero.",
    remedy: "use another",
    scope: .init(model: 0))

  private static let report = TrustReport(
    checks: [
      .init(check: "zero-gradients", claim: "none is zero", verdict: .found),
      .init(check: "non-finite", claim: "none is NaN", verdict: .passed),
    ], findings: [finding])

  /// The path of the closed store of a run with an error, after `sql`.
  private func store(in folder: TemporaryFolder, _ sql: String = "") throws -> URL {
    var sample = OutcomeSample(count: 10, beaten: 4)
    sample.checks = try TrustCheckSelection(parsing: "zero-gradients,non-finite")
    sample.report = Self.report
    let store = try sample.store(in: folder)
    let url = store.url
    try store.close()
    let queue = try DatabaseQueue(path: url.path)
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
    return url
  }

  private func check(_ url: URL, _ folder: TemporaryFolder) throws -> Gate {
    let baseline = try OutcomeSample(count: 10, beaten: 4).baseline(in: folder)
    return try Gate(of: RunStore.open(at: url), against: baseline, options: .init())
  }

  @Test func anErrorThatStandsIsADoubt() throws {
    let folder = try TemporaryFolder()
    #expect(try check(store(in: folder), folder).verdict == .untrustworthy)
  }

  @Test(arguments: [
    "DELETE FROM finding", "DELETE FROM checkResult", "DELETE FROM finding; DELETE FROM checkResult",
    "UPDATE finding SET json = replace(json, 'error', 'note')", "UPDATE finding SET severity = 'note'",
    "UPDATE checkResult SET json = replace(json, 'found', 'passed'); DELETE FROM finding",
    "DELETE FROM checkResult WHERE name = 'non-finite'", "UPDATE checkResult SET position = position + 5",
    "UPDATE options SET json = replace(json, 'zero-gradients,', '')", "DELETE FROM options", "DELETE FROM seal",
    "UPDATE seal SET hash = ''", "UPDATE checksum SET sum = sum + 1",
    // As a store of an older version, whose findings nobody vouches for.
    "DELETE FROM finding; DROP TABLE seal; DELETE FROM grdb_migrations WHERE identifier = 'gate-1'",
  ])
  func whateverIsTakenAwayIsMissed(sql: String) throws {
    let folder = try TemporaryFolder()
    let url = try store(in: folder, sql)
    #expect(throws: InputError.self) { try check(url, folder) }
    #expect(throws: InputError.self) { try Baseline(of: RunStore.open(at: url)) }
  }

  @Test func anOlderStoreIsRefusedWithARemedy() throws {
    let folder = try TemporaryFolder()
    let url = try store(in: folder, "DROP TABLE seal; DELETE FROM grdb_migrations WHERE identifier = 'gate-1'")
    // It can be read all the same.
    let older = try RunStore.open(at: url)
    #expect(try older.checkReport() == Self.report && !older.isChecked())
    #expect(try RunSummary(of: older).findings == [Self.finding])
    do {
      _ = try check(url, folder)
      Issue.record("accepted")
    } catch let error as InputError {
      #expect(
        error.kind == .file && error.remedy == "let them run by `Sweep.report(into: \"\(folder.path)\")`", "\(error)")
    }
  }

  @Test func whatComesLaterBreaksTheSeal() throws {
    let folder = try TemporaryFolder()
    let store = try OutcomeSample(count: 10, beaten: 4).store(in: folder)
    #expect(try store.isChecked())
    try store.append([])
    #expect(try store.isChecked())
    try store.append([.sample(budget: 0, image: 1000, label: 0, clean: 0, after: 0)])
    #expect(try !store.isChecked())
    try store.setCheckReport(TrustReport())
    #expect(try store.isChecked())
  }

  @Test(arguments: [TrustCheckSelection.default, .none])
  func aSweepSealsItsChecks(selection: TrustCheckSelection) throws {
    let sample = try SweepSample()
    try withFolder { folder in
      let options = RunOptions(examples: .first(0), checks: selection)
      let directory = try SweepDirectory.open(at: folder.path, configuration: sample.configuration, options: options)
      _ = try sample.sweep.run(into: directory, threads: 2)
      #expect(try !directory.store.isChecked())
      #expect(throws: InputError.self) { try Baseline(of: directory.store) }
      _ = try sample.sweep.check(directory.store, selection, threads: 2, isCancelled: { true })
      #expect(try directory.store.isChecked() == selection.names.isEmpty)
      _ = try sample.sweep.check(directory.store, selection, threads: 2)
      #expect(try directory.store.isChecked())
      #expect(throws: Never.self) { try Baseline(of: directory.store) }
      try directory.store.close()
      // Other wishes need other checks.
      let again = try SweepDirectory.open(
        at: folder.path, configuration: sample.configuration, options: RunOptions(examples: .first(0), checks: .all))
      #expect(try !again.store.isChecked())
      try again.store.close()
    }
  }

  /// One record of one of several targets is missing, and the checksum does not say so.
  @Test func everyTargetIsNeeded() throws {
    let folder = try TemporaryFolder()
    let configuration = RunConfiguration.sample(goals: [.each])
    func records(without gap: Int?) -> [EvaluationRecord] {
      (0..<4).flatMap { image in
        (0..<3).flatMap { target in
          (0..<2).map {
            EvaluationRecord.sample(target: target, budget: $0, image: image, label: 0, clean: 0, after: 0)
          }
        }
      }.enumerated().filter { $0.offset != gap }.map(\.element)
    }
    for gap in [nil, 0, 11, 23] {
      let store = try RunStore.create(
        at: URL(filePath: folder("\(gap ?? -1).sqlite")), configuration: configuration,
        options: RunOptions(checks: .none))
      try store.append(records(without: gap))
      try store.setCheckReport(TrustReport())
      if gap == nil {
        #expect(try Baseline(of: store).outcomes.groups.count == 2)
      } else {
        #expect(throws: InputError.self, "without record \(gap ?? -1)") { try Baseline(of: store) }
      }
    }
  }
}
