import Files
public import Foundation

/// Several named arrays in one file (`numpy.savez`): a zip archive of `name.npy` entries.
public struct NPZ: Sendable {
  private let name: String
  private let archive: ZipArchive

  /// The bytes of a file with `arrays` in this order, uncompressed, dated 1980-01-01: equal arrays give equal bytes.
  public static func encoded(_ arrays: [(name: String, array: NumericArray)]) -> Data {
    ZipArchive.encoded(arrays.map { ("\($0.name).npy", NPY.encoded($0.array)) })
  }

  /// Opens the file at `path`; arrays are read when they are asked for.
  /// - Throws: `InputError(.file)` if it can't be read, is larger than 2 GiB or is no sound zip archive.
  public init(contentsOf path: String) throws {
    try self.init(FileReader.contents(of: path, limit: NPY.limit), name: path)
  }

  /// - Parameter name: what errors call the file.
  /// - Throws: `InputError(.file)` if `data` is no sound zip archive.
  public init(_ data: Data, name: String) throws {
    self.name = name
    archive = try ZipArchive(data, name: name)
  }

  /// The names of the arrays, in the order of the file.
  public var names: [String] {
    archive.entries.map { $0.name.hasSuffix(".npy") ? String($0.name.dropLast(4)) : $0.name }
  }

  /// The array called `array`; `nil` if there is none.
  /// - Throws: `InputError(.file)` if it is damaged, or not a sound `.npy` file.
  public func array(_ array: String) throws -> NumericArray? {
    guard let index = names.firstIndex(of: array) else { return nil }
    let entry = archive.entries[index]
    let label = "\(name), array “\(array)”"
    // The array's own header says how large it is, before as much is taken from memory.
    let start = try archive.contents(of: entry, atMost: NPYHeader.maximumSize)
    let header = try NPYHeader(start, name: label)
    guard header.fileSize == entry.size else {
      throw InputError(
        .file, label,
        "its header announces \(header.fileSize) bytes, the archive \(entry.size)", remedy: ZipArchive.remedy)
    }
    return try NPY.decode(archive.contents(of: entry, atMost: entry.size), name: label)
  }
}
