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
    guard !x.isNaN, x != 0 else { return x }
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
