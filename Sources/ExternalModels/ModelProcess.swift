import Diagnostics
import Files
import Foundation

/// A process that computes a classifier, and the way to it: two pipes, or a socket that it listens on.
///
/// A message is a line of JSON; where its `bytes` is not 0, as many bytes follow: little-endian 32-bit floats. One request is
/// answered before the next is made. `@unchecked Sendable`: whoever took it from the pool is its only user.
final class ModelProcess: @unchecked Sendable {
  /// The process, if it was started here.
  private let process: pid_t?
  private let input: CInt
  private let output: CInt
  /// What it writes to standard error: a file without a name.
  private let errors: CInt
  private let timeout: Double
  private var buffer: [UInt8] = []
  private var isReaped = false

  /// More bytes than any line of the protocol has.
  private static let longestLine = 1 << 20

  private struct Answer: Decodable {
    var error: String?
    var bytes: Int?
  }

  /// Starts the command of `place` in a shell, or connects to its socket.
  /// - Parameter timeout: how many seconds it may stay silent while an answer is due.
  init(_ place: ModelPlace, timeout: Double) throws(ProcessFailure) {
    self.timeout = timeout
    let command: String
    switch place {
    case .command(let text): command = text
    case .socket(let path):
      let file = try Self.connected(to: path)
      (input, output, errors, process) = (file, file, -1, nil)
      _ = fcntl(file, F_SETFL, O_NONBLOCK)
      return
    }
    do {
      let requests = try ChildProcess.pipe()
      let answers = try ChildProcess.pipe()
      errors = Self.nameless()
      defer { for end in [requests[0], answers[1]] { close(end) } }
      (input, output) = (requests[1], answers[0])
      process = try ChildProcess.start(
        "/bin/sh", ["-c", command], files: [requests[0], answers[1], errors >= 0 ? errors : STDERR_FILENO],
        environment: ProcessInfo.processInfo.environment, inGroup: true)
      for end in [input, output] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    } catch {
      throw ProcessFailure(.start, "it can't be started: \(error.localizedDescription)")
    }
  }

  deinit {
    for file in Set([input, output]) { close(file) }
    end()
    if errors >= 0 { close(errors) }
  }

  /// Sends `request` with `parts` of floats after it.
  ///
  /// - Parameter result: where the floats of the answer go: exactly as many as it holds.
  func ask(
    _ request: String, sending parts: [UnsafeBufferPointer<Float>] = [], into result: UnsafeMutableBufferPointer<Float>
  ) throws(ProcessFailure) {
    try send(request, parts)
    let answer = try header()
    guard answer.bytes ?? 0 == result.count * 4 else {
      throw failure(.answer, "it answers \(request) by \(answer.bytes ?? 0) bytes, not \(result.count * 4)")
    }
    try fill(UnsafeMutableRawBufferPointer(result))
  }

  /// Its answer to `describe`.
  func describe() throws(ProcessFailure) -> ModelDescription {
    try send("{\"request\": \"describe\"}", [])
    let text = try line()
    do {
      let decoder = JSONDecoder()
      if let error = try decoder.decode(Answer.self, from: text).error {
        throw ProcessFailure(.answer, "it says: \(error)")
      }
      let description = try decoder.decode(ModelDescription.self, from: text)
      try description.validate()
      return description
    } catch let failure as ProcessFailure {
      throw failure
    } catch {
      throw failure(.answer, "its description is not what is asked for: \(PrintableText.line(Self.excerpt(text)))")
    }
  }

