private import Crypto
import Diagnostics
public import Foundation

/// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits.
public enum Checksum {
  /// The hash of the bytes of `parts`, one after the other.
  public static func sha256(of parts: Data...) -> String {
    var hash = SHA256()
    for part in parts { hash.update(data: part) }
    return hex(hash.finalize())
  }

  /// The hash of a file's bytes as they lie on disk, read a piece at a time.
  /// - Throws: `InputError` if the file can't be read.
  public static func sha256(ofFile path: String) throws -> String {
    let file = try OpenFile(reading: path, kind: .file)
    var hash = SHA256()
    while let piece = try file.read(upTo: 1 << 20) { hash.update(data: piece) }
    return hex(hash.finalize())
  }

  /// The hash of bytes that come piece by piece.
  public struct Running {
    private var hash = SHA256()

    public init() {}

    /// Appends `data` to what is hashed.
    public mutating func add(_ data: Data) { hash.update(data: data) }

    /// The hash of all that was added.
    public var sha256: String { hex(hash.finalize()) }
  }

  private static func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
