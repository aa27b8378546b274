import Diagnostics
import Files
public import Foundation
public import Tensors

/// Reads the IDX format of MNIST: a magic number, the dimensions as big-endian 32-bit integers, the elements.
///
/// The magic number is `00 00 TT DD`: element type (8: unsigned byte, C: 32-bit integer) and number of dimensions. Files
/// may be plain, gzip or Zstandard. The header is read first and the elements only if their number is possible, so what
/// a file claims never costs more memory than what it holds.
public enum IDXReader {
  /// The contents of an images file.
  public struct Images: Sendable {
    /// `[1, rows, columns]`.
    public let shape: Shape
    public let count: Int
    /// The elements.
    public let pixels: Data
    /// The decompressed file, header included.
    public let file: Data
  }

  /// The contents of a labels file.
  public struct Labels: Sendable {
    public let values: [Int]
    /// The decompressed file, header included.
    public let file: Data
  }

  /// More bytes than any IDX file is allowed to hold: 2 GiB.
  static let limit = 1 << 31

  /// Images: magic number 0x00000803, `[count, rows, columns]` bytes.
  /// - Throws: `InputError` if it is missing, not of this format, truncated, or its dimensions are impossible.
  public static func images(at path: String) throws -> Images {
    let (dimensions, file) = try read(path, magic: 0x0803, dimensions: 3, elementSize: 1, what: "images")
    guard dimensions[1] > 0, dimensions[2] > 0 else {
      throw InputError(
        .dataset, path, "holds images of \(dimensions[1])×\(dimensions[2]) pixels", remedy: "name another file")
    }
    return Images(
      shape: [1, dimensions[1], dimensions[2]], count: dimensions[0], pixels: file.dropFirst(16), file: file)
  }

  /// Labels: magic number 0x00000801, `[count]` bytes, each below `classCount`.
  /// - Throws: `InputError` as `images(at:)` does, and if a label is out of range.
  public static func labels(at path: String, classCount: Int) throws -> Labels {
    let (_, file) = try read(path, magic: 0x0801, dimensions: 1, elementSize: 1, what: "labels")
    let values = file.dropFirst(8).map(Int.init)
    if let wrong = values.firstIndex(where: { $0 >= classCount }) {
      throw InputError(
        .dataset, path, "label \(wrong) is \(values[wrong]), and the classes are 0 to \(classCount - 1)",
        remedy: "check that these are the labels of this data set")
    }
    return Labels(values: values, file: file)
  }

  /// Signed 32-bit integers: magic number 0x00000C01, `[count]`, big-endian.
  /// - Throws: `InputError` as `images(at:)` does.
  public static func integers(at path: String) throws -> [Int] {
    let (dimensions, file) = try read(path, magic: 0x0C01, dimensions: 1, elementSize: 4, what: "32-bit integers")
    return (0..<dimensions[0]).map { Int(Int32(bitPattern: file.bigEndianInteger(at: 8 + 4 * $0))) }
  }

  private static func read(
    _ path: String, magic: UInt32, dimensions rank: Int, elementSize: Int, what: String
  ) throws -> (dimensions: [Int], file: Data) {
    let headerSize = 4 + 4 * rank
    let header = try FileReader.read(path, atMost: headerSize).data
    let remedy = "get the file again, or name an IDX file of \(what)"
    if header.count >= 4, header.bigEndianInteger(at: 0) != magic {
      throw InputError(
        .dataset, path,
        "begins with the magic number \(header.bigEndianInteger(at: 0).hexadecimal); "
          + "an IDX file of \(what) begins with \(magic.hexadecimal)", remedy: remedy)
    }
    guard header.count == headerSize else {
      throw InputError(
        .dataset, path, "ends after \(header.count) bytes, within the header of \(headerSize)", remedy: remedy)
    }
    let dimensions = (0..<rank).map { Int(header.bigEndianInteger(at: 4 + 4 * $0)) }
    let claimed = dimensions.map(String.init).joined(separator: "×")
    let (elements, overflow) = dimensions.reduce((elementSize, false)) { product, dimension in
      let (next, overflow) = product.0.multipliedReportingOverflow(by: dimension)
      return (next, product.1 || overflow)
    }
    guard !overflow, elements <= limit - headerSize else {
      throw InputError(
        .dataset, path, "its header claims \(claimed) \(what), more than the \(limit) bytes that are read",
        remedy: remedy)
    }
    guard dimensions[0] <= ImageLayout.maximumCount else {
      throw InputError(
        .dataset, path, "its header claims \(claimed) \(what), more than the \(ImageLayout.maximumCount) that are read",
        remedy: remedy)
    }
    guard dimensions[0] > 0 else { throw InputError(.dataset, path, "holds no \(what)", remedy: remedy) }
    let size = headerSize + elements
    let (file, hasMore) = try FileReader.read(path, atMost: size)
    guard file.count == size else {
      throw InputError(
        .dataset, path, "holds \(file.count) bytes, and its header announces \(claimed) \(what): \(size) bytes",
        remedy: remedy)
    }
    guard !hasMore else {
      throw InputError(
        .dataset, path, "goes on after the \(size) bytes that its header (\(claimed) \(what)) announces",
        remedy: remedy)
    }
    return (dimensions, file)
  }
}

extension Data {
  /// The big-endian 32-bit integer `offset` bytes after the start.
  fileprivate func bigEndianInteger(at offset: Int) -> UInt32 {
    withUnsafeBytes { UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
  }
}
