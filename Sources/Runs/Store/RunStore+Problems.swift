import Diagnostics
import Foundation
import GRDB

/// Turns errors of SQLite, and of the contents of the file at `url`, into an `InputError` that says what the user can do.
func mappingStoreErrors<Result>(_ url: URL, _ body: () throws -> Result) throws -> Result {
  func damage(_ problem: String) -> InputError {
    InputError(
      .output, url.path, "is not an intact run store: \(problem)",
      remedy: "restore it from a copy, or delete it and run the sweep again")
  }
  do {
    return try body()
  } catch let error as RunSchema.Damage {
    throw damage(error.problem)
  } catch let error as RowDecodingError {
    throw damage("\(error)")
  } catch let error as DatabaseError {
    let message = error.message ?? "SQLite error \(error.resultCode.rawValue)"
    let remedy: String
    switch error.resultCode {
    case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_ERROR, .SQLITE_MISMATCH, .SQLITE_TOOBIG, .SQLITE_RANGE:
      throw damage(message)
    case .SQLITE_FULL: remedy = "free some disk space, then run \(Action.again) again: it goes on where it stopped"
    case .SQLITE_IOERR:
      remedy = "check the disk and the limit on the size of files (ulimit -f), then run \(Action.again) again"
    case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
      remedy = "choose an output folder that exists and can be written"
    case .SQLITE_BUSY, .SQLITE_LOCKED: remedy = "wait for the other program that uses it to finish"
    case .SQLITE_CONSTRAINT: remedy = "the run holds these results already; resume it, or name another output folder"
    default: remedy = "check the disk and the output folder, then run \(Action.again) again"
    }
    throw InputError(.output, url.path, message, remedy: remedy)
  }
}
