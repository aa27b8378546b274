import Diagnostics
import Files
public import Foundation
public import Tensors

/// Named tensors and text, in the safetensors format.
///
/// A file is an 8-byte little-endian header length, the header (JSON: `{"name": {"dtype": "F32", "shape": [2, 3],
/// "data_offsets": [0, 24]}, …, "__metadata__": {"key": "text"}}`), and the elements, row-major and little-endian.
public struct SafeTensors: Sendable, Equatable {
  /// How elements are stored.
  public enum Precision: String, Sendable, CaseIterable {
    case float32 = "F32"
    /// IEEE 754 half precision, rounded to nearest, ties to even.
    case float16 = "F16"

    var size: Int { self == .float32 ? 4 : 2 }
  }

  public var tensors: [String: Tensor]
  public var metadata: [String: String]
  /// What each tensor's elements were stored as in the file that was read: F32, F16, BF16, U8 or I64.
  public private(set) var types: [String: String] = [:]

  public static func == (a: SafeTensors, b: SafeTensors) -> Bool { a.tensors == b.tensors && a.metadata == b.metadata }

  public init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads the file at `path`, which may be compressed by zstd or gzip.
  /// - Throws: `InputError(.model)` if it is missing, corrupt, or holds numbers that are not finite.
  public init(contentsOf path: String) throws {
    try self.init(FileReader.contents(of: path, kind: .model), name: path)
  }

  /// Reads the bytes of a file; elements of type F32, F16, BF16, U8 and I64 become `Float`.
  /// - Parameter name: what errors call it.
  /// - Throws: `InputError(.model)` if anything but a sound file is found.
  public init(_ data: Data, name: String) throws {
    let header = try SafeTensorsHeader(data, name: name)
    metadata = header.metadata
    tensors = [:]
    for entry in header.entries {
      let bytes = data.dropFirst(header.dataStart + entry.offsets.lowerBound).prefix(entry.offsets.count)
      let tensor = bytes.withUnsafeBytes { entry.type.decode($0, shape: entry.shape) }
      if let index = tensor.withUnsafeBuffer({ $0.firstIndex { !$0.isFinite } }) {
        throw InputError(
          .model, name, "tensor “\(entry.name)” holds a number that is not finite, at element \(index)",
          remedy: "use another checkpoint: this one was saved from a training run that had diverged")
      }
      tensors[entry.name] = tensor
      types[entry.name] = entry.type.rawValue
    }
  }

  /// `tensors` as they are read again once stored in `precision`.
  public static func rounded(_ tensors: [String: Tensor], to precision: Precision) -> [String: Tensor] {
    guard precision == .float16 else { return tensors }
    return tensors.mapValues { tensor in
      tensor.withUnsafeBuffer { values in
        Tensor(uninitialized: tensor.shape) { output in
          for i in 0..<values.count { output[i] = HalfPrecision.value(of: HalfPrecision.bits(of: values[i])) }
        }
      }
    }
  }

  /// The bytes of a file: tensors sorted by name, the header padded so that the elements begin at a multiple of 8.
  /// - Throws: `InputError(.output)` if a number is too large for half precision.
  public func encoded(as precision: Precision = .float32) throws -> Data {
    precondition(tensors["__metadata__"] == nil, "SafeTensors: a tensor can't be called __metadata__")
    return try Self.file(
      tensors.map { name, tensor in
        (name, precision.rawValue, tensor.shape.dimensions, try Self.elements(of: tensor, name: name, as: precision))
      }, metadata: metadata)
  }

  /// The bytes of a file of `arrays`, in their own element types, as `encoded(as:)` lays it out.
  public static func encoded(_ arrays: [(name: String, array: NumericArray)], metadata: [String: String]) -> Data {
    file(arrays.map { ($0.name, $0.array.element.safeTensorsName, $0.array.shape, $0.array.bytes) }, metadata: metadata)
  }

  private static func file(
    _ tensors: [(name: String, type: String, shape: [Int], bytes: Data)], metadata: [String: String]
  ) -> Data {
    let sorted = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let header = header(sorted.map { ($0.name, $0.type, $0.shape, $0.bytes.count) }, metadata: metadata)
    return sorted.reduce(into: header) { $0 += $1.bytes }
  }

  /// What stands before the elements of `tensors`, which are sorted by name; `size` is in bytes.
  static func header(
    _ tensors: [(name: String, type: String, shape: [Int], size: Int)], metadata: [String: String]
  ) -> Data {
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))" }
      fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.size
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(JSONText.quoted(tensor.name)):{\"dtype\":\"\(tensor.type)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Data("{\(fields.joined(separator: ","))}".utf8)
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header
  }

  /// Writes the file at `path`, compressed if its name ends in `.zst`.
  /// - Throws: `InputError(.output)` if it can't be written; an older file is then left as it was.
  public func write(to path: String, as precision: Precision = .float32) throws {
    let data = try encoded(as: precision)
    try AtomicFile.write(path.hasSuffix(".zst") ? compressZstd(data) : data, to: path)
  }

  private static func elements(of tensor: Tensor, name: String, as precision: Precision) throws -> Data {
    try tensor.withUnsafeBuffer { values in
      switch precision {
      case .float32:
        values.map { $0.bitPattern.littleEndian }.withUnsafeBytes { Data($0) }
      case .float16:
        try values.map { value in
          let half = HalfPrecision.bits(of: value)
          guard HalfPrecision.value(of: half).isFinite || !value.isFinite else {
            throw InputError(
              .output, name, "holds \(value), beyond the largest number of half precision (65504)",
              remedy: "store it in full precision")
          }
          return half.littleEndian
        }.withUnsafeBytes { Data($0) }
      }
    }
  }
}

extension NumericArray.Element {
  /// What a safetensors header calls it: U8, I64, F32, ….
  var safeTensorsName: String {
    if self == .bool { return "BOOL" }
    let kind = isFloat ? "F" : rawValue.contains("u") ? "U" : "I"
    return kind + "\(8 * size)"
  }
}
