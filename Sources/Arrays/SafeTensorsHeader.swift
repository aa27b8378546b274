import Diagnostics
import Files
import Foundation
import Tensors

/// The header of a safetensors file, checked against the bytes that follow it.
struct SafeTensorsHeader {
  /// An element type that can be read.
  enum ElementType: String, CaseIterable {
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case uint8 = "U8"
    case int64 = "I64"

    var size: Int {
      switch self {
      case .uint8: 1
      case .float16, .bfloat16: 2
      case .float32: 4
      case .int64: 8
      }
    }

    /// A tensor of the elements in `bytes`, of which there are `shape.count`.
    func decode(_ bytes: UnsafeRawBufferPointer, shape: Shape) -> Tensor {
      Tensor(uninitialized: shape) { output in
        for i in 0..<output.count {
          switch self {
          case .float32:
            output[i] = Float(
              bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self)))
          case .float16: output[i] = HalfPrecision.value(of: half(bytes, i))
          case .bfloat16: output[i] = Float(bitPattern: UInt32(half(bytes, i)) << 16)
          case .uint8: output[i] = Float(bytes[i])
          case .int64:
            output[i] = Float(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * i, as: Int64.self)))
          }
        }
      }
    }

    private func half(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt16 {
      UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
    }
  }

  /// One tensor: its bytes lie at `offsets`, counted from the end of the header.
  struct Entry {
    let name: String
    let type: ElementType
    let shape: Shape
    let offsets: Range<Int>
  }

  /// The largest header that is read, as in the reference implementation.
  static let maximumSize = 100_000_000

  let metadata: [String: String]
  /// In the order of their bytes.
  let entries: [Entry]
  /// Where the elements begin.
  let dataStart: Int

  /// Reads the header at the start of `data`, the whole file.
  init(_ data: Data, name file: String) throws {
    func failure(_ problem: String) -> InputError {
      InputError(
        .model, file, problem, remedy: "use another checkpoint: this is not a sound safetensors file, or not all of it")
    }
    guard data.count >= 8 else { throw failure("holds \(data.count) bytes, fewer than the header's length takes") }
    let length = data.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(min(data.count - 8, Self.maximumSize)) else {
      throw failure("its header claims \(length) bytes; the file holds \(data.count - 8) after the length")
    }
    dataStart = 8 + Int(length)
    var parser = JSONText(Array(data.dropFirst(8).prefix(Int(length))))
    var metadata: [String: String]?
    var entries: [Entry] = []
    var names: Set<String> = []
    do {
      try parser.object { name, parser in
        guard name == "__metadata__" || names.insert(name).inserted else {
          throw failure("holds two tensors called “\(name)”")
        }
        if name == "__metadata__" {
          guard metadata == nil else { throw failure("holds __metadata__ twice") }
          metadata = try Self.metadata(&parser, failure)
        } else {
          entries.append(try Self.entry(name, &parser, file: file, failure))
        }
      }
      try parser.end()
    } catch let error as JSONText.Failure {
      throw failure("its header is not what safetensors has there: \(error.problem), at byte \(8 + error.position)")
    }
    self.metadata = metadata ?? [:]
    self.entries = try Self.contiguous(entries, count: data.count - dataStart, failure)
  }

  private static func metadata(
    _ parser: inout JSONText, _ failure: (String) -> InputError
  ) throws -> [String: String] {
    var metadata: [String: String] = [:]
    try parser.object { key, parser in
      guard metadata.updateValue(try parser.string(), forKey: key) == nil else {
        throw failure("its metadata hold “\(key)” twice")
      }
    }
    return metadata
  }

  private static func entry(
    _ name: String, _ parser: inout JSONText, file: String, _ failure: (String) -> InputError
  ) throws -> Entry {
    var dtype: String?
    var dimensions: [Int]?
    var offsets: [Int]?
    try parser.object { field, parser in
      switch field {
      case "dtype" where dtype == nil: dtype = try parser.string()
      case "shape" where dimensions == nil: dimensions = try parser.integers()
      case "data_offsets" where offsets == nil: offsets = try parser.integers()
      default: throw failure("tensor “\(name)” has a field “\(field)” that is unknown or given twice")
      }
    }
    guard let dtype, let dimensions, let offsets else {
      throw failure("tensor “\(name)” lacks one of dtype, shape and data_offsets")
    }
    guard let type = ElementType(rawValue: dtype) else {
      let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
      throw InputError(
        .model, file, "tensor “\(name)” has elements of type \(dtype); those that are read: \(known)",
        remedy:
          "store it as F32: convert it by `tensor.float()` in PyTorch or `array.astype(\"float32\")` in NumPy, the integers of "
          + "a quantised model by its scales too, and save the file again")
    }
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw failure("tensor “\(name)” has data_offsets \(offsets), not a start and an end")
    }
    var size = type.size
    for dimension in dimensions {
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      guard !overflow else { throw failure("tensor “\(name)” has the impossible shape \(dimensions)") }
      size = product
    }
    guard size == offsets[1] - offsets[0] else {
      throw failure(
        "tensor “\(name)” of shape \(dimensions) and type \(dtype) takes \(size) bytes; "
          + "its data_offsets \(offsets) span \(offsets[1] - offsets[0])")
    }
    return Entry(name: name, type: type, shape: Shape(dimensions), offsets: offsets[0]..<offsets[1])
  }

  /// `entries` in the order of their bytes, which must fill `count` bytes without gap or overlap.
  private static func contiguous(
    _ entries: [Entry], count: Int, _ failure: (String) -> InputError
  ) throws -> [Entry] {
    let sorted = entries.sorted {
      ($0.offsets.lowerBound, $0.offsets.upperBound) < ($1.offsets.lowerBound, $1.offsets.upperBound)
    }
    var end = 0
    for entry in sorted {
      guard entry.offsets.lowerBound == end else {
        throw failure("tensor “\(entry.name)” begins at byte \(entry.offsets.lowerBound) of the data, not at \(end)")
      }
      end = entry.offsets.upperBound
    }
    guard end == count else { throw failure("its header announces \(end) bytes of data; there are \(count)") }
    return sorted
  }
}
