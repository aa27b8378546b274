import Files
import Foundation

/// A folder that is made beside its place and renamed when it is complete, so that nobody sees a part of it.
struct ExportFolder: Sendable {
  let url: URL
  private let place: String
  private let temporary: URL
  /// Whether to give up: asked before each file.
  private let isCancelled: @Sendable () -> Bool

  /// - Throws: `InputError(.output)` if something is at `path` already but an empty folder, or it can't be made; `.usage` if
  ///   `path` is empty.
  init(_ path: String, isCancelled: @escaping @Sendable () -> Bool = { false }) throws {
    self.isCancelled = isCancelled
    guard !path.isEmpty else {
      throw InputError(.usage, "--output", "is empty", remedy: "name a new or an empty folder")
    }
    place = (path as NSString).standardizingPath
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: place, isDirectory: &isDirectory) {
      let contents = isDirectory.boolValue ? (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? [] : []
      guard isDirectory.boolValue, contents.isEmpty else {
        throw InputError(
          .output, path, isDirectory.boolValue ? "holds files already (\(contents.sorted()[0])…)" : "is a file",
          remedy: "name a new or an empty folder")
      }
    }
    let parent = PathParts.folder(place)
    let name = ".\(PathParts.name(place)).\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
    temporary = URL(filePath: parent.isEmpty ? "." : parent, directoryHint: .isDirectory).appending(path: name)
    url = temporary
    do {
      try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
    } catch {
      throw InputError(
        .output, path, "the folder can't be made", remedy: "name a folder in a place that you may write to")
    }
  }

  /// Writes `data` to `name`, making folders on the way.
  /// - Throws: `InputError(.output)` if that is impossible; `CancellationError` if the folder is given up.
  func write(_ data: Data, to name: String) throws {
    if isCancelled() { throw CancellationError() }
    let file = temporary.appending(path: name)
    try? FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    do {
      // The folder is renamed when all of them are there, and can be made again: no file is flushed by itself.
      try AtomicFile.writeUnflushed(data, to: file.path)
    } catch let error as InputError {
      throw InputError(.output, place + "/" + name, error.problem, remedy: error.remedy)
    }
  }

  func path(of name: String) -> String { temporary.appending(path: name).path }

  /// Moves the folder to its place.
  func finish() throws {
    guard rename(temporary.path, place) == 0 else {
      throw InputError(
        .output, place, "can't be put there: \(String(cString: strerror(errno)))", remedy: "name another folder")
    }
  }

  /// Removes what is not finished.
  func discard() { try? FileManager.default.removeItem(at: temporary) }
}
