import Files
public import Foundation
import GRDB

/// One record per (model, attack, goal, target, budget, image) of a run, in an SQLite file.
///
/// The file is complete after every `append`: a run that is killed loses at most the chunk in flight. The rollback
/// journal is deleted after each transaction, so the store is one file.
public final class RunStore: Sendable {
  /// Where the store is.
  public let url: URL
  public let configuration: RunConfiguration
  let queue: DatabaseQueue

  private init(url: URL, configuration: RunConfiguration, queue: DatabaseQueue) {
    self.url = url
    self.configuration = configuration
    self.queue = queue
  }

  /// Makes a new store for `configuration`.
  ///
  /// - Throws: `InputError` of kind `.output` if `url` exists or can't be written.
  public static func create(at url: URL, configuration: RunConfiguration) throws -> RunStore {
    guard !FileManager.default.fileExists(atPath: url.path) else {
      throw InputError(
        .output, url.path, "already holds a run",
        remedy: "resume that run with the same options, or name another output folder")
    }
    let json = String(decoding: configuration.canonicalJSON, as: UTF8.self)
    return try reporting(url) {
      let queue = try DatabaseQueue(path: url.path)
      do {
        try RunSchema.migrator.migrate(queue)
        try queue.write { database in
          try database.execute(
            sql: "INSERT INTO configuration (id, hash, json) VALUES (1, ?, ?)",
            arguments: [configuration.configurationHash, json])
        }
      } catch {
        try? queue.close()
        try? FileManager.default.removeItem(at: url)
        throw error
      }
      return RunStore(url: url, configuration: configuration, queue: queue)
    }
  }

