import Foundation
import GRDB

extension RunStore {
  /// What the trust checks found; empty if they did not run.
  public func checkReport() throws -> CheckReport {
    try reporting(url) {
      try queue.read { database in
        func all<Value: Decodable>(_ table: String) throws -> [Value] {
          try String.fetchAll(database, sql: "SELECT json FROM \(table) ORDER BY position").map {
            try JSONDecoder().decode(Value.self, from: Data($0.utf8))
          }
        }
        return CheckReport(checks: try all("checkResult"), findings: try all("finding"))
      }
    }
  }

  /// Replaces what the trust checks found.
  public func setCheckReport(_ report: CheckReport) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    func json(_ value: some Encodable) throws -> String { String(decoding: try encoder.encode(value), as: UTF8.self) }
    try reporting(url) {
      try queue.write { database in
        try database.execute(sql: "DELETE FROM checkResult; DELETE FROM finding")
        for (position, result) in report.checks.enumerated() {
          try database.execute(
            sql: "INSERT INTO checkResult (position, name, json) VALUES (?, ?, ?)",
            arguments: [position, result.check, try json(result)])
        }
        for (position, finding) in report.findings.enumerated() {
          try database.execute(
            sql: "INSERT INTO finding (position, name, severity, json) VALUES (?, ?, ?, ?)",
            arguments: [position, finding.check, finding.severity.rawValue, try json(finding)])
        }
      }
    }
  }
}
