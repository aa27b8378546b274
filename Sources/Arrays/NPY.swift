import Files
public import Foundation

/// One array in NumPy's format (`numpy.save`), version 1.0 when written.
public enum NPY {
  /// The largest array that is read: 2 GiB.
  public static let limit = 1 << 31

  /// The bytes that `numpy.save` writes for `array`.
  public static func encoded(_ array: NumericArray) -> Data {
    NPYHeader.encoded(array.element, shape: array.shape) + array.bytes
  }

  /// The array in `data`.
  /// - Parameter name: what errors call it.
  /// - Throws: `InputError(.file)` if it is anything but a sound file to its last byte.
  public static func decode(_ data: Data, name: String) throws -> NumericArray {
    try ArrayFile(try NPYHeader(data, name: name), name: name, packed: data.count) { body in
      _ = try data.withUnsafeBytes(body)
    }.array()
  }

  /// The array in the file at `path`, which may be compressed by gzip or Zstandard.
  ///
  /// The header is read first, and the elements only if their number is possible.
  /// - Throws: `InputError` as `decode(_:name:)` does, and if the file can't be read or claims more than `limit`.
  public static func read(_ path: String) throws -> NumericArray { try open(path).array() }

  /// The array in the file at `path`, of which only the header is read.
  /// - Throws: `InputError` as `read`, as far as the header tells.
  public static func open(_ path: String) throws -> ArrayFile {
    let header = try NPYHeader(FileReader.read(path, atMost: NPYHeader.maximumSize).data, name: path)
    let size = (try? FileManager.default.attributesOfItem(atPath: URL(filePath: path).resolvingSymlinksInPath().path))
      .flatMap { $0[.size] as? Int }
    return try ArrayFile(header, name: path, packed: size ?? limit) { body in
      try FileReader.forEachPiece(of: path) { bytes, _ in try body(bytes) }
    }
  }
}
