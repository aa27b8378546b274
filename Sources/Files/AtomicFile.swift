import Diagnostics
public import Foundation

/// Writes files so that a reader sees the old contents or the new ones, never a part.
public enum AtomicFile {
  /// What becomes of a symbolic link in the place of a file.
  public enum Links: Sendable {
    /// It keeps pointing where it did, and what it points to is replaced.
    case followed
    /// It is an error: in folders whose files are all our own.
    case refused
  }

  /// Replaces the file at `path` by `data`.
  /// - Throws: `InputError(.output)` if it can't be written; the old file is then as it was.
  public static func write(_ data: Data, to path: String, links: Links = .followed) throws {
    try replace(path, links: links) { try $0.write(data) }
  }

  /// Replaces the file at `path` by what `body` writes: beside its place first, then flushed and renamed.
  ///
  /// A device or pipe, such as `/dev/stdout`, is written to directly. What a process that was killed left beside the
  /// place is removed.
  /// - Throws: `InputError(.output)` if it can't be written, if it is a symbolic link to nothing, and what `body` throws;
  ///   the old file is then as it was.
  public static func replace(
    _ path: String, links: Links = .followed, with body: (Writer) throws -> Void
  ) throws {
    if let descriptor = OutputPlace.descriptor(path) {
      // What was printed before comes first; a file that it was redirected to is not written from its start.
      fflush(nil)
      return try body(Writer(duplicating: descriptor, subject: path))
    }
    var status = stat()
    let exists = stat(path, &status) == 0
    if !exists || links == .refused { try refuseLink(path) }
    if exists, status.st_mode & S_IFMT == S_IFDIR {
      throw folderInTheWay(path)
    }
    if exists, status.st_mode & S_IFMT != S_IFREG {
      return try body(Writer(opening: path, flags: O_WRONLY, mode: 0, subject: path))
    }
    let target = exists ? realpath(path, nil).map { String(adoptingCString: $0) } ?? path : path
    let folder = PathParts.folder(target)
    let name = PathParts.name(target)
    TemporaryName.removeStale(of: name, in: folder)
    let mode = exists ? status.st_mode & 0o7777 : 0o666
    var (temporary, writer) = try temporaryFile(name, in: folder, mode: mode, subject: path)
    // Another process may have taken it for one that was left behind, before it was locked.
    while !writer.lock(at: temporary) {
      (temporary, writer) = try temporaryFile(name, in: folder, mode: mode, subject: path)
    }
    do {
      try body(writer)
      try writer.finish()
      guard rename(temporary, target) == 0 else { throw Writer.failure(path, errno) }
    } catch {
      unlink(temporary)
      throw error
    }
    flushFolder(folder.isEmpty ? "." : folder)
  }

  /// Writes `data` to a new file at `path`, in the place of the one that is there, and leaves it to the system when it
  /// reaches the disk: for many small files that can be made again, flushing each would take longer than making it.
  ///
  /// Other names of the old file keep its contents.
  /// - Throws: `InputError(.output)` if it can't be written, or if a symbolic link or folder is in its place; part of it
  ///   may then be there.
  public static func writeUnflushed(_ data: Data, to path: String) throws {
    try refuseLink(path)
    if PathKind(at: path) == .folder { throw folderInTheWay(path) }
    unlink(path)
    try Writer(opening: path, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o666, subject: path).write(data)
  }

  /// Appends `data` to the file at `path`, a new one if there is none, and leaves it to the system when it reaches the disk.
  /// - Throws: `InputError(.output)` if it can't be written, or if a symbolic link or folder is in its place.
  public static func appendUnflushed(_ data: Data, to path: String) throws {
    try refuseLink(path)
    try Writer(opening: path, flags: O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, mode: 0o666, subject: path).write(data)
  }

  private static func temporaryFile(
    _ name: String, in folder: String, mode: mode_t, subject: String
  ) throws -> (path: String, writer: Writer) {
    let path = PathParts.join(folder, TemporaryName.make(for: name))
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
    return (path, try Writer(opening: path, flags: flags, mode: mode, subject: subject))
  }

  private static func refuseLink(_ path: String) throws {
    guard PathKind(at: path) == .link else { return }
    let target = PathKind(at: path, following: true) == nil ? " to nothing" : ""
    throw InputError(
      .output, path, "is a symbolic link\(target), and a file is to be written there",
      remedy: "remove the link, then give \(Action.again) again")
  }

  private static func folderInTheWay(_ path: String) -> InputError {
    InputError(.output, path, "is a folder, and a file is to be written there", remedy: "choose another name")
  }

  /// Makes the renaming itself survive a power cut; file systems that can't do that are left alone.
  private static func flushFolder(_ folder: String) {
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Where the body of `replace` puts its bytes.
  public final class Writer {
    private let descriptor: CInt
    private let subject: String

    fileprivate init(opening path: String, flags: CInt, mode: mode_t, subject: String) throws {
      self.subject = subject
      descriptor = open(path, flags | O_CLOEXEC, mode)
      guard descriptor >= 0 else { throw Writer.failure(subject, errno) }
    }

    fileprivate init(duplicating number: CInt, subject: String) throws {
      self.subject = subject
      descriptor = fcntl(number, F_DUPFD_CLOEXEC, 0)
      guard descriptor >= 0 else { throw Writer.failure(subject, errno) }
    }

    deinit { close(descriptor) }

    fileprivate func lock(at path: String) -> Bool { TemporaryName.lock(descriptor, at: path) }

    /// Appends `data`.
    public func write(_ data: Data) throws {
      try data.withUnsafeBytes { buffer in
        var done = 0
        while done < buffer.count {
          let count = OpenFile.retrying {
            Foundation.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
          }
          guard count >= 0 else { throw Writer.failure(subject, errno) }
          done += count
        }
      }
    }

    fileprivate func finish() throws {
      guard fsync(descriptor) == 0 else { throw Writer.failure(subject, errno) }
    }

    fileprivate static func failure(_ subject: String, _ code: CInt) -> InputError {
      let remedy =
        switch code {
        case EFBIG: "allow larger files by `ulimit -f`, or choose a place that can hold them"
        case ENOSPC, EDQUOT: "free some space, or choose a place on another disk"
        case EACCES, EPERM, EROFS: "choose a place that you may write to"
        case ENOENT, ENOTDIR: "create the folder first, or choose another place"
        case ENAMETOOLONG: "choose a shorter name"
        default: "choose another place"
        }
      return InputError(.output, subject, "can't be written: \(OpenFile.message(code))", remedy: remedy)
    }
  }
}

extension String {
  /// Copies a C string that was allocated with `malloc`, and frees it.
  fileprivate init(adoptingCString pointer: UnsafeMutablePointer<CChar>) {
    self.init(cString: pointer)
    free(pointer)
  }
}
