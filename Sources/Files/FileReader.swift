public import Diagnostics
public import Foundation

/// Reads files that may be compressed: plain, gzip and Zstandard, told apart by their first bytes.
public enum FileReader {
  /// More decompressed bytes than any file of ours needs: 1 GiB.
  public static let defaultLimit = 1 << 30

  /// The decompressed contents of the file at `path`.
  ///
  /// No more than `limit` bytes are ever held, however large the file claims to be when decompressed.
  /// - Throws: `InputError` of `kind` if the file is missing, unreadable, corrupt, truncated or holds more than `limit`.
  public static func contents(
    of path: String, limit: Int = defaultLimit, kind: InputError.Kind = .file
  ) throws -> Data {
    let (data, hasMore) = try read(path, atMost: limit, kind: kind)
    guard !hasMore else {
      throw InputError(
        kind, path, "holds more than \(limit) bytes, the most that is read", remedy: "name another file")
    }
    return data
  }

  /// The first `count` decompressed bytes, or all if there are fewer, and whether more follow.
  ///
  /// A file that is read to its end is also checked to its end: a truncated stream is an error.
  public static func read(
    _ path: String, atMost count: Int, kind: InputError.Kind = .file
  ) throws -> (data: Data, hasMore: Bool) {
    var output = Data()
    var hasMore = false
    try forEachPiece(of: path, kind: kind) { piece, expected in
      if output.isEmpty { output.reserveCapacity(min(count, expected ?? piece.count)) }
      let wanted = min(piece.count, count - output.count)
      output.append(contentsOf: piece[..<wanted])
      hasMore = wanted < piece.count
      return !hasMore
    }
    return (output, hasMore)
  }

  /// Hands the decompressed bytes of the file at `path` to `body`, one piece after the other, until that returns false.
  ///
  /// A file that is read to its end is also checked to its end: a truncated stream is an error.
  /// - Parameter body: takes a piece, and the size of the whole file if it is not compressed and the system knows it.
  /// - Throws: `InputError` of `kind` if the file is missing, unreadable, corrupt, truncated, or expands further than
  ///   `Expansion` allows, and what `body` throws.
  public static func forEachPiece(
    of path: String, kind: InputError.Kind = .file, _ body: (UnsafeRawBufferPointer, Int?) throws -> Bool
  ) throws {
    let file = try OpenFile(reading: path, kind: kind)
    let source = ByteSource(file)
    let decoder: any StreamDecoder =
      switch try source.peek(4) {
      case let magic where magic.starts(with: [0x1f, 0x8b]): try GzipDecoder()
      case let magic where magic.elementsEqual([0x28, 0xb5, 0x2f, 0xfd]): try ZstdDecoder()
      default: PlainDecoder()
      }
    do {
      let size = file.regularSize
      let isPlain = decoder is PlainDecoder
      let limit = isPlain ? Int.max : Expansion.limit(ofPacked: size ?? defaultLimit)
      try decode(source, with: decoder, limit: limit) { try body($0, isPlain ? size : nil) }
    } catch let failure as StreamFailure {
      throw InputError(kind, path, failure.problem, remedy: failure.remedy)
    }
  }

  private static func decode(
    _ source: ByteSource, with decoder: some StreamDecoder, limit: Int,
    _ body: (UnsafeRawBufferPointer) throws -> Bool
  ) throws {
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while let input = try source.next() {
      var rest = input
      repeat {
        let (consumed, produced) = try rest.withUnsafeBytes { input in
          try buffer.withUnsafeMutableBytes { try decoder.decode(input, into: $0) }
        }
        rest = rest.dropFirst(consumed)
        guard decoder.total <= limit else {
          throw StreamFailure(
            problem: "expands to more than \(limit >> 20) MiB, \(Expansion.ratio) times what it holds, as images and "
              + "weights do not", remedy: "decompress it first, if it is what it should be")
        }
        if produced > 0 {
          let goesOn = try buffer.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<produced])) }
          if !goesOn { return }
        }
        if consumed == 0, produced == 0 { break }
      } while !rest.isEmpty || decoder.mayHoldOutput
    }
    try decoder.finish()
  }
}

/// The bytes of an open file, piece by piece, with a look ahead at the first ones.
private final class ByteSource {
  private let file: OpenFile
  private var ahead: Data?

  init(_ file: OpenFile) { self.file = file }

  /// The first `count` bytes, or fewer if the file is shorter.
  func peek(_ count: Int) throws -> Data {
    var bytes = Data()
    while bytes.count < count, let piece = try file.read(upTo: 1 << 18) { bytes.append(piece) }
    ahead = bytes
    return bytes.prefix(count)
  }

  func next() throws -> Data? {
    if let bytes = ahead, !bytes.isEmpty {
      ahead = nil
      return bytes
    }
    return try file.read(upTo: 1 << 18)
  }
}
