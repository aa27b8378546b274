import Foundation
import Synchronization

/// Thrown after Ctrl-C or another request to stop, once what was done has been saved.
struct Interruption: Error {
  private struct State {
    /// What becomes of the work, in a sentence; nil while it may be left as it is.
    var consequence: String?
    /// What a second request does besides.
    var atOnce: String?
    /// What ends work that takes long to stop, and says what became of it; nil if it has to be finished.
    var dropping: (@Sendable () -> String)?
    var requested: ContinuousClock.Instant?
  }

  private static let flag = Atomic(false)
  private static let state = Mutex(State())

  /// Whoever passes signals on may send what the terminal has sent already: within this time, both are one.
  private static let echo = Duration.milliseconds(200)

  /// How long work that may be dropped has to stop by itself.
  private static let patience = Duration.milliseconds(1_500)

  /// Whether someone has asked to stop.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// - Throws: `Interruption` if someone has asked to stop.
  static func check() throws {
    if isRequested { throw Interruption() }
  }

  /// From now on the first signal asks to stop and says `consequence`, a sentence, and only the second stops at once.
  ///
  /// Until then the first one does: there is nothing to save. Another call says what becomes of the work from then on.
  /// `atOnce` says what the second does besides, for example `and loses the picture`. Where nothing is lost if the work ends
  /// in the middle, as under a kill, `dropping` leaves no trace of work that does not stop soon by itself, and returns the last
  /// line of the command.
  static func watch(_ consequence: String, atOnce: String? = nil, dropping: (@Sendable () -> String)? = nil) {
    state.withLock { ($0.consequence, $0.atOnce, $0.dropping) = (consequence, atOnce, dropping) }
  }

  /// As `watch(_:)`, where whoever began has not said more.
  static func watchUnlessWatching(_ consequence: String) {
    state.withLock { $0.consequence = $0.consequence ?? consequence }
  }

  /// Asks to stop.
  static func request() { flag.store(true, ordering: .relaxed) }

  /// Takes a signal that asks to stop, on the thread that takes signals.
  static func receive() {
    let now = ContinuousClock.now
    let known = state.withLock { state in
      defer { state.requested = state.requested ?? now }
      return state
    }
    if let requested = known.requested, now - requested < echo { return }
    guard let consequence = known.consequence, known.requested == nil else {
      StandardError.clearAtOnce()
      _exit(130)
    }
    request()
    let atOnce = known.atOnce.map { " \($0)" } ?? ""
    StandardError.noteAtOnce("stopping: \(consequence) Ctrl-C again stops at once\(atOnce).")
    if known.dropping != nil { Thread.detachNewThread { dropWorkThatGoesOn() } }
  }

  private static func dropWorkThatGoesOn() {
    Thread.sleep(forTimeInterval: patience / .seconds(1))
    // Under the lock: work that must be finished from here on says so first.
    state.withLock { state in
      guard let dropping = state.dropping else { return }
      StandardError.noteAtOnce(dropping())
      _exit(130)
    }
  }
}
