import GRDB

/// The tables of a run store, and records as rows.
///
/// Untargeted records have target −1, since a primary key of a table without row ids holds no NULL.
enum RunSchema {
  /// Migrations in order; a new version appends one and never edits those before.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
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
    return migrator
  }

  private static let columns = """
    model, attack, goal, target, budget, image, label, cleanPrediction, prediction, success, attacked, linfNorm, l2Norm, \
    forwards, backwards, seed, flags
    """

  static let insertion = "INSERT INTO record (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

  static func arguments(_ record: EvaluationRecord) -> StatementArguments {
    [
      record.model, record.attack, record.goal, record.target ?? -1, record.budget, record.image, record.label,
      record.cleanPrediction, record.prediction, record.success, record.attacked, Double(record.linfNorm),
      Double(record.l2Norm), record.forwards, record.backwards, Int64(bitPattern: record.seed),
      record.flags.rawValue,
    ]
  }

  /// How the records of a query are sorted.
  enum Order: String {
    /// As they are stored.
    case key = "model, attack, goal, target, budget, image"
    /// All that happened to one image of one model, then to the next. SQLite sorts in a few megabytes, and on disk beyond.
    case image = "model, image, attack, goal, budget, target"
  }

  /// Hands the records that meet `condition` to `body`, one after the other.
  static func forEachRecord(
    _ database: Database, where condition: String, _ arguments: StatementArguments, by order: Order,
    _ body: (EvaluationRecord) throws -> Void
  ) throws {
    let cursor = try Row.fetchCursor(
      database, sql: "SELECT \(columns) FROM record WHERE \(condition) ORDER BY \(order.rawValue)",
      arguments: arguments)
    while let row = try cursor.next() {
      let target: Int = row[3]
      try body(
        EvaluationRecord(
          model: row[0], attack: row[1], goal: row[2], target: target < 0 ? nil : target, budget: row[4],
          image: row[5], label: row[6], cleanPrediction: row[7], prediction: row[8], success: row[9],
          attacked: row[10], linfNorm: Float(row[11] as Double), l2Norm: Float(row[12] as Double),
          forwards: row[13], backwards: row[14], seed: UInt64(bitPattern: row[15] as Int64),
          flags: RecordFlags(rawValue: row[16])))
    }
  }
}
