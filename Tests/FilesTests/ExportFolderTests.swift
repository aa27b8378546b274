import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

/// Files of a folder to which bytes are appended.
@Suite struct ExportFolderTests {
  let place: TemporaryFolder

  init() throws { place = try TemporaryFolder() }

  /// Bytes that compress, but not to nothing, with a repetition beyond the window of low levels.
  private static func text(_ count: Int) -> Data {
    var state: UInt64 = 1
    return Data(
      (0..<count).map { index in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return index % 1_500_000 < 1000 ? UInt8(index % 251) : UInt8(truncatingIfNeeded: state >> 61)
      })
  }

  @Test func whatIsAppendedIsRead() throws {
    let folder = try ExportFolder(place("out"))
    // The first bytes are those of a gzip file: they are handed over as they are all the same.
    let pieces = [Data(hex: "1f8b0800 00"), Data(), Self.text(3 << 20), Data("end".utf8)]
    for piece in pieces { try folder.append(piece, to: "a/file") }
    var read = Data()
    try folder.forEachPiece(of: "a/file") { read += $0 }
    #expect(read == pieces.reduce(Data(), +))
    try folder.append(Data("x".utf8), to: "gone")
    folder.remove("gone")
    try folder.finish()
    #expect(try place.names() == ["out"])
    #expect(try Data(contentsOf: URL(filePath: place("out/a/file"))) == read)
    #expect(try FileManager.default.contentsOfDirectory(atPath: place("out")) == ["a"])
  }

  @Test func givesUpWhenItIsTold() throws {
    let folder = try ExportFolder(place("out"), isCancelled: { true })
    #expect(throws: CancellationError.self) { try folder.append(Data([1]), to: "file") }
    folder.discard()
    #expect(try place.names().isEmpty)
  }

  @Test(arguments: [1, 1000, 200_000])
  func compressesAsInMemory(count: Int) throws {
    let (folder, data) = (try ExportFolder(place("out")), Self.text(count))
    try folder.append(data, to: "file")
    try folder.compress("file")
    try folder.finish()
    #expect(try FileManager.default.contentsOfDirectory(atPath: place("out")) == ["file.zst"])
    #expect(try Data(contentsOf: URL(filePath: place("out/file.zst"))) == compressZstd(data))
  }

  /// Larger than the window in which repetitions are looked for: what a stream would compress otherwise.
  @Test func compressesLargeFilesAsInMemory() throws {
    let data = Self.text(6 << 20)
    let path = try place.write(data, to: "file")
    try compressZstd(fileAt: path, to: place("packed"), level: 1)
    #expect(try Data(contentsOf: URL(filePath: place("packed"))) == compressZstd(data, level: 1))
    #expect(throws: InputError.self) { try compressZstd(fileAt: path, to: place("nowhere/packed"), level: 1) }
  }
}