  private func send(_ request: String, _ parts: [UnsafeBufferPointer<Float>]) throws(ProcessFailure) {
    var line = Array(request.utf8)
    line.append(UInt8(ascii: "\n"))
    let sent = line.withUnsafeBytes { bytes in Result { () throws(ProcessFailure) in try write(bytes) } }
    try sent.get()
    for part in parts { try write(UnsafeRawBufferPointer(part)) }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(ProcessFailure) {
    var done = 0
    while done < bytes.count {
      try wait(input, POLLOUT)
      let count = Foundation.write(input, bytes.baseAddress! + done, bytes.count - done)
      if count > 0 { done += count } else if errno != EAGAIN, errno != EINTR { throw ended() }
    }
  }

  private func header() throws(ProcessFailure) -> Answer {
    let text = try line()
    guard let answer = try? JSONDecoder().decode(Answer.self, from: text) else {
      throw failure(.answer, "it answers by a line that is no JSON object: \(PrintableText.line(Self.excerpt(text)))")
    }
    if let error = answer.error { throw failure(.answer, "it says: \(error)") }
    return answer
  }

  private static func excerpt(_ text: Data) -> String { String(decoding: text.prefix(200), as: UTF8.self) }

  private func line() throws(ProcessFailure) -> Data {
    var searched = 0
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = Data(buffer[..<end])
        buffer.removeSubrange(...end)
        return line
      }
      searched = buffer.count
      guard buffer.count <= Self.longestLine else {
        throw failure(.answer, "it writes more than \(Self.longestLine) bytes without the end of a line")
      }
      var piece = [UInt8](repeating: 0, count: 1 << 16)
      let read = piece.withUnsafeMutableBytes { piece in Result { () throws(ProcessFailure) in try some(piece) } }
      buffer.append(contentsOf: piece[..<(try read.get())])
    }
  }

  private func fill(_ bytes: UnsafeMutableRawBufferPointer) throws(ProcessFailure) {
    let kept = min(buffer.count, bytes.count)
    buffer.withUnsafeBytes { bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<kept])) }
    buffer.removeFirst(kept)
    var done = kept
    while done < bytes.count { done += try some(UnsafeMutableRawBufferPointer(rebasing: bytes[done...])) }
  }

  /// Reads at least one byte.
  private func some(_ bytes: UnsafeMutableRawBufferPointer) throws(ProcessFailure) -> Int {
    while true {
      try wait(output, POLLIN)
      let count = read(output, bytes.baseAddress!, bytes.count)
      if count > 0 { return count }
      if count == 0 || errno != EAGAIN && errno != EINTR { throw ended() }
    }
  }

  private func wait(_ file: CInt, _ events: CInt) throws(ProcessFailure) {
    var descriptor = pollfd(fd: file, events: Int16(events), revents: 0)
    let start = Date()
    while true {
      let left = timeout - Date().timeIntervalSince(start)
      guard left > 0 else {
        throw failure(.silence, "it has not answered for \(Int(timeout)) seconds")
      }
      let ready = poll(&descriptor, 1, CInt(min(left * 1000 + 1, 1e9)))
      if ready > 0 { return }
      if ready < 0, errno != EINTR { throw failure(.end, "its pipe fails: \(String(cString: strerror(errno)))") }
    }
  }

  private func ended() -> ProcessFailure {
    var status: CInt = 0
    guard let process else { return failure(.end, "it closed its socket in the middle of an exchange") }
    // It closed a pipe; a moment later it may be gone, too.
    for _ in 0..<50 where !isReaped {
      if waitpid(process, &status, WNOHANG) == process { isReaped = true } else { usleep(10_000) }
    }
    guard isReaped else { return failure(.end, "it closed its pipe in the middle of an exchange") }
    let signal = status & 0x7F
    return failure(
      .end, signal == 0 ? "it ended with exit code \(status >> 8 & 0xFF)" : "it was ended by signal \(signal)")
  }

  private func failure(_ kind: ProcessFailure.Kind, _ problem: String) -> ProcessFailure {
    var failure = ProcessFailure(kind, problem)
    failure.lastWords = lastWords
    return failure
  }

  private var lastWords: String {
    guard errors >= 0 else { return "" }
    let size = lseek(errors, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: 600)
    let count = pread(errors, &bytes, bytes.count, max(0, size - off_t(bytes.count)))
    guard count > 0 else { return "" }
    let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
    return PrintableText.line(lines.suffix(3).joined(separator: " / "))
  }

  /// Its input is closed: it has a moment to end by itself.
  private func end() {
    guard let process, !isReaped else { return }
    var status: CInt = 0
    for _ in 0..<20 {
      if waitpid(process, &status, WNOHANG) != 0 { return }
      usleep(10_000)
    }
    kill(-process, SIGKILL)
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
  }

  private static func connected(to path: String) throws(ProcessFailure) -> CInt {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw ProcessFailure(.start, "the path of its socket is too long for the system")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    #if canImport(Glibc)
      let file = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let file = socket(AF_UNIX, SOCK_STREAM, 0)
    #endif
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard file >= 0, result == 0 else {
      let problem = String(cString: strerror(errno))
      if file >= 0 { close(file) }
      throw ProcessFailure(.start, "its socket can't be reached: \(problem)")
    }
    return file
  }

  private static func nameless() -> CInt {
    let path = PathParts.join(NSTemporaryDirectory(), TemporaryName.make(for: "robust-errors"))
    let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if file >= 0 { unlink(path) }
    return file
  }
}
