import Foundation
import GRDB

/// The SQLite file of a run store: how it is opened, and replaced as a whole.
enum RunFile {
  static func open(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    // Whoever reads a run while it goes on holds up its next chunk, or is held up by it, for milliseconds.
    configuration.busyMode = .timeout(30)
    configuration.prepareDatabase { database in
      // A damaged page is then noticed where it is read; a foreign schema runs nothing.
      try database.execute(sql: "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF")
    }
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Puts a file that `body` makes at the path it is given in the place of `url`, once it is on the disk.
  static func replace(_ url: URL, with body: (_ path: String) throws -> Void) throws {
    let path = url.deletingLastPathComponent().appending(path: temporaryPrefix + url.lastPathComponent).path
    remove(path)
    do {
      try body(path)
    } catch {
      remove(path)
      throw error
    }
    let descriptor = Foundation.open(path, O_RDWR | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    guard descriptor >= 0, fsync(descriptor) == 0, rename(path, url.path) == 0 else {
      let code = errno
      remove(path)
      throw DatabaseError(resultCode: .SQLITE_IOERR, message: "can't be written: \(String(cString: strerror(code)))")
    }
  }

  /// What the name of a store begins with until it is complete.
  static let temporaryPrefix = ".new."

  private static func remove(_ path: String) { for suffix in ["", "-journal"] { unlink(path + suffix) } }
}
