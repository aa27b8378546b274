import Foundation
import Synchronization

/// Thrown after Ctrl-C (or SIGTERM), once what was done has been saved.
struct Interruption: Error {
  private static let flag = Atomic(false)

  /// Whether the user has asked to stop.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// From now on the first Ctrl-C asks to stop, and a second one stops at once.
  static func watch() {
    // Who started the program may have blocked them, and what is blocked is inherited.
    var wanted = sigset_t()
    sigemptyset(&wanted)
    for number in [SIGINT, SIGTERM] { sigaddset(&wanted, number) }
    pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interruption.flag.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }
}
