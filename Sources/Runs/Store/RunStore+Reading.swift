import GRDB

extension RunStore {
  /// All records, ordered by model, attack, goal, target, budget and image.
  public func records() throws -> [EvaluationRecord] {
    var records: [EvaluationRecord] = []
    try forEachRecord(by: .key) { records.append($0) }
    return records
  }

  /// The records of one model, attack and goal, of `images` or of all, that `isIncluded`, ordered by target, budget and image.
  public func records(
    model: Int, attack: Int, goal: Int, images: [Int]? = nil,
    where isIncluded: (EvaluationRecord) -> Bool = { _ in true }
  ) throws -> [EvaluationRecord] {
    let ofImages = images.map { " AND image IN (\($0.map(String.init).joined(separator: ", ")))" } ?? ""
    var records: [EvaluationRecord] = []
    try mappingStoreErrors(url) {
      try queue.read { database in
        try RunSchema.forEachRecord(
          database, within: limits, where: "model = ? AND attack = ? AND goal = ?" + ofImages, [model, attack, goal]
        ) { if isIncluded($0) { records.append($0) } }
      }
    }
    return records
  }

  /// Hands every record to `body`, which must not use the store. They are read one at a time, so that a run of any size
  /// can be summed up in little memory.
  ///
  /// - Throws: `InputError` of kind `.output`, after the last of them, if they are not those that were appended.
  func forEachRecord(by order: RunSchema.Order, _ body: (EvaluationRecord) throws -> Void) throws {
    try mappingStoreErrors(url) {
      try queue.read { database in
        let expected = try RunSchema.checksum(in: database)
        var checksum = RecordChecksum()
        try RunSchema.forEachRecord(database, within: limits, by: order) { record in
          checksum.add(record)
          try body(record)
        }
        guard checksum == expected else {
          throw RunSchema.Damage(
            checksum.count == expected.count
              ? "its records are not those that were written"
              : "it holds \(checksum.count) records, where \(expected.count) were written")
        }
      }
    }
  }

  /// Hands every record to `body`, which must not use the store, ordered by model, attack, goal, target, budget and image.
  ///
  /// - Throws: `InputError` of kind `.output`, after the last of them, if they are not those that were appended; and what
  ///   `body` throws.
  package func forEachRecord(_ body: (EvaluationRecord) throws -> Void) throws { try forEachRecord(by: .key, body) }

  /// The same, ordered by model and image, then attack, goal, budget and target.
  package func forEachRecordByImage(_ body: (EvaluationRecord) throws -> Void) throws {
    try forEachRecord(by: .image, body)
  }

  /// Reads every record.
  ///
  /// - Throws: `InputError` of kind `.output` if they are not those that were appended.
  public func verify() throws { try forEachRecord(by: .key) { _ in } }

  /// The images that have records for a model, attack and goal: what a resumed run need not do again.
  public func images(model: Int, attack: Int, goal: Int) throws -> Set<Int> {
    try mappingStoreErrors(url) {
      try queue.read { database in
        let cursor = try DatabaseValue.fetchCursor(
          database, sql: "SELECT DISTINCT image FROM record WHERE model = ? AND attack = ? AND goal = ?",
          arguments: [model, attack, goal])
        var images = Set<Int>()
        while let value = try cursor.next() {
          guard case .int64(let image) = value.storage else { throw RunSchema.Damage("it holds an impossible image") }
          images.insert(Int(image))
        }
        return images
      }
    }
  }

  public func recordCount() throws -> Int {
    try mappingStoreErrors(url) { try queue.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM record") ?? 0 } }
  }
}
