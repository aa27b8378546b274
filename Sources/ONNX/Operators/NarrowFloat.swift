/// A floating-point format that 32-bit floats contain.
struct NarrowFloat: Sendable {
  /// What a number becomes that is too large.
  private enum Overflow: Sendable {
    /// Infinity, whether or not conversions saturate: the formats of IEEE 754.
    case infinity
    /// The largest number if the conversion saturates, else infinity or NaN.
    case saturationOrInfinity, saturationOrNaN
    /// The largest number.
    case saturation
  }

  private let fractionBits: Int
  /// That of the smallest normal number.
  private let smallestExponent: Int
  private let largest: Float
  private let overflow: Overflow

  /// `nil` for types that are not narrower than 32-bit floats, or have no fractions.
  init?(_ type: ElementType) {
    switch type {
    case .float16: (fractionBits, smallestExponent, largest, overflow) = (10, -14, 65_504, .infinity)
    case .bfloat16:
      (fractionBits, smallestExponent, largest, overflow) = (7, -126, Float(bitPattern: 0x7f7f_0000), .infinity)
    case .float8e4m3fn: (fractionBits, smallestExponent, largest, overflow) = (3, -6, 448, .saturationOrNaN)
    case .float8e4m3fnuz: (fractionBits, smallestExponent, largest, overflow) = (3, -7, 240, .saturationOrNaN)
    case .float8e5m2: (fractionBits, smallestExponent, largest, overflow) = (2, -14, 57_344, .saturationOrInfinity)
    case .float8e5m2fnuz: (fractionBits, smallestExponent, largest, overflow) = (2, -15, 57_344, .saturationOrNaN)
    case .float4e2m1: (fractionBits, smallestExponent, largest, overflow) = (1, 0, 6, .saturation)
    default: return nil
    }
  }

  /// The nearest number of the format, the even one of two.
  func rounded(_ x: Float, saturates: Bool) -> Float {
    // A format without NaN has but −0 for it, as onnx has it.
    if x.isNaN { return overflow == .saturation ? -0.0 : x }
    guard x != 0 else { return x }
    var result = x
    if x.isFinite {
      let exponent = max(Int(x.exponent), smallestExponent) - fractionBits
      // In double precision, where such a power is always a normal number.
      let unit = Double(sign: .plus, exponent: exponent, significand: 1)
      result = Float((Double(x) / unit).rounded(.toNearestOrEven) * unit)
    }
    guard result.magnitude > largest else { return result }
    let limit = Float(signOf: x, magnitudeOf: largest)
    return switch overflow {
    case .infinity: Float(signOf: x, magnitudeOf: .infinity)
    case .saturationOrInfinity: saturates ? limit : Float(signOf: x, magnitudeOf: .infinity)
    case .saturationOrNaN: saturates ? limit : .nan
    case .saturation: limit
    }
  }
}

/// How a number becomes a power of two, the only numbers of `float8e8m0`.
enum PowerRounding: String, Sendable {
  case nearest, up, down

  /// The power for the magnitude of `x`, NaN if that is infinite or, unless the conversion saturates, too large.
  func power(of x: Float, saturates: Bool) -> Float {
    var exponent = x.bitPattern >> 23 & 0xff
    let fraction = x.bitPattern & 0x7f_ffff
    guard exponent < 0xff else { return .nan }
    let isRoundedUp =
      switch self {
      case .nearest: fraction > 0x40_0000 || (fraction == 0x40_0000 && exponent > 0)
      case .up: fraction > 0
      case .down: false
      }
    if isRoundedUp, !saturates || exponent < 0xfe { exponent += 1 }
    guard exponent < 0xff else { return .nan }
    // 2^-127 is subnormal.
    return Float(bitPattern: exponent == 0 ? 0x40_0000 : exponent << 23)
  }
}
