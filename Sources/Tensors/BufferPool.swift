import Synchronization

/// Keeps freed tensor buffers for the next tensor of about the same size, so that a warm step allocates nothing.
///
/// Sizes are rounded up to one of four steps per power of two (at most 25% is wasted). At most `capacity` bytes are kept.
final class BufferPool: Sendable {
  static let shared = BufferPool(capacity: 384 << 20)

  private struct State {
    var free: [Int: [UInt]] = [:]
    var bytes = 0
    var bytesInUse = 0
  }

  private let state = Mutex(State())
  private let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  /// The number of `Float`s actually reserved for a request of `count`.
  static func rounded(_ count: Int) -> Int {
    guard count > 64 else { return 64 }
    let step = max(16, 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount - 2))
    return (count + step - 1) / step * step
  }

  /// Uninitialised, 64-byte aligned memory for `count` floats; `count` must come from `rounded(_:)`.
  func take(_ count: Int) -> UnsafeMutablePointer<Float> {
    let kept: UInt? = state.withLock { state in
      state.bytesInUse += count * 4
      guard let address = state.free[count]?.popLast() else { return nil }
      state.bytes -= count * 4
      return address
    }
    if let kept { return UnsafeMutablePointer(bitPattern: kept)! }
    return UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
      .bindMemory(to: Float.self, capacity: count)
  }

  /// The bytes taken and not yet given back.
  var bytesInUse: Int { state.withLock { $0.bytesInUse } }

  func give(_ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
    let kept = state.withLock { state in
      state.bytesInUse -= count * 4
      guard state.bytes + count * 4 <= capacity else { return false }
      state.free[count, default: []].append(UInt(bitPattern: pointer))
      state.bytes += count * 4
      return true
    }
    if !kept { UnsafeMutableRawPointer(pointer).deallocate() }
  }
}

/// One buffer of floats, owned by the tensors that share it.
///
/// `@unchecked Sendable`: the memory is written only by a tensor that holds the sole reference.
package final class Storage: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Float>
  package let count: Int
  private let reserved: Int

  package init(uninitialized count: Int) {
    self.count = count
    reserved = BufferPool.rounded(count)
    pointer = BufferPool.shared.take(reserved)
  }

  deinit { BufferPool.shared.give(pointer, reserved) }
}

/// What tensors and the kernels' scratch buffers occupy.
public enum TensorMemory {
  /// The bytes of all buffers that something holds now; those kept for reuse are not counted.
  public static var bytesInUse: Int { BufferPool.shared.bytesInUse }
}
