import Diagnostics
package import Foundation

/// A folder that is made beside its place and put there when it is complete, so that nobody sees a part of it.
///
/// A folder that is there already, and empty, stays: what was made goes into it at the end.
package final class ExportFolder: Sendable {
  package let url: URL
  private let place: String
  private let isThere: Bool
  private let temporary: URL
  /// Of the temporary folder, which is locked.
  private let descriptor: CInt
  /// The folders around it that were not there.
  private let made: [String]
  /// Whether to give up: asked before each file.
  private let isCancelled: @Sendable () -> Bool

  /// - Throws: `InputError(.output)` if something is at `path` already but an empty folder, if it can't be made, or if
  ///   another process is making it; `.usage` if `path` is empty.
  package init(_ path: String, isCancelled: @escaping @Sendable () -> Bool = { false }) throws {
    self.isCancelled = isCancelled
    let parent: String
    let name: String
    if let real = try OutputPlace.requireEmptyFolder(path, option: "\(Setting.folder)") {
      (place, parent, name, isThere) = (real, real, OutputPlace.filling, true)
    } else {
      place = OutputPlace.real(path)
      (parent, name, isThere) = (PathParts.folder(place), PathParts.name(place), false)
    }
    // What a process that was killed left goes; one that is at work is not waited for.
    guard !TemporaryName.removeStale(of: name, in: parent) else { throw Self.busy(path) }
    made = try ResultFolder.makeFolders(parent)
    let temporary = PathParts.join(parent, TemporaryName.make(for: name))
    self.temporary = URL(filePath: temporary, directoryHint: .isDirectory)
    url = self.temporary
    guard mkdir(temporary, 0o777) == 0 else {
      let code = errno
      for folder in made.reversed() { rmdir(folder) }
      throw InputError(
        .output, path, "the folder can't be made: \(String(cString: strerror(code)))",
        remedy: "name a folder in a place that you may write to")
    }
    descriptor = open(temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0, TemporaryName.lock(descriptor, at: temporary) else {
      discard()
      throw Self.busy(path)
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  private static func busy(_ path: String) -> InputError {
    InputError(.output, path, "another robust is at work there", remedy: "wait for it to end, or name another folder")
  }

  /// Writes `data` to `name`, making folders on the way.
  /// - Throws: `InputError(.output)` if that is impossible; `CancellationError` if the folder is given up.
  package func write(_ data: Data, to name: String) throws {
    // The folder is renamed when all of them are there, and can be made again: no file is flushed by itself.
    try writing(name) { try AtomicFile.writeUnflushed(data, to: $0) }
  }

  /// Appends `data` to `name`, for files of any size.
  /// - Throws: as `write`.
  package func append(_ data: Data, to name: String) throws {
    try writing(name) { try AtomicFile.appendUnflushed(data, to: $0) }
  }

  /// Puts the file `name`, compressed by Zstandard, in its own place under the name that ends in `.zst`.
  /// - Throws: as `write`.
  package func compress(_ name: String) throws {
    try writing(name + Compression.zstd.suffix) { try compressZstd(fileAt: path(of: name), to: $0) }
    remove(name)
  }

  private func writing(_ name: String, _ body: (_ path: String) throws -> Void) throws {
    if isCancelled() { throw CancellationError() }
    let file = temporary.appending(path: name)
    try? FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    do {
      try body(file.path)
    } catch let error as InputError {
      throw InputError(.output, place + "/" + name, error.problem, remedy: error.remedy)
    }
  }

  /// Hands the bytes of the file `name` to `body`, a piece at a time.
  /// - Throws: `InputError(.output)` if it can't be read; `CancellationError` if the folder is given up.
  package func forEachPiece(of name: String, _ body: (Data) throws -> Void) throws {
    let file = try OpenFile(reading: path(of: name), kind: .output)
    while let piece = try file.read(upTo: 1 << 20) {
      if isCancelled() { throw CancellationError() }
      try body(piece)
    }
  }

  package func remove(_ name: String) { unlink(path(of: name)) }

  package func path(of name: String) -> String { temporary.appending(path: name).path }

  /// Moves the folder to its place.
  package func finish() throws {
    guard isThere else {
      guard rename(PathParts.withoutSlash(temporary.path), place) == 0 else { throw failure(errno) }
      return
    }
    // The manifest says that the rest is there.
    let names = try FolderEntries.names(in: temporary.path).sorted { a, b in
      (a.hasPrefix("manifest") ? 1 : 0, a) < (b.hasPrefix("manifest") ? 1 : 0, b)
    }
    for name in names {
      let target = PathParts.join(place, name)
      guard PathKind(at: target) == nil else {
        throw InputError(
          .output, target, "has come there in the meantime", remedy: "name a new or an empty folder")
      }
      guard rename(path(of: name), target) == 0 else { throw failure(errno) }
    }
  }

  private func failure(_ code: CInt) -> InputError {
    InputError(
      .output, place, "can't be put there: \(String(cString: strerror(code)))", remedy: "name another folder")
  }

  /// Removes what is not finished.
  package func discard() {
    try? FileManager.default.removeItem(at: temporary)
    // Those that hold nothing.
    for folder in made.reversed() { rmdir(folder) }
  }
}
