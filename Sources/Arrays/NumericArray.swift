public import Foundation

/// A dense, row-major array of numbers as files hold it: little-endian bytes with a shape and an element type.
public struct NumericArray: Sendable, Hashable {
  /// An element type, by NumPy's name for it.
  public enum Element: String, Sendable, CaseIterable {
    case bool = "|b1"
    case uint8 = "|u1"
    case int8 = "|i1"
    case uint16 = "<u2"
    case int16 = "<i2"
    case uint32 = "<u4"
    case int32 = "<i4"
    case uint64 = "<u8"
    case int64 = "<i8"
    case float16 = "<f2"
    case float32 = "<f4"
    case float64 = "<f8"

    /// Bytes of one element.
    public var size: Int { Int(String(rawValue.last!))! }
    /// What NumPy's users call it.
    public var name: String { "\(self)" }
    public var isFloat: Bool { self == .float16 || self == .float32 || self == .float64 }
  }

  public let element: Element
  public let shape: [Int]
  /// The elements, one after the other.
  public let bytes: Data

  /// - Precondition: `bytes` fill `shape`.
  public init(_ element: Element, shape: [Int], bytes: Data) {
    precondition(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(element.size, *) == bytes.count,
      "NumericArray: \(bytes.count) bytes of \(element) for \(shape)")
    self.element = element
    self.shape = shape
    self.bytes = bytes
  }

  /// Bytes.
  public init(_ values: [UInt8], shape: [Int]) { self.init(.uint8, shape: shape, bytes: Data(values)) }

  /// 64-bit integers.
  public init(_ values: [Int], shape: [Int]? = nil) {
    let bytes = values.map { Int64($0).littleEndian }.withUnsafeBytes { Data($0) }
    self.init(.int64, shape: shape ?? [values.count], bytes: bytes)
  }

  /// 32-bit floating point numbers.
  public init(_ values: [Float], shape: [Int]? = nil) {
    let bytes = values.map { $0.bitPattern.littleEndian }.withUnsafeBytes { Data($0) }
    self.init(.float32, shape: shape ?? [values.count], bytes: bytes)
  }

  /// The number of elements.
  public var count: Int { bytes.count / element.size }

  /// The elements if they are integers that fit into `Int`, or truth values as 0 and 1, else `nil`.
  public var integers: [Int]? {
    bytes.withUnsafeBytes { raw in
      switch element {
      case .bool: raw.map { $0 == 0 ? 0 : 1 }
      case .uint8: raw.map(Int.init)
      case .int8: raw.map { Int(Int8(bitPattern: $0)) }
      case .uint16: all(raw, UInt16.self)
      case .int16: all(raw, Int16.self)
      case .uint32: all(raw, UInt32.self)
      case .int32: all(raw, Int32.self)
      case .uint64: all(raw, UInt64.self)
      case .int64: all(raw, Int64.self)
      case .float16, .float32, .float64: nil
      }
    }
  }

  /// The elements if they are floating point numbers, else `nil`.
  public var doubles: [Double]? {
    guard element.isFloat else { return nil }
    return bytes.withUnsafeBytes { raw in (0..<count).map { Self.number(raw, $0, element) } }
  }

  /// The element at `index` of `raw`, whatever its type; integers beyond 2⁵³ are rounded.
  package static func number(_ raw: UnsafeRawBufferPointer, _ index: Int, _ element: Element) -> Double {
    switch element {
    case .bool: raw[index] == 0 ? 0 : 1
    case .uint8: Double(raw[index])
    case .int8: Double(Int8(bitPattern: raw[index]))
    case .uint16: Double(load(raw, index, UInt16.self))
    case .int16: Double(load(raw, index, Int16.self))
    case .uint32: Double(load(raw, index, UInt32.self))
    case .int32: Double(load(raw, index, Int32.self))
    case .uint64: Double(load(raw, index, UInt64.self))
    case .int64: Double(load(raw, index, Int64.self))
    case .float16: Double(HalfPrecision.value(of: load(raw, index, UInt16.self)))
    case .float32: Double(Float(bitPattern: load(raw, index, UInt32.self)))
    case .float64: Double(bitPattern: load(raw, index, UInt64.self))
    }
  }

  private func all<Integer: FixedWidthInteger>(_ raw: UnsafeRawBufferPointer, _ type: Integer.Type) -> [Int]? {
    var values: [Int] = []
    values.reserveCapacity(count)
    for index in 0..<count {
      guard let value = Int(exactly: Self.load(raw, index, type)) else { return nil }
      values.append(value)
    }
    return values
  }

  private static func load<Integer: FixedWidthInteger>(
    _ raw: UnsafeRawBufferPointer, _ index: Int, _ type: Integer.Type
  ) -> Integer {
    Integer(littleEndian: raw.loadUnaligned(fromByteOffset: index * MemoryLayout<Integer>.size, as: type))
  }
}
