import Diagnostics
public import Foundation

/// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits.
public enum Checksum {
  /// The hash of the bytes of `parts`, one after the other.
  public static func sha256(of parts: Data...) -> String {
    var hash = Running()
    for part in parts { hash.add(part) }
    return hash.sha256()
  }

  /// The hash of a file's bytes as they lie on disk, read a piece at a time.
  /// - Throws: `InputError` if the file can't be read.
  public static func sha256(ofFile path: String) throws -> String {
    let file = try OpenFile(reading: path, kind: .file)
    var hash = Running()
    while let piece = try file.read(upTo: 1 << 20) { hash.add(piece) }
    return hash.sha256()
  }

  /// The hash of bytes that come piece by piece, none of which are copied.
  public struct Running: ~Copyable {
    private var hash = SHA256State()

    public init() {}

    /// Appends `bytes` to what is hashed.
    public mutating func add(_ bytes: some ContiguousBytes) { bytes.withUnsafeBytes { hash.add($0) } }

    /// The hash of all that was added.
    public consuming func sha256() -> String { Checksum.hex(hash.finish()) }
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
