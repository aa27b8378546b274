import Synchronization

/// A number that threads may add to.
final class Counter: Sendable {
  private let value: Mutex<Int>

  init(_ initial: Int) { value = Mutex(initial) }

  /// The number after adding `amount`.
  func adding(_ amount: Int) -> Int {
    value.withLock {
      $0 += amount
      return $0
    }
  }
}
