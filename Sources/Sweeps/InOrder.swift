import Dispatch
import Synchronization

/// Computes `work(0), work(1), …` on up to `threads` threads and hands each to `consume` in that order, one at a time.
///
/// At most `2 · threads` results are computed ahead of the one that is consumed next, so memory is bounded. After an
/// error, or once `isCancelled`, no further work begins. Work in flight may then throw `CancellationError`: it is dropped,
/// with all that comes after it, and what comes before is consumed. Any other error of the lowest index is rethrown: it does
/// not depend on `threads`.
///
/// - Returns: how many results were consumed.
package func inOrder<Result: Sendable>(
  count: Int, threads: Int, isCancelled: @Sendable () -> Bool, work: @Sendable (Int) throws -> Result,
  consume: @Sendable (Result) throws -> Void
) throws -> Int {
  let queue = OrderedQueue<Result>()
  let next = Atomic(0)
  // Raised to its value rather than made with it: Dispatch traps when one is freed below the value it was made with.
  let permits = DispatchSemaphore(value: 0)
  for _ in 0..<2 * max(threads, 1) { permits.signal() }
  DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
    while true {
      permits.wait()
      var index = count
      if !queue.hasFailed, !isCancelled() { index = next.wrappingAdd(1, ordering: .relaxed).oldValue }
      guard index < count else {
        // Passed on to a thread that waits for one, so that it leaves as well.
        permits.signal()
        return
      }
      queue.deliver(Swift.Result { try work(index) }, at: index)
      queue.drain(permits, consume)
    }
  }
  return try queue.finish()
}

/// Results that wait for those before them.
private final class OrderedQueue<Result: Sendable>: Sendable {
  private struct State {
    var ready: [Int: Swift.Result<Result, any Error>] = [:]
    var next = 0
    var isDraining = false
    var failure: (any Error)?
  }

  private let state = Mutex(State())

  var hasFailed: Bool { state.withLock { $0.failure != nil } }

  func deliver(_ result: Swift.Result<Result, any Error>, at index: Int) { state.withLock { $0.ready[index] = result } }

  /// Consumes what is ready, unless another thread is at it: that one then sees what was delivered meanwhile.
  func drain(_ permits: DispatchSemaphore, _ consume: (Result) throws -> Void) {
    while let result = takeNext() {
      let outcome = Swift.Result { try consume(result.get()) }
      state.withLock { state in
        state.isDraining = false
        switch outcome {
        case .success: state.next += 1
        case .failure(let error): state.failure = error
        }
      }
      permits.signal()
    }
  }

  private func takeNext() -> Swift.Result<Result, any Error>? {
    state.withLock { state in
      guard !state.isDraining, state.failure == nil, let result = state.ready.removeValue(forKey: state.next) else {
        return nil
      }
      state.isDraining = true
      return result
    }
  }

  func finish() throws -> Int {
    try state.withLock { state in
      if let failure = state.failure, !(failure is CancellationError) { throw failure }
      return state.next
    }
  }
}
