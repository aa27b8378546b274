import Diagnostics
import Files
import Foundation
import Synchronization

/// A line on standard error that says how far the work is: redrawn in place on a terminal that can do that, else printed now
/// and then.
final class ProgressLine: Sendable {
  private let started = Date()
  private let last = Mutex((drawn: Date.distantPast, share: -1.0))
  private let first: Double

  /// - Parameter share: of the work that is already done, if it goes on from where it stopped.
  init(from share: Double = 0) { first = share }

  /// Shows `label` and a bar at `share` in [0, 1], with the time left if the rest goes as fast as what is done.
  func show(_ label: String, share: Double, detail: String = "") {
    last.withLock { show(PrintableText.line(label), share, PrintableText.line(detail), &$0) }
  }

  private func show(_ label: String, _ share: Double, _ detail: String, _ last: inout (drawn: Date, share: Double)) {
    let now = Date()
    let elapsed = now.timeIntervalSince(started)
    let left = share > first ? elapsed * (1 - share) / (share - first) : 0
    let terminal = StandardError.terminal
    if terminal.canRedraw {
      guard now.timeIntervalSince(last.drawn) > 0.1 || share >= 1 else { return }
      let line = ProgressText(label: label, share: share, detail: detail, left: "\(Self.duration(left)) left")
      // The last column stays free: some terminals begin a new line once it is filled.
      StandardError.draw(line.fitted(to: (terminal.width ?? 80) - 1))
      last.drawn = now
    } else {
      guard share - last.share >= 0.1 || share >= 1 else { return }
      let times = "\(Self.duration(elapsed)) elapsed, \(Self.duration(left)) left"
      StandardError.note(ProgressText.joined(["\(label) \(Int(share * 100))%", detail, times]))
      last.share = share
    }
  }

  /// Prints a line that stays.
  func note(_ text: String) {
    StandardError.note(text)
    last.withLock { $0.share = -1 }
  }

  /// Removes the bar.
  func clear() { StandardError.clear() }

  static func duration(_ seconds: Double) -> String {
    let total = Int(seconds.rounded())
    switch total {
    case ..<60: return "\(total) s"
    case ..<3600: return "\(total / 60) min \(total % 60) s"
    default: return "\(total / 3600) h \(total / 60 % 60) min"
    }
  }
}
