import Foundation

/// The thread that takes signals.
///
/// oneDNN's kernels use the stack pointer as one more register, and let it point into buffers on the heap: what the system
/// pushes for a handler overwrites what lies beside them. So there are no handlers. All threads block the signals that others
/// send, and this one waits for them.
///
/// Not blocked are faults of the program itself, and signals that stop the process, let it go on or do nothing, since no
/// handler runs for them: Ctrl-Z works as ever. A signal that the parent ignores stays ignored, as SIGHUP under `nohup`. But
/// of a background job, a shell means to spare it the Ctrl-C of the terminal, not a SIGINT that another process sends.
struct SignalThread {
  /// Those that ask to stop. The last comes when the processor time that `ulimit` allows is used up.
  private static let requests = [SIGINT, SIGTERM, SIGHUP, SIGXCPU]

  private static let unblocked = [
    SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, SIGCHLD, SIGURG,
    SIGWINCH,
  ]

  private let signals: sigset_t
  private let ignoresTerminal: Bool

  /// Blocks signals for this thread and all that it will start, and begins to wait for them.
  ///
  /// To be called before any other thread exists. What the parent had blocked is taken all the same.
  static func start() {
    // For these, writing fails as on a full disk.
    for number in [SIGPIPE, SIGXFSZ] { _ = signal(number, SIG_IGN) }
    var signals = sigset_t()
    sigfillset(&signals)
    for number in unblocked + [SIGPIPE, SIGXFSZ] { sigdelset(&signals, number) }
    pthread_sigmask(SIG_SETMASK, &signals, nil)
    let ignored = (1...64).filter { sigismember(&signals, $0) == 1 && isIgnored($0) }
    // Blocked, they would arrive although they are ignored.
    for number in ignored where number != SIGINT { sigdelset(&signals, number) }
    if ignored.contains(SIGINT) { _ = signal(SIGINT, SIG_DFL) }
    pthread_sigmask(SIG_SETMASK, &signals, nil)
    let taker = SignalThread(signals: signals, ignoresTerminal: ignored.contains(SIGINT))
    Thread.detachNewThread { taker.run() }
  }

  private static func isIgnored(_ number: CInt) -> Bool {
    let action = signal(number, SIG_DFL)
    guard unsafeBitCast(action, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) else { return false }
    _ = signal(number, SIG_IGN)
    return true
  }

  private func run() -> Never {
    while true {
      let (number, isOfTerminal) = next()
      if Self.requests.contains(number) {
        if number != SIGINT || !isOfTerminal || !ignoresTerminal { Interruption.receive() }
      } else if number > 0 {
        Self.die(of: number)
      }
    }
  }

  /// The next signal, and whether it is no other process that sent it.
  private func next() -> (number: CInt, isOfTerminal: Bool) {
    var signals = signals
    #if canImport(Darwin)
      var number: CInt = 0
      return sigwait(&signals, &number) == 0 ? (number, false) : (0, false)
    #else
      var information = siginfo_t()
      return (sigwaitinfo(&signals, &information), information.si_code > 0)
    #endif
  }

  /// Ends the process as `number` does by default, SIGQUIT for example.
  private static func die(of number: CInt) {
    StandardError.clearAtOnce()
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, number)
    _ = signal(number, SIG_DFL)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    pthread_kill(pthread_self(), number)
  }
}
