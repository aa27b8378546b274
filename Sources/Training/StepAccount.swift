/// What a step of an optimiser saw of its numbers, by their bits, so that looking costs next to nothing.
public struct StepAccount: Sendable {
  private var gradients: UInt32 = 0
  private var exponents: UInt32 = 0

  /// Whether the gradient by every weight was exactly zero.
  public var isGradientZero: Bool { gradients == 0 }
  /// Whether every weight, and what the optimiser keeps of it, is a finite number afterwards.
  public var isFinite: Bool { exponents >> 31 == 0 }

  /// Counts one weight's new value and mean squared gradient, which are not finite if the gradient was not.
  @inline(__always)
  mutating func add(gradient: Float, weight: Float, variance: Float) {
    gradients |= gradient.bitPattern & 0x7FFF_FFFF
    // Infinities and NaN alone have an exponent of 255, and so carry into the sign.
    exponents |= (weight.bitPattern & 0x7FFF_FFFF) &+ 0x0080_0000
    exponents |= (variance.bitPattern & 0x7FFF_FFFF) &+ 0x0080_0000
  }

  mutating func add(_ other: StepAccount) {
    gradients |= other.gradients
    exponents |= other.exponents
  }
}
