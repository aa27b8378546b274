import Arrays
import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@Suite struct NPZTests {
  /// CRC-32 (APPNOTE 4.4.7), bit by bit.
  static func crc(_ data: Data) -> UInt32 {
    var crc = UInt32.max
    for byte in data {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
    }
    return ~crc
  }

  private static func little(_ values: UInt32...) -> Data {
    values.reduce(into: Data()) { data, value in withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
    }
  }

  /// An archive of one file by hand: stored unless `packed` is given.
  static func archive(
    _ name: String, _ data: Data, packed: Data? = nil, claims size: Int? = nil, crc: UInt32? = nil, flags: UInt8 = 0,
    method: UInt8? = nil
  ) -> Data {
    let content = packed ?? data
    let common =
      Data([20, 0, flags, 0, method ?? (packed == nil ? 0 : 8), 0, 0, 0, 0x21, 0])
      + little(crc ?? Self.crc(data), UInt32(content.count), UInt32(size ?? data.count), UInt32(name.utf8.count))
    let local = Data(hex: "504b0304") + common + Data(name.utf8) + content
    let directory =
      Data(hex: "504b0102 1400") + common + Data(count: 10) + little(0) + Data(name.utf8)
    return local + directory + Data(hex: "504b0506 00000000 0100 0100")
      + little(UInt32(directory.count), UInt32(local.count)) + Data(count: 2)
  }

  @Test func writesTheBytesOfAHandMadeArchive() throws {
    let array = NumericArray([0, 127, 255] as [UInt8], shape: [3])
    #expect(NPZ.encoded([("images", array)]) == Self.archive("images.npy", NPYTests.bytes))
  }

  @Test func roundTrip() throws {
    let arrays = [
      ("images", NumericArray([Float](repeating: 0.25, count: 600), shape: [3, 200])),
      ("labels", NumericArray([1, 2, 3])), ("none", NumericArray([UInt8](), shape: [0, 4])),
    ]
    let data = NPZ.encoded(arrays)
    #expect(NPZ.encoded(arrays) == data)
    let file = try NPZ(data, name: "file")
    #expect(file.names == ["images", "labels", "none"])
    for (name, array) in arrays { #expect(try file.array(name) == array) }
    #expect(try file.array("absent") == nil)
  }

  /// Python: `zlib.compressobj(9, zlib.DEFLATED, -15)` of `NPYTests.bytes`, as `numpy.savez_compressed` stores it.
  static let deflated = Data(
    hex: """
      9bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a05e536aa8aea3a09e965f54529498179f5f94920a12774bcc294e058a17672416a402f9
      1ac63a9a3a0ab50a14002e86faff00
      """)

  @Test func readsWhatWasCompressed() throws {
    let file = try NPZ(Self.archive("a.npy", NPYTests.bytes, packed: Self.deflated), name: "file")
    #expect(try file.array("a")?.integers == [0, 127, 255])
  }

  @Test(arguments: [
    (archive("a.npy", NPYTests.bytes, crc: 7), "not what the archive says"),
    (archive("a.npy", NPYTests.bytes, claims: 4000), "not in the archive as it says"),
    (archive("a.npy", NPYTests.bytes, flags: 1), "encrypted"),
    (archive("a.npy", NPYTests.bytes, method: 12), "bzip2"), (archive("a.npy", NPYTests.bytes, method: 14), "LZMA"),
    (archive("a.npy", NPYTests.bytes, method: 93), "Zstandard"),
    (archive("a.npy", NPYTests.bytes, method: 9), "Deflate64"),
    (archive("a.npy", NPYTests.bytes, method: 77), "method 77"),
    (archive("a.npy", NPYTests.bytes, claims: 0xFFFF_FFFF), "zip64"),
    (archive("a.npy", NPYTests.bytes, packed: Data(hex: "ffffff")), "not what the archive says"),
    (archive("a.npy", NPYTests.bytes, packed: Data(hex: "0300"), claims: 4_000_000_000), "not in the archive"),
    (archive("a.npy", Data("text".utf8)), "does not begin as an .npy file"),
    (archive("a.npy", NPYTests.bytes + Data([1])), "announces 131 bytes, the archive 132"),
    (archive("a.npy", NPYTests.bytes).dropLast(1), "no end"),
    (archive("a.npy", NPYTests.bytes) + Data([0]), "no end"),
    (Data("PK".utf8), "no end"), (Data(), "begin"), (Data("not a zip".utf8), "begin"),
  ])
  func refuses(file: Data, because reason: String) {
    let error = #expect(throws: InputError.self) { try NPZ(file, name: "file.npz").array("a") }
    #expect(error?.kind == .file && error?.subject.hasPrefix("file.npz") == true)
    #expect(error?.problem.contains(reason) == true, "\(error?.problem ?? "")")
  }

  @Test func filesThatShareBytesAreRefused() throws {
    // Two directory records of the same local file.
    let one = Self.archive("a.npy", NPYTests.bytes)
    let start = 30 + 5 + NPYTests.bytes.count
    let record = one[start..<start + 46 + 5]
    let other = Data(record.dropLast(5)) + Data("a.npy".utf8)
    let twice =
      one[..<start] + record + other + Data(hex: "504b0506 00000000 0200 0200")
      + Self.little(UInt32(2 * record.count), UInt32(start)) + Data(count: 2)
    let error = #expect(throws: InputError.self) { try NPZ(Data(twice), name: "file") }
    #expect(error?.problem.contains("two files called") == true)
  }

  /// What a file claims to hold is compared with its own size before any of it is decompressed.
  @Test func refusesArraysThatExpandAsNothingDoes() throws {
    let folder = try TemporaryFolder()
    let bomb =
      NPYTests.file("{'descr': '|u1', 'fortran_order': False, 'shape': (100000000,), }") + Data(count: 100_000_000)
    try AtomicFile.replaceCompressed(folder("bomb.npy.gz")) { try $0.write(bomb) }
    let gzip = try Data(contentsOf: URL(filePath: folder("bomb.npy.gz")))
    // The body of a gzip file without its header, check sum and size is what a zip archive holds.
    let deflated = Data(gzip.dropFirst(10).dropLast(8))
    let path = try folder.write(
      Self.archive("a.npy", Data(), packed: deflated, claims: bomb.count, crc: 1), to: "bomb.npz")
    for read in [{ try NPZ(contentsOf: path).array("a") }, { try NPY.read(folder("bomb.npy.gz")) }] {
      let error = #expect(throws: InputError.self) { try read() }
      #expect(error?.problem.contains("\(Expansion.ratio) are believed") == true, "\(error?.problem ?? "")")
    }
  }

  @Test func aBrokenMemberLeavesTheOthersReadable() throws {
    let sound = Self.archive("a.npy", NPYTests.bytes)
    let both = NPZ.encoded([("a", NumericArray([1])), ("b", NumericArray([2]))])
    var broken = both
    // The method in the directory record of the second file: bzip2.
    let record = try #require(
      broken.range(of: Data(hex: "504b0102"), in: (broken.count - 100)..<broken.count)?.lowerBound)
    broken[record + 10] = 12
    #expect(try NPZ(sound, name: "file").array("a") != nil)
    let file = try NPZ(broken, name: "file")
    #expect(try file.array("a")?.integers == [1])
    #expect(throws: InputError.self) { try file.array("b") }
  }

  @Test func opensAFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.archive("a.npy", NPYTests.bytes), to: "a.npz")
    #expect(try NPZ(contentsOf: path).array("a")?.integers == [0, 127, 255])
    #expect(throws: InputError.self) { try NPZ(contentsOf: folder("none.npz")) }
  }
}
