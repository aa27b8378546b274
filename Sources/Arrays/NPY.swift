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
    let header = try NPYHeader(data, name: name)
    try check(header, name, holds: data.count, hasMore: false)
    return NumericArray(header.element, shape: header.shape, bytes: Data(data.dropFirst(header.size)))
  }

  /// The array in the file at `path`, which may be compressed by gzip or Zstandard.
  ///
  /// The header is read first, and the elements only if their number is possible.
  /// - Throws: `InputError` as `decode(_:name:)` does, and if the file can't be read or claims more than `limit`.
  public static func read(_ path: String) throws -> NumericArray {
    let header = try NPYHeader(FileReader.read(path, atMost: NPYHeader.maximumSize).data, name: path)
    guard header.fileSize <= limit else {
      throw InputError(
        .file, path, "claims an array of \(header.shape), more than the \(limit) bytes that are read",
        remedy: "save fewer elements")
    }
    let (data, hasMore) = try FileReader.read(path, atMost: header.fileSize)
    try check(header, path, holds: data.count, hasMore: hasMore)
    return NumericArray(header.element, shape: header.shape, bytes: Data(data.dropFirst(header.size)))
  }

  private static func check(_ header: NPYHeader, _ name: String, holds count: Int, hasMore: Bool) throws {
    guard count == header.fileSize, !hasMore else {
      throw InputError(
        .file, name,
        "its header announces \(header.element.name) of shape \(header.shape): \(header.fileSize) bytes; "
          + "it holds \(hasMore ? "more" : "\(count)")",
        remedy: "save it again with numpy.save: it was cut off, or something was appended")
    }
  }
}
