import Foundation
import Synchronization
import Tensors
import Testing

@Suite struct ParallelMapTests {
  struct Failure: Error, Equatable { let index: Int }

  @Test(arguments: [1, 2, 8])
  func keepsTheOrder(_ threads: Int) throws {
    #expect(try parallelMap(count: 100, threads: threads) { $0 * $0 } == (0..<100).map { $0 * $0 })
    #expect(try parallelMap(count: 0, threads: threads) { $0 }.isEmpty)
  }

  @Test(arguments: [1, 2, 8])
  func rethrowsAndTakesNoMoreWork(_ threads: Int) {
    let started = Mutex(0)
    #expect(throws: Failure(index: 3)) {
      try parallelMap(count: 100_000, threads: threads) { index in
        started.withLock { $0 += 1 }
        if index == 3 { throw Failure(index: index) }
        if index > 3 { usleep(1000) }  // Leaves the thread that fails the time to say so.
        return index
      }
    }
    #expect(started.withLock { $0 } < 100_000)
  }

  @Test(arguments: [1, 2, 8])
  func takesNoMoreWorkOnceCancelled(_ threads: Int) {
    let asked = Mutex(0)
    let done = Mutex(0)
    let isCancelled = { @Sendable in
      asked.withLock {
        $0 += 1
        return $0 > 5
      }
    }
    #expect(throws: CancellationError.self) {
      try parallelMap(count: 1000, threads: threads, isCancelled: isCancelled) { _ in done.withLock { $0 += 1 } }
    }
    #expect(done.withLock { $0 } == 5)
    #expect(asked.withLock { $0 } <= 5 + threads)
  }

  @Test func theFirstErrorByIndexWins() {
    #expect(throws: Failure(index: 0)) {
      try parallelMap(count: 4, threads: 4) { index in throw Failure(index: index) }
    }
  }
}
