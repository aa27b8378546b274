package import Foundation

/// Another program: one that turns a file into bytes, or one that answers as long as it is asked.
///
/// Foundation's `Process` would hand down the signals that this program blocks and ignores: the other one could not be stopped.
package enum ChildProcess {
  /// What the program at `path` writes to standard output, given the file at `input` as standard input; its standard error is
  /// dropped.
  ///
  /// - Returns: the bytes, and the exit code; of a program that a signal ended, 128 + its number.
  /// - Throws: `POSIXError` if it can't be started, or its output can't be read.
  package static func run(
    _ path: String, _ arguments: [String], input: String, environment: [String: String]
  ) throws(POSIXError) -> (output: Data, status: Int32) {
    let ends = try pipe()
    defer { close(ends[0]) }
    let started = Result { () throws(POSIXError) -> pid_t in
      let input = open(input, O_RDONLY | O_CLOEXEC)
      guard input >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
      let errors = open("/dev/null", O_WRONLY | O_CLOEXEC)
      defer { for file in [input, errors] where file >= 0 { close(file) } }
      return try start(path, arguments, files: [input, ends[1], errors], environment: environment)
    }
    close(ends[1])
    let process = try started.get()
    var output = Data()
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    var failure: CInt = 0
    while true {
      let count = OpenFile.retrying { read(ends[0], &piece, piece.count) }
      if count < 0 { failure = errno }
      guard count > 0 else { break }
      output.append(contentsOf: piece[..<count])
    }
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    try check(failure)
    let signal = status & 0x7F
    return (output, signal == 0 ? status >> 8 & 0xFF : 128 + signal)
  }

  /// The ends to read from and to write to, which no other program that is started meanwhile keeps open.
  package static func pipe() throws(POSIXError) -> [CInt] {
    var ends: [CInt] = [-1, -1]
    try check(Foundation.pipe(&ends) == 0 ? 0 : errno)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return ends
  }

  /// Starts the program at `path` with `files` as its standard input, output and error.
  ///
  /// - Parameter group: whether it heads a process group of its own, so that what stops this program from a terminal does not
  ///   stop it, and all that it starts can be ended together.
  /// - Returns: its process id; whoever starts it waits for it.
  package static func start(
    _ path: String, _ arguments: [String], files: [CInt], environment: [String: String], inGroup group: Bool = false
  ) throws(POSIXError) -> pid_t {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // Where this program's own standard files are closed, new ones have their numbers, and one would replace another.
    let files = files.map { fcntl($0, F_DUPFD_CLOEXEC, STDERR_FILENO + 1) }
    defer { for file in files where file >= 0 { close(file) } }
    try check(files.contains { $0 < 0 } ? EBADF : 0)
    for (standard, file) in zip([STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO], files) {
      posix_spawn_file_actions_adddup2(&actions, file, standard)
    }

    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var ignored = none
    for number in [SIGPIPE, SIGXFSZ] { sigaddset(&ignored, number) }
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &ignored)
    let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (group ? POSIX_SPAWN_SETPGROUP : 0)
    posix_spawnattr_setflags(&attributes, Int16(flags))

    let words = ([path] + arguments).map { strdup($0) }
    let variables = environment.map { strdup("\($0.key)=\($0.value)") }
    defer { for pointer in words + variables { free(pointer) } }
    var process = pid_t()
    try check(posix_spawn(&process, path, &actions, &attributes, words + [nil], variables + [nil]))
    return process
  }

  private static func check(_ code: CInt) throws(POSIXError) {
    guard code != 0 else { return }
    throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
  }
}