  /// Opens the store at `url`, migrating an older one.
  ///
  /// - Throws: `InputError` of kind `.output` if there is none, if it is no run store, or if it was made by a newer
  ///   version.
  public static func open(at url: URL) throws -> RunStore {
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw InputError(.output, url.path, "no run store there", remedy: "name the folder of a run")
    }
    let damaged = InputError(
      .output, url.path, "is not an intact run store", remedy: "delete it and run the sweep again")
    return try reporting(url) {
      let queue = try DatabaseQueue(path: url.path)
      let known = try queue.read { try RunSchema.migrator.hasBeenSuperseded($0) }
      if known {
        throw InputError(
          .output, url.path, "was written by a newer version of robust", remedy: "open it with that version")
      }
      try queue.read { database in
        guard try database.tableExists("configuration") else { throw damaged }
      }
      try RunSchema.migrator.migrate(queue)
      let row = try queue.read { try Row.fetchOne($0, sql: "SELECT hash, json FROM configuration") }
      guard let row, let json = row["json"] as String?, let hash = row["hash"] as String?,
        let configuration = try? JSONDecoder().decode(RunConfiguration.self, from: Data(json.utf8)),
        configuration.configurationHash == hash
      else { throw damaged }
      return RunStore(url: url, configuration: configuration, queue: queue)
    }
  }

  /// Opens the store at `url` to go on with `configuration`.
  ///
  /// - Throws: `InputError` of kind `.output`, naming what differs, if it holds a run of another configuration.
  public static func open(at url: URL, expecting configuration: RunConfiguration) throws -> RunStore {
    let store = try open(at: url)
    guard store.configuration.configurationHash == configuration.configurationHash else {
      let differences = configuration.differences(from: store.configuration)
      throw InputError(
        .output, url.path,
        "holds a run with another configuration: \(differences.joined(separator: "; "))",
        remedy: "name another output folder, or repeat the options of the run that is there")
    }
    return store
  }

  /// Adds `records` in one transaction: all of them or none.
  ///
  /// - Throws: `InputError` of kind `.output` if the disk is full or a record is there already.
  public func append(_ records: [EvaluationRecord]) throws {
    try reporting(url) {
      try queue.write { database in
        let insert = try database.makeStatement(sql: RunSchema.insertion)
        for record in records { try insert.execute(arguments: RunSchema.arguments(record)) }
      }
    }
  }

  /// All records, ordered by model, attack, goal, target, budget and image.
  public func records() throws -> [EvaluationRecord] {
    var records: [EvaluationRecord] = []
    try forEachRecord(where: "1", [], by: .key) { records.append($0) }
    return records
  }

  /// The records of one model, attack and goal that `isIncluded`, ordered by target, budget and image.
  public func records(
    model: Int, attack: Int, goal: Int, where isIncluded: (EvaluationRecord) -> Bool = { _ in true }
  ) throws -> [EvaluationRecord] {
    var records: [EvaluationRecord] = []
    try forEachRecord(where: "model = ? AND attack = ? AND goal = ?", [model, attack, goal], by: .key) {
      if isIncluded($0) { records.append($0) }
    }
    return records
  }

  /// Hands every record to `body`, which must not use the store: ordered by model and image, then attack, goal, budget and
  /// target. They are read one at a time, so that a run of any size can be summed up in little memory.
  func forEachRecordByImage(_ body: (EvaluationRecord) throws -> Void) throws {
    try forEachRecord(where: "1", [], by: .image, body)
  }

  private func forEachRecord(
    where condition: String, _ arguments: StatementArguments, by order: RunSchema.Order,
    _ body: (EvaluationRecord) throws -> Void
  ) throws {
    try reporting(url) {
      try queue.read { try RunSchema.forEachRecord($0, where: condition, arguments, by: order, body) }
    }
  }

  /// The images that have records for a model, attack and goal: what a resumed run need not do again.
  public func images(model: Int, attack: Int, goal: Int) throws -> Set<Int> {
    try reporting(url) {
      try queue.read {
        try Set(
          Int.fetchAll(
            $0, sql: "SELECT DISTINCT image FROM record WHERE model = ? AND attack = ? AND goal = ?",
            arguments: [model, attack, goal]))
      }
    }
  }

  public func recordCount() throws -> Int {
    try reporting(url) { try queue.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM record") ?? 0 } }
  }

  /// The circumstances of the run, once it has finished.
  public func facts() throws -> RunFacts? {
    try reporting(url) {
      let json = try queue.read { try String.fetchOne($0, sql: "SELECT json FROM facts") }
      return try json.flatMap { try JSONDecoder().decode(RunFacts.self, from: Data($0.utf8)) }
    }
  }

  public func setFacts(_ facts: RunFacts) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let json = String(decoding: try encoder.encode(facts), as: UTF8.self)
    try reporting(url) {
      try queue.write {
        try $0.execute(sql: "INSERT OR REPLACE INTO facts (id, json) VALUES (1, ?)", arguments: [json])
      }
    }
  }

  /// Lets the file grow to `count` pages and no further, as a full disk would.
  package func limitPages(to count: Int) throws {
    try queue.inDatabase { try $0.execute(sql: "PRAGMA max_page_count = \(count)") }
  }

  /// Closes the file; the store can't be used afterwards.
  public func close() throws { try reporting(url) { try queue.close() } }
}

/// Turns SQLite's errors about `url` into what the user can do about them.
func reporting<Result>(_ url: URL, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as DatabaseError {
    let message = error.message ?? "SQLite error \(error.resultCode.rawValue)"
    let remedy =
      switch error.resultCode {
      case .SQLITE_FULL: "free some disk space, then run the same command again: it goes on where it stopped"
      case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
        "choose an output folder that exists and can be written"
      case .SQLITE_BUSY, .SQLITE_LOCKED: "wait for the other program that uses it to finish"
      case .SQLITE_NOTADB, .SQLITE_CORRUPT: "delete it and run the sweep again"
      case .SQLITE_CONSTRAINT: "the run holds these results already; resume it, or name another output folder"
      default: "check the disk and the output folder, then run the same command again"
      }
    throw InputError(.output, url.path, message, remedy: remedy)
  }
}
