public import Foundation

/// Writes files so that a reader sees the old contents or the new ones, never a part.
public enum AtomicFile {
  /// Replaces the file at `path` by `data`.
  /// - Throws: `InputError(.output)` if it can't be written; the old file is then as it was.
  public static func write(_ data: Data, to path: String) throws {
    try replace(path) { try $0.write(data) }
  }

  /// Replaces the file at `path` by what `body` writes: beside its place first, then flushed and renamed.
  ///
  /// A symbolic link keeps pointing where it did. A device or pipe, such as `/dev/stdout`, is written to directly.
  /// - Throws: `InputError(.output)` if it can't be written, and what `body` throws; the old file is then as it was.
  public static func replace(_ path: String, with body: (Writer) throws -> Void) throws {
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR {
      throw InputError(.output, path, "is a folder, and a file is to be written there", remedy: "choose another name")
    }
    if exists, status.st_mode & S_IFMT != S_IFREG {
      return try body(Writer(opening: path, flags: O_WRONLY, mode: 0, subject: path))
    }
    let target = exists ? realpath(path, nil).map { String(adoptingCString: $0) } ?? path : path
    let folder = PathParts.folder(target)
    let name = PathParts.name(target).prefix(100)
    let unique = UInt64.random(in: .min ... .max)
    let temporary = PathParts.join(folder, ".\(name).\(String(unique, radix: 36)).tmp")
    let writer = try Writer(
      opening: temporary, flags: O_WRONLY | O_CREAT | O_EXCL, mode: exists ? status.st_mode & 0o7777 : 0o666,
      subject: path)
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

  /// Writes `data` to the file at `path`, over what is there, and leaves it to the system when it reaches the disk: for
  /// many small files that can be made again, flushing each would take longer than making it.
  /// - Throws: `InputError(.output)` if it can't be written; part of it may then be there.
  public static func writeUnflushed(_ data: Data, to path: String) throws {
    try Writer(opening: path, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o666, subject: path).write(data)
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

    deinit { close(descriptor) }

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
