import Arrays
import Foundation
import Tensors

extension TensorMessage {
  /// More dimensions than any operator has a meaning for.
  private static let maximumRank = 64
  /// More elements than any machine holds.
  private static let maximumCount = 1 << 40

  /// The tensor with its elements as numbers.
  /// - Parameters:
  ///   - title: what messages call it.
  ///   - files: where elements are that are stored elsewhere.
  /// - Throws: `ModelFailure` if elements are missing, or of a type that is none of numbers.
  package func constant(_ title: String, files: WeightFiles) throws -> Constant {
    guard let type = ElementType(rawValue: elementType) else {
      throw ModelFailure.invalid("\(title) has elements of type \(elementType), which is unknown")
    }
    guard type.isReal || type.isInteger, let width = type.bitWidth else {
      throw ModelFailure(
        "\(title) has elements of type \(type), not numbers",
        remedy: "export the classifier alone, without what prepares texts or names classes")
    }
    guard !isSegment else { throw ModelFailure.invalid("\(title) is part of a tensor") }
    let shape = try shape(title)
    let (bits, isTooLarge) = shape.count.multipliedReportingOverflow(by: width)
    guard !isTooLarge else { throw ModelFailure.invalid("\(title) has the impossible shape \(shape)") }
    let size = (bits + 7) / 8
    let stored =
      isExternal ? try files.elements(of: self, title, size: size) : try elements(type, title, files.allowance)
    guard stored.count == size else {
      throw ModelFailure.broken("\(title) of \(shape) \(type) takes \(size) bytes, but has \(stored.count)")
    }
    try files.allowance.take(shape.count * (type.isReal ? 4 : 8))
    return try stored.withUnsafeBytes { bytes in
      type.isReal
        ? Constant(Self.reals(bytes, type, shape), type: type)
        : Constant(try Self.integers(bytes, type, count: shape.count, title), shape: shape, type: type)
    }
  }

  private func shape(_ title: String) throws -> Shape {
    guard dimensions.count <= Self.maximumRank else {
      throw ModelFailure.invalid("\(title) has \(dimensions.count) dimensions")
    }
    var count = 1
    for dimension in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(dimension, 1))
      guard dimension >= 0, !overflow, product <= Self.maximumCount else {
        throw ModelFailure.invalid("\(title) has the impossible shape \(dimensions)")
      }
      count = product
    }
    return Shape(dimensions)
  }

  /// What is stored in the message, as `raw_data` would hold it.
  private func elements(_ type: ElementType, _ title: String, _ allowance: ReadingAllowance) throws -> Data {
    if let rawData, !rawData.isEmpty { return rawData }
    switch type {
    case .float: return floatData ?? Data()
    case .double: return doubleData ?? Data()
    case .int64: return try Self.raw(int64Data, width: 64, title, allowance)
    case .uint32, .uint64: return try Self.raw(uint64Data, width: type.bitWidth!, title, allowance)
    default: return try Self.raw(int32Data, width: max(type.bitWidth!, 8), title, allowance)
    }
  }

  /// Whole numbers in groups of seven bits as ones of `width` bits, little-endian.
  private static func raw(
    _ packed: Data?, width: Int, _ title: String, _ allowance: ReadingAllowance
  ) throws -> Data {
    guard let packed else { return Data() }
    let size = width / 8
    let count = packed.withUnsafeBytes { $0.count { $0 < 0x80 } }
    try allowance.take(count * size)
    var raw = Data(count: count * size)
    let unused = 64 - width
    let isSound = raw.withUnsafeMutableBytes { (output: UnsafeMutableRawBufferPointer) -> Bool in
      packed.withUnsafeBytes { (input: UnsafeRawBufferPointer) -> Bool in
        var (position, value, shift) = (0, UInt64(0), UInt64(0))
        for byte in input {
          guard shift < 70 else { return false }
          value |= UInt64(byte & 0x7F) << shift
          shift += 7
          guard byte < 0x80 else { continue }
          // All bits beyond the width are 0, or they repeat the sign.
          let number = Int64(bitPattern: value)
          guard (value << unused) >> unused == value || (number << unused) >> unused == number else { return false }
          for i in 0..<size { output[position + i] = UInt8(truncatingIfNeeded: value >> UInt64(8 * i)) }
          position += size
          (value, shift) = (0, 0)
        }
        return shift == 0
      }
    }
    guard isSound else {
      throw ModelFailure.broken("\(title) holds a number that has more than \(width) bits, or no end")
    }
    return raw
  }

  private static func reals(_ bytes: UnsafeRawBufferPointer, _ type: ElementType, _ shape: Shape) -> Tensor {
    Tensor(uninitialized: shape) { output in
      // One loop a type: weights are many.
      switch type {
      case .float: for i in output.indices { output[i] = Float(bitPattern: load(bytes, i, UInt32.self)) }
      case .double: for i in output.indices { output[i] = Float(Double(bitPattern: load(bytes, i, UInt64.self))) }
      case .float16: for i in output.indices { output[i] = HalfPrecision.value(of: load(bytes, i, UInt16.self)) }
      case .bfloat16:
        for i in output.indices { output[i] = Float(bitPattern: UInt32(load(bytes, i, UInt16.self)) << 16) }
      default:
        let values = SmallFloat.values(of: type)!
        if type.bitWidth == 4 {
          for i in output.indices { output[i] = values[Int(bytes[i / 2] >> (i % 2 * 4) & 15)] }
        } else {
          for i in output.indices { output[i] = values[Int(bytes[i])] }
        }
      }
    }
  }

  private static func integers(
    _ bytes: UnsafeRawBufferPointer, _ type: ElementType, count: Int, _ title: String
  ) throws -> [Int] {
    func whole<Number: FixedWidthInteger>(_: Number.Type) -> [Int] {
      (0..<count).map { Int(truncatingIfNeeded: load(bytes, $0, Number.self)) }
    }
    /// Elements of a part of a byte, the lowest bits first.
    func partial(width: Int, isSigned: Bool) -> [Int] {
      (0..<count).map { index in
        let value = Int(bytes[index * width / 8]) >> (index * width % 8) & (1 << width - 1)
        return isSigned && value >= 1 << (width - 1) ? value - 1 << width : value
      }
    }
    switch type {
    case .uint8: return whole(UInt8.self)
    case .int8: return whole(Int8.self)
    case .uint16: return whole(UInt16.self)
    case .int16: return whole(Int16.self)
    case .uint32: return whole(UInt32.self)
    case .int32: return whole(Int32.self)
    case .bool: return (0..<count).map { bytes[$0] == 0 ? 0 : 1 }
    case .uint4, .int4: return partial(width: 4, isSigned: type == .int4)
    case .uint2, .int2: return partial(width: 2, isSigned: type == .int2)
    case .uint64:
      let values = whole(UInt64.self)
      guard values.allSatisfy({ $0 >= 0 }) else {
        throw ModelFailure(
          "\(title) holds a number of 2⁶³ or more", remedy: "export it with numbers that 64 bits hold with a sign")
      }
      return values
    default: return whole(Int64.self)
    }
  }

  @inline(__always) private static func load<Number: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ index: Int, _: Number.Type
  ) -> Number {
    Number(littleEndian: bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Number>.size, as: Number.self))
  }
}
