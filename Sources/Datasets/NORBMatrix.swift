public import Arrays
import Diagnostics
import Files
public import Foundation

/// Reads and writes the binary matrices of NORB and smallNORB (LeCun, Huang, Bottou 2004), little-endian.
///
/// A 32-bit magic number says the element type (`1E3D4C55`: byte, `54`: int32, `56`: int16, `51`: float32, `53`: float64),
/// then come the number of dimensions, at least three 32-bit dimensions (those above the number are ignored), and the
/// elements row by row. Three bytes 1 2 3 are
///
///     55 4C 3D 1E  01 00 00 00  03 00 00 00  01 00 00 00  01 00 00 00  01 02 03
///
/// Files may be plain, gzip or Zstandard. The header is read first and the elements only if their number is possible, so
/// what a file claims never costs more memory than what it holds.
public enum NORBMatrix {
  /// More bytes than any of these files is allowed to hold: 2 GiB.
  static let limit = 1 << 31
  /// More dimensions than any of these files is allowed to have.
  static let maximumRank = 8

  private static let elements: [(magic: UInt32, element: NumericArray.Element)] = [
    (0x1E3D_4C55, .uint8), (0x1E3D_4C54, .int32), (0x1E3D_4C56, .int16), (0x1E3D_4C51, .float32),
    (0x1E3D_4C53, .float64),
  ]
  private static let packedMagic: UInt32 = 0x1E3D_4C52
  private static let remedy = "get the file again, or name a binary matrix of NORB's"

  /// The matrix in the file at `path`.
  /// - Throws: `InputError(.dataset)` if it is not of this format, shorter or longer than its header says, or impossible;
  ///   `InputError(.file)` if it can't be read or decompressed.
  public static func read(_ path: String) throws -> NumericArray { try readFile(path).array }

  /// The matrix, and the decompressed file with its header.
  static func readFile(_ path: String) throws -> (array: NumericArray, file: Data) {
    let (element, shape, start) = try header(of: path)
    let claimed = "\(shape.map(String.init).joined(separator: "×")) \(element.name)"
    let (size, overflow) = shape.reduce((element.size, false)) { product, dimension in
      let (next, overflow) = product.0.multipliedReportingOverflow(by: dimension)
      return (next, product.1 || overflow)
    }
    guard !overflow, size <= limit - start else {
      throw InputError(
        .dataset, path, "its header claims \(claimed), more than the \(limit) bytes that are read", remedy: remedy)
    }
    guard size > 0 else {
      throw InputError(.dataset, path, "holds no elements: its header says \(claimed)", remedy: remedy)
    }
    let (file, hasMore) = try FileReader.read(path, atMost: start + size)
    guard file.count == start + size else {
      throw InputError(
        .dataset, path, "holds \(file.count) bytes, and its header announces \(claimed): \(start + size) bytes",
        remedy: remedy)
    }
    guard !hasMore else {
      throw InputError(
        .dataset, path, "goes on after the \(start + size) bytes that its header (\(claimed)) announces",
        remedy: remedy)
    }
    return (NumericArray(element, shape: shape, bytes: file.dropFirst(start)), file)
  }

  /// The element type, the dimensions, and where the elements begin.
  private static func header(
    of path: String
  ) throws -> (element: NumericArray.Element, shape: [Int], start: Int) {
    let fields = try FileReader.read(path, atMost: 4 * (2 + maximumRank)).data
    func cutShort(_ size: Int) -> InputError {
      InputError(
        .dataset, path, "ends after \(fields.count) bytes, within the header of \(size)", remedy: remedy)
    }
    guard fields.count >= 4 else { throw cutShort(20) }
    let magic = fields.littleEndianInteger(at: 0)
    guard magic != packedMagic else {
      throw InputError(
        .dataset, path, "is a packed matrix (magic number 0x1E3D4C52), and only plain ones are read",
        remedy: "save it as a matrix of bytes (0x1E3D4C55)")
    }
    guard let element = elements.first(where: { $0.magic == magic })?.element else {
      throw InputError(
        .dataset, path,
        "begins with the magic number \(magic.hexadecimal); a binary matrix begins with "
          + "\(elements.map { "\($0.magic.hexadecimal) (\($0.element.name))" }.joined(separator: ", "))",
        remedy: remedy)
    }
    guard fields.count >= 8 else { throw cutShort(20) }
    let rank = Int(fields.littleEndianInteger(at: 4))
    guard (1...maximumRank).contains(rank) else {
      throw InputError(
        .dataset, path, "its header claims \(rank) dimensions, and 1 to \(maximumRank) are read", remedy: remedy)
    }
    let start = 4 * (2 + max(3, rank))
    guard fields.count >= start else { throw cutShort(start) }
    return (element, (0..<rank).map { Int(fields.littleEndianInteger(at: 8 + 4 * $0)) }, start)
  }

  /// The file that holds `array`; dimensions that fill the header up to three are 1, as in the files of smallNORB.
  /// - Precondition: bytes, 16- or 32-bit signed integers or floating point numbers; 1 to 8 dimensions, below 2³².
  public static func encoded(_ array: NumericArray) -> Data { header(array.element, array.shape) + array.bytes }

  private static func header(_ element: NumericArray.Element, _ shape: [Int]) -> Data {
    let magic = elements.first { $0.element == element }?.magic
    precondition(
      magic != nil && (1...maximumRank).contains(shape.count),
      "NORBMatrix: no binary matrix is \(element) of shape \(shape)")
    let filling = [Int](repeating: 1, count: max(0, 3 - shape.count))
    var header = Data(capacity: 4 * (2 + maximumRank))
    for field in [magic!, UInt32(shape.count)] + (shape + filling).map(UInt32.init) {
      withUnsafeBytes(of: field.littleEndian) { header.append(contentsOf: $0) }
    }
    return header
  }

  /// Writes `array` to `path`, compressed if the name ends in `.gz` or `.zst`.
  /// - Precondition: as `encoded(_:)`.
  /// - Throws: `InputError(.output)` if it can't be written.
  public static func write(_ array: NumericArray, to path: String) throws {
    try write(array.element, shape: array.shape, to: path) { try $0(array.bytes) }
  }

  /// Writes the elements that `body` hands over piece by piece, so that a large matrix need not be held as a whole.
  /// - Precondition: as `encoded(_:)`; as many bytes as `shape` says.
  /// - Throws: `InputError(.output)` if it can't be written, and what `body` throws.
  static func write(
    _ element: NumericArray.Element, shape: [Int], to path: String, _ body: ((Data) throws -> Void) throws -> Void
  ) throws {
    try AtomicFile.replaceCompressed(path) { file in
      try file.write(header(element, shape))
      var count = 0
      try body {
        count += $0.count
        try file.write($0)
      }
      precondition(
        count == shape.reduce(element.size, *), "NORBMatrix.write: \(count) bytes for \(shape) of \(element.name)")
    }
  }
}

extension Data {
  /// The little-endian 32-bit integer `offset` bytes after the start.
  fileprivate func littleEndianInteger(at offset: Int) -> UInt32 {
    withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
  }
}
