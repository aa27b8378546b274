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

  public init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads the file at `path`, which may be compressed by zstd or gzip.
  /// - Throws: `InputError(.model)` if it is missing, corrupt, or holds numbers that are not finite.
  public init(contentsOf path: String) throws {
    try self.init(FileReader.contents(of: path, kind: .model), name: path)
  }

  /// Reads the bytes of a file; elements of type F32, F16 and BF16 become `Float`.
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
    }
  }

  /// The bytes of a file: tensors sorted by name, the header padded so that the elements begin at a multiple of 8.
  /// - Throws: `InputError(.output)` if a number is too large for half precision.
  public func encoded(as precision: Precision = .float32) throws -> Data {
    precondition(tensors["__metadata__"] == nil, "SafeTensors: a tensor can't be called __metadata__")
    let sorted = tensors.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))" }
      fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for (name, tensor) in sorted {
      let end = offset + tensor.count * precision.size
      let shape = tensor.shape.dimensions.map(String.init).joined(separator: ",")
      fields.append(
        "\(JSONText.quoted(name)):{\"dtype\":\"\(precision.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Data("{\(fields.joined(separator: ","))}".utf8)
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
    var data = Data(capacity: 8 + header.count + offset)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(header)
    for (name, tensor) in sorted { data.append(try Self.elements(of: tensor, name: name, as: precision)) }
    return data
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
