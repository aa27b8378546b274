import Diagnostics
import Foundation

/// A file descriptor that closes itself and whose errors say what to do.
final class OpenFile: Sendable {
  let path: String
  let descriptor: CInt
  private let kind: InputError.Kind

  init(reading path: String, kind: InputError.Kind) throws {
    self.path = path
    self.kind = kind
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 {
      let code = errno
      throw InputError(
        kind, path, code == ENOENT ? "there is no such file" : "can't be opened: \(OpenFile.message(code))",
        remedy: "check the path and its permissions")
    }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw InputError(kind, path, "is a folder, not a file", remedy: "name a file inside it")
    }
  }

  deinit { close(descriptor) }

  /// How many bytes a regular file holds; `nil` for a pipe or a device.
  var regularSize: Int? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// The bytes from `offset` on, `count` of them or as many as there are.
  func read(at offset: Int, upTo count: Int) throws -> Data {
    var data = Data(count: count)
    var done = 0
    while done < count {
      let got = data.withUnsafeMutableBytes { buffer in
        OpenFile.retrying { pread(descriptor, buffer.baseAddress! + done, count - done, off_t(offset + done)) }
      }
      guard got >= 0 else { throw failure(errno) }
      if got == 0 { break }
      done += got
    }
    return data.prefix(done)
  }

  /// The next bytes, at most `count`; `nil` at the end.
  func read(upTo count: Int) throws -> Data? {
    var data = Data(count: count)
    let got = data.withUnsafeMutableBytes { buffer in
      OpenFile.retrying { Foundation.read(descriptor, buffer.baseAddress, buffer.count) }
    }
    guard got >= 0 else { throw failure(errno) }
    return got == 0 ? nil : data.prefix(got)
  }

  private func failure(_ code: CInt) -> InputError {
    InputError(
      kind, path, "can't be read: \(OpenFile.message(code))", remedy: "check the file system that holds it")
  }

  static func message(_ code: CInt) -> String { String(cString: strerror(code)) }

  /// `body` again for as long as a signal interrupts it.
  static func retrying(_ body: () -> Int) -> Int {
    while true {
      let result = body()
      if result >= 0 || errno != EINTR { return result }
    }
  }
}
