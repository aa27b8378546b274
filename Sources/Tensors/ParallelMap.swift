import Dispatch
import Synchronization

/// `transform(0), transform(1), …` computed on up to `threads` threads, returned in order.
///
/// Each thread takes the next index that nobody has taken, so uneven work is shared out. The first error by index is
/// rethrown after the threads have stopped. The result does not depend on `threads`.
///
/// - Parameter isCancelled: asked before each index, from any thread.
/// - Throws: `CancellationError` if it said so; what was computed is dropped.
public func parallelMap<Result: Sendable>(
  count: Int, threads: Int, isCancelled: @Sendable () -> Bool = { false },
  _ transform: @Sendable (Int) throws -> Result
) throws -> [Result] {
  @Sendable func unlessCancelled(_ index: Int) throws -> Result {
    if isCancelled() { throw CancellationError() }
    return try transform(index)
  }
  guard threads > 1, count > 1 else { return try (0..<max(count, 0)).map(unlessCancelled) }
  let next = Atomic(0)
  let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      let result = Swift.Result { try unlessCancelled(index) }
      if case .failure = result { next.store(count, ordering: .relaxed) }
      results.withLock { $0[index] = result }
    }
  }
  return try results.withLock { $0.compactMap { $0 } }.map { try $0.get() }
}
