/// Real numbers of eight bits and fewer, by tables of all of them (onnx.ai/onnx/technical/float8.html).
enum SmallFloat {
  /// What bits stand for that are no finite number.
  enum Special {
    /// As in IEEE 754: the highest exponent is infinity, or not a number.
    case ieee
    /// All bits but the sign are set: not a number. There is no infinity.
    case allOnes
    /// The bits of −0: not a number. There is no infinity.
    case negativeZero
    /// Every pattern is a number.
    case none
  }

  /// The numbers of `type` by their bits; `nil` for types of more than eight bits.
  static func values(of type: ElementType) -> [Float]? {
    switch type {
    case .float8e4m3fn: float8e4m3fn
    case .float8e4m3fnuz: float8e4m3fnuz
    case .float8e5m2: float8e5m2
    case .float8e5m2fnuz: float8e5m2fnuz
    case .float4e2m1: float4e2m1
    case .float8e8m0: float8e8m0
    default: nil
    }
  }

  private static let float8e4m3fn = table(exponentBits: 4, fractionBits: 3, bias: 7, .allOnes)
  private static let float8e4m3fnuz = table(exponentBits: 4, fractionBits: 3, bias: 8, .negativeZero)
  private static let float8e5m2 = table(exponentBits: 5, fractionBits: 2, bias: 15, .ieee)
  private static let float8e5m2fnuz = table(exponentBits: 5, fractionBits: 2, bias: 16, .negativeZero)
  private static let float4e2m1 = table(exponentBits: 2, fractionBits: 1, bias: 1, .none)
  /// Powers of two alone; all bits set: not a number.
  private static let float8e8m0 = (0..<256).map { bits in
    bits == 255 ? Float.nan : Float(sign: .plus, exponent: bits - 127, significand: 1)
  }

  private static func table(exponentBits: Int, fractionBits: Int, bias: Int, _ special: Special) -> [Float] {
    let signBit = 1 << (exponentBits + fractionBits)
    return (0..<2 * signBit).map { bits in
      let exponent = (bits & (signBit - 1)) >> fractionBits
      let fraction = bits & (1 << fractionBits - 1)
      let sign: FloatingPointSign = bits & signBit == 0 ? .plus : .minus
      switch special {
      case .ieee where exponent == 1 << exponentBits - 1:
        return fraction > 0 ? .nan : sign == .plus ? .infinity : -.infinity
      case .allOnes where bits & (signBit - 1) == signBit - 1: return .nan
      case .negativeZero where bits == signBit: return .nan
      default: break
      }
      // Without a leading one where the exponent is zero.
      let significand = Float(exponent == 0 ? fraction : fraction + 1 << fractionBits)
      return Float(sign: sign, exponent: max(exponent, 1) - bias - fractionBits, significand: significand)
    }
  }
}

extension ElementType {
  /// How many bits an element takes in a file; `nil` for texts.
  package var bitWidth: Int? {
    switch self {
    case .string: nil
    case .uint2, .int2: 2
    case .uint4, .int4, .float4e2m1: 4
    case .uint8, .int8, .bool, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float8e8m0: 8
    case .uint16, .int16, .float16, .bfloat16: 16
    case .float, .int32, .uint32: 32
    case .double, .int64, .uint64, .complex64: 64
    case .complex128: 128
    }
  }
}
