import Foundation
import GRDB

/// The facts of a run store as they stand in its file.
enum StoredText {
  static func fetch(_ url: URL) throws -> String? {
    try DatabaseQueue(path: url.path).read { try String.fetchOne($0, sql: "SELECT json FROM facts") }
  }

  static func replace(_ url: URL, by change: (String) -> String) throws {
    let text = try fetch(url) ?? ""
    let queue = try DatabaseQueue(path: url.path)
    try queue.write { try $0.execute(sql: "UPDATE facts SET json = ?", arguments: [change(text)]) }
    try queue.close()
  }
}
