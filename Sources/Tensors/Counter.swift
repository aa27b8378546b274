import Synchronization

/// A number that threads may add to.
package final class Counter: Sendable {
  private let value: Mutex<Int>

  package init(_ initial: Int) { value = Mutex(initial) }

  /// The number after adding `amount`.
  package func adding(_ amount: Int) -> Int {
    value.withLock {
      $0 += amount
      return $0
    }
  }
}
