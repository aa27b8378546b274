import Foundation
import GRDB

/// Which picture of a run: there is one for each exported record.
package struct PictureKey: Sendable, Hashable {
  package let model: Int
  package let attack: Int
  package let goal: Int
  package let target: Int
  package let budget: Int
  package let image: Int

  package init(_ record: EvaluationRecord) {
    (model, attack, goal) = (record.model, record.attack, record.goal)
    (target, budget, image) = (record.target ?? -1, record.budget, record.image)
  }

  fileprivate init(model: Int, _ values: [Int]) {
    (self.model, attack, goal, target) = (model, values[0], values[1], values[2])
    (budget, image) = (values[3], values[4])
  }
}

/// The hashes of the files in `images/`: a picture that has none, or another, is made again.
extension RunStore {
  /// Remembers the SHA-256 of pictures that were written.
  package func setPictures(_ hashes: [(key: PictureKey, sha256: String)]) throws {
    guard !hashes.isEmpty else { return }
    try mappingStoreErrors(url) {
      try queue.write { database in
        let insert = try database.makeStatement(sql: "INSERT OR REPLACE INTO picture VALUES (?, ?, ?, ?, ?, ?, ?)")
        for (key, sha256) in hashes {
          try insert.execute(
            arguments: [key.model, key.attack, key.goal, key.target, key.budget, key.image, sha256])
        }
      }
    }
  }

  /// The SHA-256 of the pictures of `model` that were written.
  package func pictures(model: Int) throws -> [PictureKey: String] {
    try mappingStoreErrors(url) {
      try queue.read { database in
        let cursor = try Row.fetchCursor(
          database, sql: "SELECT attack, goal, target, budget, image, sha256 FROM picture WHERE model = ?",
          arguments: [model])
        var pictures: [PictureKey: String] = [:]
        while let row = try cursor.next() {
          // A damaged row is no reason to stop: its picture is made again.
          let values = (0..<5).compactMap { column -> Int? in
            guard case .int64(let value) = (row[column] as DatabaseValue).storage else { return nil }
            return Int(value)
          }
          guard values.count == 5, case .string(let sha256) = (row[5] as DatabaseValue).storage else { continue }
          pictures[PictureKey(model: model, values)] = sha256
        }
        return pictures
      }
    }
  }
}
