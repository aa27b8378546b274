import Attacks
import GRDB

/// The tables of a run store.
enum RunSchema {
  /// Migrations in order; a new version appends one and never edits those before.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    // Untargeted records have target −1, since a primary key of a table without row ids holds no NULL.
    migrator.registerMigration("1") { database in
      try database.execute(
        sql: """
          CREATE TABLE configuration (
            id INTEGER PRIMARY KEY CHECK (id = 1), hash TEXT NOT NULL, json TEXT NOT NULL
          ) STRICT;
          CREATE TABLE facts (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL) STRICT;
          CREATE TABLE record (
            model INTEGER NOT NULL, attack INTEGER NOT NULL, goal INTEGER NOT NULL, target INTEGER NOT NULL,
            budget INTEGER NOT NULL, image INTEGER NOT NULL, label INTEGER NOT NULL,
            cleanPrediction INTEGER NOT NULL, prediction INTEGER NOT NULL, success INTEGER NOT NULL,
            attacked INTEGER NOT NULL, linfNorm REAL NOT NULL, l2Norm REAL NOT NULL,
            forwards INTEGER NOT NULL, backwards INTEGER NOT NULL, seed INTEGER NOT NULL,
            PRIMARY KEY (model, attack, goal, target, budget, image)
          ) STRICT, WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("2") { database in
      try database.execute(
        sql: """
          ALTER TABLE record ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;
          CREATE TABLE checkResult (position INTEGER PRIMARY KEY, name TEXT NOT NULL, json TEXT NOT NULL) STRICT;
          CREATE TABLE finding (
            position INTEGER PRIMARY KEY, name TEXT NOT NULL, severity TEXT NOT NULL, json TEXT NOT NULL
          ) STRICT;
          """)
    }
    // Norms that came later: what older records lack is null. Before the migration that reads records.
    for norm in NormCatalog.all where !["linf", "l2"].contains(norm.name) {
      migrator.registerMigration("norm-\(norm.name)") { database in
        try database.execute(sql: "ALTER TABLE record ADD COLUMN \(column(of: norm)) REAL")
      }
    }
    migrator.registerMigration("3") { database in
      try database.execute(
        sql: """
          CREATE TABLE options (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL) STRICT;
          CREATE TABLE checksum (
            id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL, sum INTEGER NOT NULL
          ) STRICT;
          """)
      var checksum = RecordChecksum()
      if let row = try Row.fetchOne(database, sql: "SELECT json FROM configuration") {
        let limits = RecordLimits(try RunSchema.configuration(row[0] as DatabaseValue))
        try RunSchema.forEachRecord(database, within: limits) { checksum.add($0) }
      }
      try RunSchema.setChecksum(checksum, in: database)
    }
    registerSeal(in: &migrator)
    // What tells a picture that was damaged, or is another one, from the one that was written. Independent of the others.
    migrator.registerMigration("pictures") { database in
      try database.execute(
        sql: """
          CREATE TABLE picture (
            model INTEGER NOT NULL, attack INTEGER NOT NULL, goal INTEGER NOT NULL, target INTEGER NOT NULL,
            budget INTEGER NOT NULL, image INTEGER NOT NULL, sha256 TEXT NOT NULL,
            PRIMARY KEY (model, attack, goal, target, budget, image)
          ) STRICT, WITHOUT ROWID;
          """)
    }
    return migrator
  }

  /// The tables that a store of this version has, with the columns that are read.
  private static let columnsOfTables = [
    "configuration": ["id", "hash", "json"], "facts": ["id", "json"], "options": ["id", "json"],
    "checksum": ["id", "count", "sum"], "record": recordColumns,
    "picture": ["model", "attack", "goal", "target", "budget", "image", "sha256"],
    "checkResult": ["position", "name", "json"], "finding": ["position", "name", "severity", "json"],
    "seal": ["id", "hash"],
  ]

  /// - Throws: `Damage` if a table is missing, is a view, or lacks a column.
  static func checkTables(_ database: Database) throws {
    for (table, columns) in columnsOfTables {
      guard try database.tableExists(table), try !database.viewExists(table) else {
        throw Damage("it has no table “\(table)”")
      }
      let present = Set(try database.columns(in: table).map(\.name))
      if let missing = columns.first(where: { !present.contains($0) }) {
        throw Damage("its table “\(table)” has no column “\(missing)”")
      }
    }
  }

  /// What is wrong with a store that robust did not leave so.
  struct Damage: Error {
    let problem: String

    init(_ problem: String) { self.problem = problem }
  }
}
