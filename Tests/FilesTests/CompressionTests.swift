import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

/// Files written piece by piece, plain or compressed.
@Suite struct CompressionTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Pieces of bytes that do not repeat, so that compressing them fills buffers.
  private static func noise(_ counts: [Int]) -> [Data] {
    var state: UInt64 = 1
    return counts.map { count in
      Data(
        (0..<count).map { _ in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return UInt8(truncatingIfNeeded: state >> 56)
        })
    }
  }

  private func write(_ pieces: [Data], to name: String) throws -> String {
    let path = folder(name)
    try AtomicFile.replaceCompressed(path) { file in for piece in pieces { try file.write(piece) } }
    return path
  }

  @Test(
    arguments: ["plain.mat", "packed.mat.gz", "packed.mat.zst"],
    [[], [0], [1], [5, 0, 7], [65536], [131_072, 1], [1_000_000, 3, 262_144], [17, 400_000]])
  func whatIsWrittenIsRead(name: String, counts: [Int]) throws {
    let pieces = Self.noise(counts)
    let path = try write(pieces, to: name)
    #expect(try FileReader.contents(of: path) == pieces.reduce(Data(), +))
    #expect(try folder.names() == [name])
    // Again, in other pieces: the same file.
    let whole = pieces.reduce(Data(), +)
    let halves = [whole.prefix(whole.count / 2), whole.dropFirst(whole.count / 2)]
    let again = try write(halves, to: "again." + name)
    #expect(try Data(contentsOf: URL(filePath: again)) == Data(contentsOf: URL(filePath: path)))
  }

  /// RFC 1952: identification 1f 8b, deflate, no flags, no time; the CRC-32 of “123456789”, cbf43926, and its length, 9.
  @Test func gzipIsAsTheStandardSays() throws {
    let file = try Data(contentsOf: URL(filePath: write([Data("123456789".utf8)], to: "a.gz")))
    #expect(file.prefix(8) == Data(hex: "1f8b0800 00000000"))
    #expect(file.suffix(8) == Data(hex: "2639f4cb 09000000"))
  }

  @Test func compressedFilesAreSmallerAndRecognisable() throws {
    let text = [Data(repeating: 7, count: 1 << 20)]
    for (name, magic) in [("a.gz", "1f8b08"), ("a.zst", "28b52ffd")] {
      let file = try Data(contentsOf: URL(filePath: write(text, to: name)))
      #expect(file.starts(with: Data(hex: magic)) && file.count < 5000)
    }
  }

  @Test func theEndingSaysHow() {
    #expect(Compression(ofName: "a.mat") == .none && Compression(ofName: "a.gz.mat") == .none)
    for compression in Compression.allCases {
      #expect(Compression(ofName: "a.mat" + compression.suffix) == compression)
    }
  }

  @Test func aFailureLeavesTheOldFile() throws {
    struct Failure: Error {}
    for name in ["a.mat", "a.gz", "a.zst"] {
      let old = try write([Data([1, 2, 3])], to: name)
      let before = try Data(contentsOf: URL(filePath: old))
      #expect(throws: Failure.self) {
        try AtomicFile.replaceCompressed(old) { file in
          try file.write(Self.noise([300_000])[0])
          throw Failure()
        }
      }
      #expect(try Data(contentsOf: URL(filePath: old)) == before)
    }
    #expect(try folder.names() == ["a.gz", "a.mat", "a.zst"])
    let error = #expect(throws: InputError.self) { try AtomicFile.replaceCompressed(folder("none/a.gz")) { _ in } }
    #expect(error?.kind == .output)
  }
}
