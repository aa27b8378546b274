import Diagnostics
import Files
import Foundation
import Synchronization

/// Standard error: lines that stay, and one below them that is drawn again and again. What can't be written is dropped.
enum StandardError {
  /// Whether a line that is to be drawn again is on the terminal; also keeps what threads write apart.
  private static let isBarShown = Mutex(false)

  /// What is behind it now.
  static var terminal: Terminal { Terminal(of: STDERR_FILENO, environment: environment) }

  private static let environment = ProcessInfo.processInfo.environment

  /// Prints a line that stays.
  static func note(_ text: String) {
    isBarShown.withLock { isBarShown in
      write((isBarShown ? erasure : "") + PrintableText.lines(text) + "\n")
      isBarShown = false
    }
  }

  /// Prints a line that stays unless that would have to wait, be it for another thread or for whoever reads.
  static func noteAtOnce(_ text: String) {
    _ = isBarShown.withLockIfAvailable { isBarShown in
      guard isReady else { return }
      write((isBarShown ? erasure : "") + PrintableText.lines(text) + "\n")
      isBarShown = false
    }
  }

  /// Draws `text` over what was drawn before; skips it if whoever reads is slow.
  static func draw(_ text: String) {
    isBarShown.withLock { isBarShown in
      guard isReady else { return }
      write(erasure + PrintableText.line(text))
      isBarShown = true
    }
  }

  /// Removes what was drawn.
  static func clear() {
    isBarShown.withLock { isBarShown in
      if isBarShown, isReady { write(erasure) }
      isBarShown = false
    }
  }

  /// Removes what was drawn, unless that would have to wait.
  static func clearAtOnce() {
    _ = isBarShown.withLockIfAvailable { isBarShown in
      if isBarShown, isReady { write(erasure) }
      isBarShown = false
    }
  }

  private static let erasure = "\r\u{1B}[2K"

  /// Whether some bytes would be taken at once.
  private static var isReady: Bool {
    var descriptor = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    return poll(&descriptor, 1, 0) == 1 && descriptor.revents & Int16(POLLOUT) != 0
  }

  private static func write(_ text: String) { _ = Descriptor.write(Data(text.utf8), to: STDERR_FILENO) }
}
