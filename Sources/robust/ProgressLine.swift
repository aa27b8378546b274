import Foundation
import Synchronization

/// A line on standard error that says how far the work is: redrawn in place on a terminal, else printed now and then.
final class ProgressLine: Sendable {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let started = Date()
  private let last = Mutex((drawn: Date.distantPast, share: -1.0))
  private let first: Double

  /// - Parameter share: of the work that is already done, if it goes on from where it stopped.
  init(from share: Double = 0) { first = share }

  /// Shows `label` and a bar at `share` in [0, 1], with the time left if the rest goes as fast as what is done.
  func show(_ label: String, share: Double, detail: String = "") {
    last.withLock { show(label, share, detail, &$0) }
  }

  private func show(_ label: String, _ share: Double, _ detail: String, _ last: inout (drawn: Date, share: Double)) {
    let now = Date()
    let elapsed = now.timeIntervalSince(started)
    let left = share > first ? elapsed * (1 - share) / (share - first) : 0
    if isTerminal {
      guard now.timeIntervalSince(last.drawn) > 0.1 || share >= 1 else { return }
      let width = 24
      let filled = Int(share * Double(width))
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
      write("\r\u{1B}[2K\(label) \(bar) \(Int(share * 100))%  \(detail)  \(Self.duration(left)) left")
      last.drawn = now
    } else {
      guard share - last.share >= 0.1 || share >= 1 else { return }
      write(
        "\(label) \(Int(share * 100))%  \(detail)  \(Self.duration(elapsed)) elapsed, \(Self.duration(left)) left\n")
      last.share = share
    }
  }

  /// Prints a line that stays.
  func note(_ text: String) {
    write((isTerminal ? "\r\u{1B}[2K" : "") + text + "\n")
    last.withLock { $0.share = -1 }
  }

  /// Removes the bar.
  func clear() {
    if isTerminal { write("\r\u{1B}[2K") }
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  static func duration(_ seconds: Double) -> String {
    let total = Int(seconds.rounded())
    switch total {
    case ..<60: return "\(total) s"
    case ..<3600: return "\(total / 60) min \(total % 60) s"
    default: return "\(total / 3600) h \(total / 60 % 60) min"
    }
  }
}
