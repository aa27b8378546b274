import Foundation

/// Counter-based random numbers (Philox 4×32-10; Salmon et al., SC 2011): the n-th number of a stream depends on its key
/// and n alone, so the same key gives the same numbers in any thread, process or order of work.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: (UInt32, UInt32)
  private let salt: UInt64
  private var counter: UInt64 = 0
  private var pending: UInt64?

  /// A stream for `seed` and a path of identifiers such as (image id, attack, restart, step).
  public init(seed: UInt64, _ path: UInt64...) {
    var state = Self.mixed(seed &+ 0x9E37_79B9_7F4A_7C15)
    for element in path { state = Self.mixed(state ^ Self.mixed(element &+ 0xD1B5_4A32_D192_ED03)) }
    key = (UInt32(truncatingIfNeeded: state), UInt32(truncatingIfNeeded: state >> 32))
    salt = Self.mixed(state ^ 0x2545_F491_4F6C_DD1D)
  }

  /// SplitMix64's finaliser: a bijection that spreads every input bit over the output.
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  public mutating func next() -> UInt64 {
    if let value = pending {
      pending = nil
      return value
    }
    let block = Self.philox(
      (
        UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32),
        UInt32(truncatingIfNeeded: salt), UInt32(truncatingIfNeeded: salt >> 32)
      ), key: key)
    counter &+= 1
    pending = UInt64(block.2) | UInt64(block.3) << 32
    return UInt64(block.0) | UInt64(block.1) << 32
  }

  /// One Philox 4×32 block of ten rounds.
  package static func philox(
    _ counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var (c0, c1, c2, c3) = counter
    var (k0, k1) = key
    for _ in 0..<10 {
      let p0 = c0.multipliedFullWidth(by: 0xD251_1F53)
      let p1 = c2.multipliedFullWidth(by: 0xCD9E_8D57)
      (c0, c1, c2, c3) = (p1.high ^ c1 ^ k0, p1.low, p0.high ^ c3 ^ k1, p0.low)
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (c0, c1, c2, c3)
  }

  /// Uniform on [0, 1), 24 bits.
  public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// Standard normal, by Box and Muller.
  public mutating func normal() -> Float {
    let u = Double((next() >> 11) + 1) * 0x1p-53
    let v = Double(next() >> 11) * 0x1p-53
    return Float((-2 * log(u)).squareRoot() * cos(2 * .pi * v))
  }

  /// Normal with standard deviation 1, redrawn until within two of zero (TensorFlow's truncated normal).
  public mutating func truncatedNormal() -> Float {
    while true {
      let value = normal()
      if abs(value) <= 2 { return value }
    }
  }

  /// A permutation of `0..<count` (Fisher and Yates).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    order.shuffle(using: &self)
    return order
  }
}
