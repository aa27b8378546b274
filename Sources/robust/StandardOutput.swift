import Diagnostics
import Files
import Foundation
import Reports
import Synchronization
import Text

/// Standard output: what fails is remembered, and decides how the program ends.
enum StandardOutput {
  /// The error number of the first failure.
  private static let failure = Mutex<CInt?>(nil)

  /// Writes `data`, unless something could not be written before.
  static func write(_ data: Data) {
    let isPipeClosed = failure.withLock { failure in
      guard failure == nil else { return false }
      failure = Descriptor.write(data, to: STDOUT_FILENO)
      return failure == EPIPE
    }
    // Whoever read has seen enough.
    if isPipeClosed { Interruption.request() }
  }

  /// The exit code of a program that would end with `code`, after saying what is wrong with standard output, if anything is.
  ///
  /// Results that can't be written are an error. A reader that leaves early, as `head` does, is none: the program then ends
  /// with 141, as if SIGPIPE had ended it, and says nothing.
  static func close(_ code: Int32) -> Int32 {
    // Some file systems say only now that the disk is full.
    let ending = Foundation.close(STDOUT_FILENO) == 0 || errno == EBADF ? nil : errno
    switch failure.withLock({ $0 }) ?? ending {
    case nil: return code
    case EPIPE?: return code == 0 || code == 130 ? 141 : code
    case let number?:
      // Of two errors the first is told; verdicts of `check` are none.
      guard [0, 10, 11, 12, 130].contains(code) else { return code }
      let error = InputError(
        .output, "standard output", "can't be written: \(String(cString: strerror(number)))",
        remedy: "send it to a file on a disk with space, or to a program that reads it")
      StandardError.note("robust: \(error)")
      return error.kind.exitCode
    }
  }
}

/// Prints to standard output as Swift's own does, but what can't be written makes the program end with an error, control
/// characters of names in `text` are shown rather than obeyed, and on a terminal a few words have colour.
func print(_ text: String, terminator: String = "\n") {
  // Both may be the same terminal.
  StandardError.clear()
  let shown = Highlight.applied(to: PrintableText.lines(text), on: Terminal(of: STDOUT_FILENO))
  StandardOutput.write(Data((shown + terminator).utf8))
}

extension Terminal {
  /// The columns that tables on standard output may take: those of the terminal, or 80 in a file.
  static var outputWidth: Int { max(Terminal(of: STDOUT_FILENO).width ?? TextTable.width, 40) }
}
