import Files
import Foundation
import GRDB

/// The seal of a run: a checksum of the results of its trust checks, of what was asked for, and of the records they judged.
///
/// It is set when the checks have ended and broken by whatever is added afterwards: a run without one was stopped before its
/// checks, or is of a version that set none.
extension RunSchema {
  /// What a store of an older version says of its checks can't be vouched for: it gets no seal.
  static func registerSeal(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("gate-1") { database in
      try database.execute(
        sql: """
          DROP TABLE IF EXISTS seal;
          CREATE TABLE seal (id INTEGER PRIMARY KEY CHECK (id = 1), hash TEXT NOT NULL) STRICT;
          """)
    }
  }

  static func setSeal(in database: Database) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO seal (id, hash) VALUES (1, ?)", arguments: [try sealOfContents(database)])
  }

  static func breakSeal(in database: Database) throws { try database.execute(sql: "DELETE FROM seal") }

  /// Whether there is a seal.
  ///
  /// - Throws: `Damage` if there is one, and what it was set on has changed.
  static func isSealed(_ database: Database) throws -> Bool {
    guard let row = try Row.fetchOne(database, sql: "SELECT hash FROM seal") else { return false }
    guard case .string(try sealOfContents(database)) = (row[0] as DatabaseValue).storage else {
      throw Damage("its trust checks, or what was asked of it, are not those that were written")
    }
    return true
  }

  private static func sealOfContents(_ database: Database) throws -> String {
    let checksum = try checksum(in: database)
    var parts = [["records", "\(checksum.count)", "\(checksum.sum)"]]
    let queries = [
      "SELECT hash FROM configuration", "SELECT json FROM options",
      "SELECT position, name, json FROM checkResult ORDER BY position",
      "SELECT position, name, severity, json FROM finding ORDER BY position",
    ]
    for query in queries {
      for row in try Row.fetchAll(database, sql: query) {
        parts.append([query] + row.databaseValues.map(text))
      }
    }
    return Checksum.sha256(of: try JSONEncoder.compact.encode(parts))
  }

  /// Different for values that differ, of whatever type a damaged file gives them.
  private static func text(_ value: DatabaseValue) -> String {
    switch value.storage {
    case .null: "null"
    case .int64(let number): "integer \(number)"
    case .double(let number): "real \(number)"
    case .string(let text): "text \(text)"
    case .blob(let data): "blob \(data.base64EncodedString())"
    }
  }
}
