import Attacks
import Files
import Foundation
import GRDB

/// Records and the other contents of a store as rows.
extension RunSchema {
  static let recordColumns =
    [
      "model", "attack", "goal", "target", "budget", "image", "label", "cleanPrediction", "prediction", "success",
      "attacked", "forwards", "backwards", "seed", "flags",
    ] + NormCatalog.all.map(column(of:))

  /// Where the distance in `norm` is.
  static func column(of norm: any Norm) -> String { "\(norm.name)Norm" }

  private static let columns = recordColumns.joined(separator: ", ")

  static let insertion =
    "INSERT INTO record (\(columns)) VALUES (\(recordColumns.map { _ in "?" }.joined(separator: ", ")))"

  static func arguments(_ record: EvaluationRecord) -> StatementArguments {
    [
      record.model, record.attack, record.goal, record.target ?? -1, record.budget, record.image, record.label,
      record.cleanPrediction, record.prediction, record.success, record.attacked, record.forwards, record.backwards,
      Int64(bitPattern: record.seed), record.flags.rawValue,
    ] + StatementArguments(record.distances.values.map { $0.map(Double.init) })
  }

  /// How the records of a query are sorted.
  enum Order: String {
    /// As they are stored.
    case key = "model, attack, goal, target, budget, image"
    /// All that happened to one image of one model, then to the next. SQLite sorts in a few megabytes, and on disk beyond.
    case image = "model, image, attack, goal, budget, target"
  }

  /// Hands the records that meet `condition` to `body`, one after the other.
  ///
  /// - Throws: `Damage` at a record that can't be within `limits`.
  static func forEachRecord(
    _ database: Database, within limits: RecordLimits, where condition: String = "1",
    _ arguments: StatementArguments = [], by order: Order = .key, _ body: (EvaluationRecord) throws -> Void
  ) throws {
    let cursor = try Row.fetchCursor(
      database, sql: "SELECT \(columns) FROM record WHERE \(condition) ORDER BY \(order.rawValue)",
      arguments: arguments)
    while let row = try cursor.next() {
      let record = try record(row)
      if let violation = limits.violation(record) { throw Damage("it holds a record with \(violation)") }
      try body(record)
    }
  }

  /// SQLite may hand out any type for any column of a damaged file; GRDB's own conversions trap then.
  private static func record(_ row: Row) throws -> EvaluationRecord {
    func integer(_ index: Int) throws -> Int {
      guard case .int64(let value) = (row[index] as DatabaseValue).storage else { throw wrongType(index) }
      return Int(value)
    }
    /// An earlier version did not record it if it is null.
    func distance(_ index: Int) throws -> Float? {
      switch (row[index] as DatabaseValue).storage {
      case .double(let value): return Float(value)
      case .null: return nil
      default: throw wrongType(index)
      }
    }
    func flag(_ index: Int) throws -> Bool {
      let value = try integer(index)
      guard value == 0 || value == 1 else { throw wrongType(index) }
      return value == 1
    }
    func wrongType(_ index: Int) -> Damage { Damage("it holds a record with an impossible \(recordColumns[index])") }
    let target = try integer(3)
    return EvaluationRecord(
      model: try integer(0), attack: try integer(1), goal: try integer(2), target: target == -1 ? nil : target,
      budget: try integer(4), image: try integer(5), label: try integer(6), cleanPrediction: try integer(7),
      prediction: try integer(8), success: try flag(9), attacked: try flag(10),
      distances: NormDistances(try NormCatalog.all.indices.map { try distance(15 + $0) }), forwards: try integer(11),
      backwards: try integer(12), seed: UInt64(bitPattern: Int64(try integer(13))),
      flags: RecordFlags(rawValue: try integer(14)))
  }

  // MARK: - The other tables

  /// The configuration written as `json`.
  static func configuration(_ json: DatabaseValue) throws -> RunConfiguration {
    guard case .string(let text) = json.storage,
      let configuration = try? JSONDecoder().decode(RunConfiguration.self, from: Data(text.utf8))
    else { throw Damage("its configuration can't be read") }
    if let problem = configuration.problem { throw Damage("its configuration has \(problem)") }
    return configuration
  }

  /// The configuration, whose hash is stored beside it; by earlier versions with the places of its models and images.
  static func configuration(in database: Database) throws -> RunConfiguration {
    guard let row = try Row.fetchOne(database, sql: "SELECT json, hash FROM configuration") else {
      throw Damage("it has no configuration")
    }
    let configuration = try configuration(row[0])
    let hashes = [configuration.configurationHash, Checksum.sha256(of: configuration.canonicalJSON)]
    guard case .string(let hash) = (row[1] as DatabaseValue).storage, hashes.contains(hash) else {
      throw Damage("its configuration is not the one whose hash it holds")
    }
    return configuration
  }

  static func checksum(in database: Database) throws -> RecordChecksum {
    guard let row = try Row.fetchOne(database, sql: "SELECT count, sum FROM checksum"),
      case .int64(let count) = (row[0] as DatabaseValue).storage,
      case .int64(let sum) = (row[1] as DatabaseValue).storage
    else { throw Damage("it has no checksum") }
    return RecordChecksum(count: Int(count), sum: UInt64(bitPattern: sum))
  }

  static func setChecksum(_ checksum: RecordChecksum, in database: Database) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO checksum (id, count, sum) VALUES (1, ?, ?)",
      arguments: [checksum.count, Int64(bitPattern: checksum.sum)])
  }

  /// The object in the only row of `table`, if there is one.
  static func object<Value: Decodable>(_ type: Value.Type, in table: String, _ database: Database) throws -> Value? {
    guard let row = try Row.fetchOne(database, sql: "SELECT json FROM \(table)") else { return nil }
    guard case .string(let text) = (row[0] as DatabaseValue).storage,
      let value = try? decoder.decode(type, from: Data(text.utf8))
    else { throw Damage("its table “\(table)” can't be read") }
    return value
  }

  static func setObject(_ value: some Encodable, in table: String, _ database: Database) throws {
    let json = String(decoding: try encoder.encode(value), as: UTF8.self)
    try database.execute(sql: "INSERT OR REPLACE INTO \(table) (id, json) VALUES (1, ?)", arguments: [json])
  }

  /// ISO 8601 with milliseconds, in UTC.
  private static let dateStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder.compact
    encoder.dateEncodingStrategy = .custom { date, encoder in
      var container = encoder.singleValueContainer()
      try container.encode(date.formatted(dateStyle))
    }
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .custom { decoder in
      let container = try decoder.singleValueContainer()
      // Earlier versions wrote the seconds since 2001.
      if let seconds = try? container.decode(Double.self) { return Date(timeIntervalSinceReferenceDate: seconds) }
      let text = try container.decode(String.self)
      return try (try? dateStyle.parse(text)) ?? Date.ISO8601FormatStyle().parse(text)
    }
    return decoder
  }
}
