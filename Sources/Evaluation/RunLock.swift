import Files
package import Foundation
import Synchronization

/// Keeps a second process out of the folder of a run: a lock on its file `run.lock`, which names the holder.
///
/// The system drops the lock when the process ends in whatever way. The file may then stay, but does not lock anything.
package final class RunLock: Sendable {
  static let fileName = "run.lock"

  private let path: String
  private let descriptor: Mutex<CInt?>

  /// Takes the lock on `folder`, at once or not at all.
  ///
  /// - Throws: `InputError` of kind `.output` that names the process that holds it, or says why it can't be taken.
  package init(
    folder: URL,
    remedy: String = "wait for it to end, or stop it: what it has done is kept, and --resume goes on from there"
  ) throws {
    path = folder.appending(path: Self.fileName).path
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw Self.failure(path, "can't be written", errno) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let code = errno
        defer { Foundation.close(descriptor) }
        guard code == EWOULDBLOCK else { throw Self.failure(path, "can't be locked", code) }
        let holder = Self.contents(descriptor)
        throw InputError(
          .output, folder.path,
          "another robust is at work on this run" + (holder.isEmpty ? "" : ": \(holder)"),
          remedy: remedy)
      }
      // Its last holder may have removed the file between our opening and locking it.
      guard Self.isStill(descriptor, at: path) else {
        Foundation.close(descriptor)
        continue
      }
      ftruncate(descriptor, 0)
      let text = Array("process \(getpid()) on \(Self.host)".utf8)
      _ = text.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
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
    return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino
      && opened.st_dev == named.st_dev
  }

  private static func contents(_ descriptor: CInt) -> String {
    var bytes = [UInt8](repeating: 0, count: 300)
    let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }

  private static func failure(_ path: String, _ problem: String, _ code: CInt) -> InputError {
    InputError(
      .output, path, "\(problem): \(String(cString: strerror(code)))",
      remedy: "choose an output folder that you may write to, on a file system that has locks")
  }
}
