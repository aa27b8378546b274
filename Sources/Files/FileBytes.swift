public import Diagnostics
public import Foundation

/// The bytes of an open file by their place, so that of a large archive only what is wanted is read.
public final class FileBytes: Sendable {
  private let file: OpenFile
  /// How many there are.
  public let count: Int

  /// - Throws: `InputError` of `kind` if the file is missing or can't be opened.
  public init?(_ path: String, kind: InputError.Kind = .file) throws {
    file = try OpenFile(reading: path, kind: kind)
    guard let size = file.regularSize else { return nil }
    count = size
  }

  /// Those at `range`, fewer if the file ends within it.
  /// - Throws: `InputError` if the file can't be read.
  public func bytes(in range: Range<Int>) throws -> Data { try file.read(at: range.lowerBound, upTo: range.count) }
}
