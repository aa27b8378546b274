import Diagnostics
import Foundation
import Synchronization

/// Keeps a second process away: a lock on a file of its own, which names the holder.
///
/// The system drops the lock when the process ends in whatever way. The file may then stay, but does not lock anything,
/// and is removed by whoever takes the lock next.
package final class FileLock: Sendable {
  private let path: String
  private let descriptor: Mutex<CInt?>

  /// Takes the lock at once or not at all.
  ///
  /// - Parameters:
  ///   - path: the file, which is made.
  ///   - subject: what is locked, in errors.
  ///   - busy: what is wrong if another process holds the lock, in words; who it is is added.
  ///   - isStrict: whether a file that holds anything but the name of a holder is left alone.
  /// - Throws: `InputError` of kind `.output` that names the process that holds it, or says why it can't be taken.
  package init(at path: String, subject: String, busy: String, remedy: String, isStrict: Bool = false) throws {
    self.path = path
    while true {
      // Neither the target of a link is written to, nor does a pipe make us wait.
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
      guard descriptor >= 0 else { throw Self.failure(path, errno) }
      var isTaken = false
      defer { if !isTaken { Foundation.close(descriptor) } }
      var status = stat()
      guard fstat(descriptor, &status) == 0, PathKind(status) == .file, status.st_nlink <= 1 else {
        throw Self.foreign(path, "is not a lock file of robust")
      }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let code = errno
        guard code == EWOULDBLOCK else {
          throw InputError(
            .output, path, "can't be locked: \(OpenFile.message(code))",
            remedy: "choose a place on a file system that has locks")
        }
        let holder = Self.contents(descriptor)
        throw InputError(.output, subject, busy + (holder.isEmpty ? "" : ": \(holder)"), remedy: remedy)
      }
      // Its last holder may have removed the file between our opening and locking it.
      guard Self.isStill(descriptor, at: path) else { continue }
      let text = Self.contents(descriptor)
      guard !isStrict || text.isEmpty || text.hasPrefix("process ") else {
        throw Self.foreign(path, "holds something else than robust writes there")
      }
      ftruncate(descriptor, 0)
      let holder = Array("process \(getpid()) on \(Self.host)".utf8)
      _ = holder.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
      isTaken = true
      self.descriptor = Mutex(descriptor)
      return
    }
  }

  deinit { release() }

  /// Lets others in, and removes the file.
  package func release() {
    descriptor.withLock { descriptor in
      guard let held = descriptor else { return }
      unlink(path)
      close(held)
      descriptor = nil
    }
  }

  /// The name of this machine.
  private static var host: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "an unnamed machine" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func isStill(_ descriptor: CInt, at path: String) -> Bool {
    var (opened, named) = (stat(), stat())
    return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 && opened.st_ino == named.st_ino
      && opened.st_dev == named.st_dev
  }

  private static func contents(_ descriptor: CInt) -> String {
    var bytes = [UInt8](repeating: 0, count: 300)
    let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }

  private static func foreign(_ path: String, _ problem: String) -> InputError {
    InputError(.output, path, problem, remedy: "move it away, or choose another output")
  }

  private static func failure(_ path: String, _ code: CInt) -> InputError {
    if PathKind(at: path) == .link {
      return InputError(
        .output, path, "is a symbolic link, and robust keeps a file of its own there",
        remedy: "remove the link, or choose another output")
    }
    let remedy =
      code == ENAMETOOLONG
      ? "choose a shorter name" : "choose an output that you may write to, on a file system that has locks"
    return InputError(.output, path, "can't be written: \(OpenFile.message(code))", remedy: remedy)
  }
}
