import Diagnostics
import Synchronization
import Tensors

/// The processes that compute one classifier: as many as threads ask at a time.
///
/// A forward pass cannot throw. The first failure is kept, what is computed after it are zeros that nobody may use, and
/// `check` throws it before anything is recorded.
final class ProcessPool: Sendable {
  let place: ModelPlace
  let description: ModelDescription
  private let timeout: Double

  private struct State {
    var idle: [ModelProcess]
    var failure: ProcessFailure?
  }

  private let state: Mutex<State>

  init(_ place: ModelPlace, timeout: Double) throws(ProcessFailure) {
    let first = try ModelProcess(place, timeout: timeout)
    description = try first.describe()
    self.place = place
    self.timeout = timeout
    state = Mutex(State(idle: [first]))
  }

  /// - Throws: the first failure, as `InputError(.model)`.
  func check() throws {
    if let failure = state.withLock({ $0.failure }) { throw failure.forPeople(at: place) }
  }

  /// What a process answers to `request` with `tensors` after it: a tensor of `shape`; zeros after a failure.
  func answer(_ request: String, _ tensors: [Tensor], shape: Shape) -> Tensor {
    do {
      try check()
      let process = try take()
      let answer = try Tensor(uninitialized: shape) { result in
        try Self.buffers(tensors[...], []) { try process.ask(request, sending: $0, into: result) }
      }
      guard answer.rowsAreFinite().allSatisfy({ $0 }) else {
        throw ProcessFailure(.answer, "it answers \(request) by numbers that are not finite")
      }
      state.withLock { $0.idle.append(process) }
      return answer
    } catch let failure as ProcessFailure {
      state.withLock { if $0.failure == nil { $0.failure = failure } }
    } catch {}
    return Tensor(shape: shape)
  }

  private func take() throws(ProcessFailure) -> ModelProcess {
    if let idle = state.withLock({ $0.idle.popLast() }) { return idle }
    let process = try ModelProcess(place, timeout: timeout)
    let other = try process.describe()
    guard other == description else {
      throw ProcessFailure(.answer, "started a second time, it describes itself otherwise than the first time")
    }
    return process
  }

  private static func buffers(
    _ tensors: ArraySlice<Tensor>, _ found: [UnsafeBufferPointer<Float>],
    _ body: ([UnsafeBufferPointer<Float>]) throws -> Void
  ) throws {
    guard let first = tensors.first else { return try body(found) }
    try first.withUnsafeBuffer { try buffers(tensors.dropFirst(), found + [$0], body) }
  }
}
