public import Foundation

/// How a file is compressed, which its name tells by its ending.
public enum Compression: String, CaseIterable, Sendable {
  case none, gzip, zstd

  /// What names of such files end in: nothing, `.gz` or `.zst`.
  public var suffix: String {
    switch self {
    case .none: ""
    case .gzip: ".gz"
    case .zstd: ".zst"
    }
  }

  /// How the file at `path` is to be compressed.
  public init(ofName path: String) {
    self = Self.allCases.first { $0 != .none && path.hasSuffix($0.suffix) } ?? .none
  }

  fileprivate func encoder() throws -> any StreamEncoder {
    switch self {
    case .none: PlainEncoder()
    case .gzip: try GzipEncoder()
    case .zstd: try ZstdEncoder()
    }
  }
}

/// Where the body of `AtomicFile.replaceCompressed` puts its bytes.
public final class CompressedWriter {
  private let encoder: any StreamEncoder
  private let file: AtomicFile.Writer

  fileprivate init(_ encoder: any StreamEncoder, _ file: AtomicFile.Writer) {
    self.encoder = encoder
    self.file = file
  }

  /// Appends `data`.
  public func write(_ data: Data) throws {
    // Whether nothing was written in many pieces or in none must not show.
    if !data.isEmpty { try encode(data, isLast: false) }
  }

  fileprivate func finish() throws { try encode(Data(), isLast: true) }

  private func encode(_ data: Data, isLast: Bool) throws {
    try data.withUnsafeBytes { (input: UnsafeRawBufferPointer) in
      // zlib counts input by 32 bits.
      let piece = 1 << 30
      for start in stride(from: 0, through: max(input.count - 1, 0), by: piece) {
        let end = min(start + piece, input.count)
        try encoder.encode(UnsafeRawBufferPointer(rebasing: input[start..<end]), isLast: isLast) {
          if !$0.isEmpty { try file.write(Data($0)) }
        }
      }
    }
  }
}

extension AtomicFile {
  /// Replaces the file at `path` by what `body` writes, as `replace` does, compressed as the ending of `path` says.
  ///
  /// What is compressed is never held as a whole. Equal bytes give equal files with the same versions of zlib and zstd.
  /// - Throws: `InputError(.output)` if it can't be written, and what `body` throws; the old file is then as it was.
  public static func replaceCompressed(_ path: String, with body: (CompressedWriter) throws -> Void) throws {
    let encoder = try Compression(ofName: path).encoder()
    try replace(path) { file in
      let writer = CompressedWriter(encoder, file)
      try body(writer)
      try writer.finish()
    }
  }
}
