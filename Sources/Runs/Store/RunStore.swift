import Diagnostics
import Files
public import Foundation
import GRDB

/// One record per (model, attack, goal, target, budget, image) of a run, in an SQLite file.
///
/// The file is complete after every `append`: a run that is killed loses at most the chunk in flight. The rollback
/// journal is deleted after each transaction, so the store is one file. What is read from it is checked: a file that was
/// damaged or tampered with gives an error, never a wrong index.
public final class RunStore: Sendable {
  /// Where the store is.
  public let url: URL
  public let configuration: RunConfiguration
  let queue: DatabaseQueue
  let limits: RecordLimits
  /// Held until the store is closed, if this is the process that works on the run.
  private let lock: RunLock?

  private init(url: URL, configuration: RunConfiguration, queue: DatabaseQueue, lock: RunLock?) {
    self.url = url
    self.configuration = configuration
    self.queue = queue
    self.lock = lock
    limits = RecordLimits(configuration)
  }

  /// Makes a new store for `configuration`.
  ///
  /// - Throws: `InputError` of kind `.output` if `url` exists or can't be written.
  public static func create(
    at url: URL, configuration: RunConfiguration, options: RunOptions = RunOptions()
  ) throws -> RunStore {
    try create(at: url, configuration: configuration, options: options, lock: nil)
  }

  /// Makes a new store beside its place and puts it there once it can be opened: a process that is killed leaves none, or
  /// one of an empty run.
  package static func create(
    at url: URL, configuration: RunConfiguration, options: RunOptions, lock: RunLock?
  ) throws -> RunStore {
    guard !FileManager.default.fileExists(atPath: url.path) else {
      throw InputError(
        .output, url.path, "already holds a run",
        remedy: "resume that run with the same options, or name another output folder")
    }
    if let problem = configuration.problem {
      throw InputError(.usage, "the run", "asks for \(problem)", remedy: "ask for what can be, and for less of it")
    }
    let json = String(decoding: configuration.canonicalJSON, as: UTF8.self)
    try mappingStoreErrors(url) {
      try RunFile.replace(url) { path in
        let queue = try RunFile.open(path)
        try RunSchema.migrator.migrate(queue)
        try queue.write { database in
          try database.execute(
            sql: "INSERT INTO configuration (id, hash, json) VALUES (1, ?, ?)",
            arguments: [configuration.configurationHash, json])
          try RunSchema.setObject(options, in: "options", database)
        }
        try queue.close()
      }
    }
    return try open(at: url, lock: lock)
  }

  /// Opens the store at `url`, migrating an older one.
  ///
  /// - Throws: `InputError` of kind `.output` if there is none, if it is no intact run store, or if it was made by a
  ///   newer version.
  public static func open(at url: URL) throws -> RunStore { try open(at: url, lock: nil) }

  private static func open(at url: URL, lock: RunLock?) throws -> RunStore {
    guard let kind = PathKind(at: url.path) else {
      throw InputError(.output, url.path, "no run store there", remedy: "name the folder of a run")
    }
    // SQLite would follow it, and an older store is migrated where it is.
    guard kind == .file else {
      throw InputError(
        .output, url.path, "is \(kind.words), and a run keeps a file of its own there",
        remedy: kind == .link ? "put the file that it leads to in its place" : "name the folder of a run")
    }
    return try mappingStoreErrors(url) {
      let queue = try RunFile.open(url.path)
      let configuration = try queue.read { database in
        guard try !RunSchema.migrator.hasBeenSuperseded(database) else {
          throw InputError(
            .output, url.path, "was written by a newer version of robust", remedy: "open it with that version")
        }
        let verdict = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "nothing"
        guard verdict == "ok" else { throw RunSchema.Damage("SQLite finds \(verdict)") }
        // Before anything is changed in a file that may be another program's.
        guard try database.tableExists("configuration") else { throw RunSchema.Damage("it has no configuration") }
        return try RunSchema.configuration(in: database)
      }
      try RunSchema.migrator.migrate(queue)
      try queue.read { try RunSchema.checkTables($0) }
      return RunStore(url: url, configuration: configuration, queue: queue, lock: lock)
    }
  }

  /// Opens the store at `url` to go on with `configuration`.
  ///
  /// - Throws: `InputError` of kind `.output`, naming what differs, if it holds a run of another configuration.
  public static func open(at url: URL, expecting configuration: RunConfiguration) throws -> RunStore {
    try open(at: url, expecting: configuration, lock: nil)
  }

  package static func open(at url: URL, expecting configuration: RunConfiguration, lock: RunLock?) throws -> RunStore {
    let store = try open(at: url, lock: lock)
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
    try append { add in for record in records { try add(record) } }
  }

  /// Adds, in one transaction, what `feed` hands over, which must not use the store.
  package func append(from feed: ((EvaluationRecord) throws -> Void) throws -> Void) throws {
    try mappingStoreErrors(url) {
      try queue.write { database in
        let insert = try database.makeStatement(sql: RunSchema.insertion)
        var checksum = try RunSchema.checksum(in: database)
        let before = checksum
        try feed { record in
          try insert.execute(arguments: RunSchema.arguments(record))
          checksum.add(record)
        }
        try RunSchema.setChecksum(checksum, in: database)
        // What checks said of fewer records says nothing of these.
        if checksum != before { try RunSchema.breakSeal(in: database) }
      }
    }
  }

  /// The circumstances of the run so far.
  public func facts() throws -> RunFacts? {
    try mappingStoreErrors(url) { try queue.read { try RunSchema.object(RunFacts.self, in: "facts", $0) } }
  }

  public func setFacts(_ facts: RunFacts) throws {
    try mappingStoreErrors(url) { try queue.write { try RunSchema.setObject(facts, in: "facts", $0) } }
  }

  /// What the run was asked for beyond its configuration; the defaults in a store of an older version.
  public func options() throws -> RunOptions {
    try mappingStoreErrors(url) {
      try queue.read { try RunSchema.object(RunOptions.self, in: "options", $0) ?? RunOptions() }
    }
  }

  package func setOptions(_ options: RunOptions) throws {
    try mappingStoreErrors(url) {
      try queue.write { database in
        try RunSchema.setObject(options, in: "options", database)
        try RunSchema.breakSeal(in: database)
      }
    }
  }

  /// Lets the file grow to `count` pages and no further, as a full disk would.
  package func limitPages(to count: Int) throws {
    try queue.inDatabase { try $0.execute(sql: "PRAGMA max_page_count = \(count)") }
  }

  /// Closes the file; the store can't be used afterwards.
  public func close() throws {
    defer { lock?.release() }
    try mappingStoreErrors(url) { try queue.close() }
  }

  /// Writes the file anew, then closes it: stores of equal contents then have equal bytes, in whatever order and however
  /// many pieces they were written.
  public func closeCompacted() throws {
    defer { lock?.release() }
    try mappingStoreErrors(url) {
      try RunFile.replace(url) { path in
        try queue.vacuum(into: path)
        try queue.close()
        // It counts how often the file was made anew.
        let compacted = try RunFile.open(path)
        try compacted.writeWithoutTransaction { try $0.execute(sql: "PRAGMA schema_version = 1") }
        try compacted.close()
      }
    }
  }
}
