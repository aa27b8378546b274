public import Foundation

/// A dense, row-major array of numbers as files hold it: little-endian bytes with a shape and an element type.
public struct NumericArray: Sendable, Hashable {
  /// An element type, by NumPy's name for it.
  public enum Element: String, Sendable, CaseIterable {
    case uint8 = "|u1"
    case int8 = "|i1"
    case uint16 = "<u2"
    case int16 = "<i2"
    case uint32 = "<u4"
    case int32 = "<i4"
    case uint64 = "<u8"
    case int64 = "<i8"
    case float32 = "<f4"
    case float64 = "<f8"

    /// Bytes of one element.
    public var size: Int { Int(String(rawValue.last!))! }
    /// What NumPy's users call it.
    public var name: String { "\(self)" }
    public var isFloat: Bool { self == .float32 || self == .float64 }
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

  /// The elements if they are integers that fit into `Int`, else `nil`.
  public var integers: [Int]? {
    bytes.withUnsafeBytes { raw in
      switch element {
      case .uint8: raw.map(Int.init)
      case .int8: raw.map { Int(Int8(bitPattern: $0)) }
      case .uint16: all(raw, UInt16.self)
      case .int16: all(raw, Int16.self)
      case .uint32: all(raw, UInt32.self)
      case .int32: all(raw, Int32.self)
      case .uint64: all(raw, UInt64.self)
      case .int64: all(raw, Int64.self)
      case .float32, .float64: nil
      }
    }
  }

  /// The elements if they are floating point numbers, else `nil`.
  public var doubles: [Double]? {
    bytes.withUnsafeBytes { raw in
      switch element {
      case .float32: (0..<count).map { Double(Float(bitPattern: load(raw, $0, UInt32.self))) }
      case .float64: (0..<count).map { Double(bitPattern: load(raw, $0, UInt64.self)) }
      default: nil
      }
    }
  }

  private func all<Integer: FixedWidthInteger>(_ raw: UnsafeRawBufferPointer, _ type: Integer.Type) -> [Int]? {
    var values: [Int] = []
    values.reserveCapacity(count)
    for index in 0..<count {
      guard let value = Int(exactly: load(raw, index, type)) else { return nil }
      values.append(value)
    }
    return values
  }

  private func load<Integer: FixedWidthInteger>(
    _ raw: UnsafeRawBufferPointer, _ index: Int, _ type: Integer.Type
  ) -> Integer {
    Integer(littleEndian: raw.loadUnaligned(fromByteOffset: index * MemoryLayout<Integer>.size, as: type))
  }
}
