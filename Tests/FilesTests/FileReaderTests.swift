import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@Suite struct FileReaderTests {
  static let text = Data("hello, hello, hello\n".utf8)
  /// Made by Python's `gzip` with time stamp 0.
  static let gzip = Data(hex: "1f8b08000000000002ffcb48cdc9c9d751c840a2b800e7426e5214000000")
  /// Made by `zstd --check -19` and `zstd --no-check -1`.
  static let zstd = Data(hex: "28b52ffd04687500004068656c6c6f2c200a0100e28a1121699d87")
  static let zstdWithoutCheck = Data(hex: "28b52ffd00487500004068656c6c6f2c200a0100e28a11")

  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [text, gzip, zstd, zstdWithoutCheck])
  func readsEveryContainerByItsFirstBytes(data: Data) throws {
    let path = try folder.write(data, to: "any.name")
    #expect(try FileReader.contents(of: path) == Self.text)
    #expect(try FileReader.contents(of: path, limit: 20) == Self.text)
    let start = try FileReader.read(path, atMost: 5)
    #expect(start.data == Data("hello".utf8) && start.hasMore)
    let all = try FileReader.read(path, atMost: 21)
    #expect(all.data == Self.text && !all.hasMore)
    let error = #expect(throws: InputError.self) { try FileReader.contents(of: path, limit: 19, kind: .model) }
    #expect(error?.kind == .model && error?.problem.contains("19") == true)
  }

  @Test func readsMembersAndFramesInARow() throws {
    let twice = Self.text + Self.text
    #expect(try FileReader.contents(of: folder.write(Self.gzip + Self.gzip, to: "a")) == twice)
    #expect(try FileReader.contents(of: folder.write(Self.zstd + Self.zstdWithoutCheck, to: "b")) == twice)
  }

  @Test func holdsNoMoreThanTheLimitOfAFileThatGrowsAThousandfold() throws {
    let path = try folder.write(compressZstd(Data(count: 64 << 20), level: 1), to: "zeros.zst")
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? .max < 64 << 10)
    let start = try FileReader.read(path, atMost: 1000)
    #expect(start.data == Data(count: 1000) && start.hasMore)
    #expect(throws: InputError.self) { try FileReader.contents(of: path, limit: 1 << 20) }
  }

  @Test func refusesWhatExpandsAsNothingDoes() throws {
    let path = try folder.write(compressZstd(Data(count: Expansion.free + (1 << 20)), level: 1), to: "zeros.zst")
    let error = #expect(throws: InputError.self) { try FileReader.contents(of: path, kind: .model) }
    #expect(error?.kind == .model && error?.problem.contains("expands") == true)
    // As much as is always allowed, and as much as a file of that size may become.
    #expect(try FileReader.read(path, atMost: Expansion.free - 1).hasMore)
    #expect(Expansion.limit(ofPacked: 1 << 30) == 250 << 30 && Expansion.limit(ofPacked: .max) == .max)
  }

  @Test(arguments: [gzip, zstd])
  func everyTruncationIsAnError(data: Data) throws {
    // The first bytes alone are not yet the mark of a compressed file, so they are read as they are.
    for length in 4..<data.count {
      let path = try folder.write(data.prefix(length), to: "truncated")
      let error = #expect(throws: InputError.self) { try FileReader.contents(of: path) }
      #expect(error?.subject == path && error?.kind == .file)
    }
  }

  @Test(arguments: [gzip, zstd, zstdWithoutCheck])
  func damageGivesTheTextOrAnInputError(data: Data) throws {
    var refused = 0
    for (index, damaged) in Damage.bitFlips(of: data, count: 1000, seed: 1).enumerated() {
      // A file that is replaced waits for the disk, a new one does not.
      let path = try folder.write(damaged, to: "damaged-\(index)")
      defer { try? FileManager.default.removeItem(atPath: path) }
      do { _ = try FileReader.contents(of: path, limit: 1 << 20) } catch is InputError { refused += 1 }
    }
    #expect(refused > 0)
  }

  @Test func trailingGarbageIsAnError() throws {
    for data in [Self.gzip, Self.zstd] {
      let path = try folder.write(data + Data("garbage".utf8), to: "tail")
      #expect(throws: InputError.self) { try FileReader.contents(of: path) }
    }
  }

  @Test func namesWhatCannotBeRead() throws {
    let missing = #expect(throws: InputError.self) { try FileReader.contents(of: folder("nothing"), kind: .dataset) }
    #expect(missing?.kind == .dataset && missing?.problem == "there is no such file")
    let directory = #expect(throws: InputError.self) { try FileReader.contents(of: folder.path) }
    #expect(directory?.problem.contains("folder") == true)
    let empty = try folder.write(Data(), to: "empty")
    #expect(try FileReader.contents(of: empty).isEmpty)
  }

  @Test(arguments: [1, 19])
  func zstdRoundTrip(level: Int) throws {
    var data = Data()
    for i in 0..<300_000 { data.append(UInt8(truncatingIfNeeded: i &* i >> 7)) }
    let packed = try compressZstd(data, level: level)
    #expect(packed.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) && packed.count < data.count)
    #expect(try FileReader.contents(of: folder.write(packed, to: "data.zst")) == data)
    #expect(try compressZstd(data, level: level) == packed)
  }
}
