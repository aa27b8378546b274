import Files
import Foundation
import GRDB

extension RunStore {
  /// Whether the trust checks have ended, all that were asked for, on the records that are there.
  ///
  /// - Throws: `InputError` of kind `.output` if their results were changed afterwards.
  public func isChecked() throws -> Bool {
    try mappingStoreErrors(url) { try queue.read { try RunSchema.isSealed($0) } }
  }

  /// What the trust checks found; empty if they did not run.
  public func checkReport() throws -> TrustReport {
    try mappingStoreErrors(url) {
      try queue.read { database in
        _ = try RunSchema.isSealed(database)
        func all<Value: Decodable>(_ table: String) throws -> [Value] {
          try String.fetchAll(database, sql: "SELECT json FROM \(table) ORDER BY position").map {
            guard let value = try? JSONDecoder().decode(Value.self, from: Data($0.utf8)) else {
              throw RunSchema.Damage("its table “\(table)” can't be read")
            }
            return value
          }
        }
        let report = TrustReport(checks: try all("checkResult"), findings: try all("finding"))
        guard report.findings.allSatisfy({ $0.scope.isWithin(configuration) }) else {
          throw RunSchema.Damage("it holds a finding about what is not in the run")
        }
        return report
      }
    }
  }

  /// Replaces what the trust checks found, now that they have ended.
  public func setCheckReport(_ report: TrustReport) throws {
    let encoder = JSONEncoder.compact
    func json(_ value: some Encodable) throws -> String { String(decoding: try encoder.encode(value), as: UTF8.self) }
    try mappingStoreErrors(url) {
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
        try RunSchema.setSeal(in: database)
      }
    }
  }
}

extension Finding.Scope {
  /// Whether what it is about is in a run of `configuration`.
  fileprivate func isWithin(_ configuration: RunConfiguration) -> Bool {
    (modelIndex.map(configuration.models.indices.contains) ?? true)
      && (attackIndex.map(configuration.attacks.indices.contains) ?? true)
      && (goalIndex.map(configuration.goals.indices.contains) ?? true)
      && (budgetIndex.map(configuration.budgets.indices.contains) ?? true)
  }
}
