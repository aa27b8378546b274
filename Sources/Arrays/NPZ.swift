import Diagnostics
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

  /// Opens the file at `path`; arrays are read when they are asked for, and only they.
  /// - Throws: `InputError(.file)` if it can't be read or is no sound zip archive.
  public init(contentsOf path: String) throws {
    name = path
    // What is compressed as a whole, or comes through a pipe, is taken into memory.
    if let file = try FileBytes(path), try file.bytes(in: 0..<2) == ZipArchive.magic {
      archive = try ZipArchive(file, name: path)
    } else {
      archive = try ZipArchive(FileReader.contents(of: path, limit: NPY.limit), name: path)
    }
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

  /// Whether any file in it is called as an array is.
  public var holdsArrays: Bool { archive.entries.contains { $0.name.hasSuffix(".npy") } }

  /// The array called `array`; `nil` if there is none.
  /// - Throws: `InputError(.file)` if it is damaged, or not a sound `.npy` file.
  public func array(_ array: String) throws -> NumericArray? { try file(array)?.array() }

  /// The array called `array`, of which only the header is read; `nil` if there is none.
  /// - Throws: `InputError(.file)` if it is compressed as is not read, or its header is not sound.
  public func file(_ array: String) throws -> ArrayFile? {
    guard let index = names.firstIndex(of: array) else { return nil }
    let (archive, entry) = (archive, archive.entries[index])
    let label = "\(name), array “\(array)”"
    // The array's own header says how large it is, before as much is taken from memory.
    let start = try archive.contents(of: entry, atMost: NPYHeader.maximumSize)
    let header = try NPYHeader(start, name: label)
    guard header.fileSize == entry.size else {
      throw InputError(
        .file, label,
        "its header announces \(header.fileSize) bytes, the archive \(entry.size)", remedy: ZipArchive.remedy)
    }
    return try ArrayFile(header, name: label, packed: entry.range.count) { body in
      try archive.forEachPiece(of: entry, body)
    }
  }
}
