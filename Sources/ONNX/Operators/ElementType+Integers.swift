extension ElementType {
  /// The bits of a whole type; `nil` for others.
  package var bits: Int? {
    switch self {
    case .int64, .uint64: 64
    case .int32, .uint32: 32
    case .int16, .uint16: 16
    case .int8, .uint8: 8
    case .int4, .uint4: 4
    case .int2, .uint2: 2
    default: nil
    }
  }

  package var isUnsigned: Bool {
    switch self {
    case .uint64, .uint32, .uint16, .uint8, .uint4, .uint2: true
    default: false
    }
  }

  /// The values of a whole type of at most 32 bits; `nil` for others.
  package var range: ClosedRange<Int>? {
    guard let bits, bits <= 32 else { return nil }
    return isUnsigned ? 0...((1 << bits) - 1) : -(1 << (bits - 1))...((1 << (bits - 1)) - 1)
  }

  /// `value` with the bits that do not fit this type left out, as two's complement has it; unsigned 64-bit ones beyond
  /// those of `Int` are kept as the `Int` of the same bits.
  package func wrapped(_ value: Int) -> Int {
    if self == .bool { return value != 0 ? 1 : 0 }
    guard let bits, bits < 64 else { return value }
    let shift = 64 - bits
    return isUnsigned ? Int(bitPattern: UInt(bitPattern: value &<< shift) &>> UInt(shift)) : (value &<< shift) &>> shift
  }
}
