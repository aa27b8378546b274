import Diagnostics
import Foundation
import Imaging
import TestSupport
import Testing

/// PNG files written by Pillow, and the pixels that were given to it.
private enum Golden {
  static let grey = Data(
    hex: """
      89504e470d0a1a0a0000000d4948445200000003000000020800000000b81f39c60000001049444154789c636460ac6368f8f71f00070702
      fe56802a150000000049454e44ae426082
      """)
  static let colour = Data(
    hex: """
      89504e470d0a1a0a0000000d4948445200000002000000020802000000fdd49a730000001649444154789c63f8cfc0c0f09f818181e13f97
      881c001a58033a82e0ab530000000049454e44ae426082
      """)
  static let palette = Data(
    hex: """
      89504e470d0a1a0a0000000d4948445200000002000000010103000000ceecedc900000006504c5445090807c864327935a3a40000000a49
      444154789c63700000004200412937f4ef0000000049454e44ae426082
      """)
  static let oneBit = Data(
    hex: """
      89504e470d0a1a0a0000000d4948445200000002000000010100000000dc5942270000000a49444154789c636800000082008177cd72b600
      00000049454e44ae426082
      """)
  static let transparent = Data(
    hex: """
      89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0d00000048101802c55
      ceb00000000049454e44ae426082
      """)
  static let opaque = Data(
    hex: """
      89504e470d0a1a0a0000000d4948445200000002000000010806000000f4227f8a0000001149444154789c636050f5fa5f306dcf7f000dbc
      04301ec4bcb80000000049454e44ae426082
      """)
  /// 0, 128, 129, 257, 65535, 32896, 32768 and 65407 of 65535.
  static let manyLevels = Data(
    hex: """
      89504e470d0a1a0a0000000d494844520000000800000001100000000096fb6cdc0000001949444154789c636060606860686464fcffbfa1
      a181e17f3d00251d0600a8b87ab10000000049454e44ae426082
      """)
  /// Says that its 10, 100 and 200 are amounts of light (gamma 1).
  static let linear = Data(
    hex: """
      89504e470d0a1a0a0000000d49484452000000030000000108000000003e8b4b680000000467414d41000186a031e8965f0000000c494441
      54789c63e04a39010001b201372a2b785a0000000049454e44ae426082
      """)
  static let opaqueSixteenBit = Data(
    hex: """
      89504e470d0a1a0a0000000d49484452000000010000000110060000004f8518ca0000000f49444154789c6360663ee9f11f0800104a0514
      ff1767d70000000049454e44ae426082
      """)
}

@Suite struct PNGTests {
  @Test(arguments: [
    (Golden.grey, Bitmap(width: 3, height: 2, channels: 1, pixels: [0, 1, 127, 128, 254, 255])),
    (Golden.colour, Bitmap(width: 2, height: 2, channels: 3, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30])),
    (Golden.palette, Bitmap(width: 2, height: 1, channels: 3, pixels: [9, 8, 7, 200, 100, 50])),
    (Golden.oneBit, Bitmap(width: 2, height: 1, channels: 1, pixels: [255, 0])),
    (Golden.opaque, Bitmap(width: 2, height: 1, channels: 3, pixels: [0, 37, 74, 112, 150, 188])),
    (Golden.linear, Bitmap(width: 3, height: 1, channels: 1, pixels: [10, 100, 200])),
    (Golden.opaqueSixteenBit, Bitmap(width: 1, height: 1, channels: 3, pixels: [3, 200, 255])),
    // Each the nearest of 256 levels: 255 v / 65535.
    (Golden.manyLevels, Bitmap(width: 8, height: 1, channels: 1, pixels: [0, 0, 1, 1, 255, 128, 128, 255])),
  ])
  func readsWhatAnotherProgramWrote(file: Data, expected: Bitmap) throws {
    #expect(try PNG.decode(file, name: "golden") == expected)
  }

  @Test(arguments: [1, 3], [(1, 1), (28, 28), (257, 3), (3, 300)])
  func roundTripKeepsEveryByte(channels: Int, size: (width: Int, height: Int)) throws {
    let count = size.width * size.height * channels
    let bitmap = Bitmap(
      width: size.width, height: size.height, channels: channels,
      pixels: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / 7) })
    let data = PNG.encode(bitmap)
    #expect(try PNG.decode(data, name: "copy") == bitmap)
    #expect(PNG.encode(bitmap) == data)
    // IHDR (PNG specification, 11.2.1): length 13, width, height, 8 bits, colour type 0 or 2, no interlacing.
    let sides = [0, 0, size.width >> 8, size.width & 255, 0, 0, size.height >> 8, size.height & 255].map(UInt8.init)
    #expect(Array(data[8..<29]) == [0, 0, 0, 13] + "IHDR".utf8 + sides + [8, channels == 3 ? 2 : 0, 0, 0, 0])
  }

  @Test func keepsAllLevels() throws {
    let ramp = Bitmap(width: 256, height: 1, channels: 1, pixels: Array(0...255))
    #expect(try PNG.decode(PNG.encode(ramp), name: "ramp").pixels == ramp.pixels)
  }

  @Test(arguments: [
    (Golden.transparent, "transparent"), (Data("P5 1 1 255 0".utf8), "begin"),
    (Data(), "begin"), (huge(width: 20_000, height: 1), "20000×1"), (huge(width: 16_000, height: 16_000), "claims"),
    (huge(width: 0, height: 5), "sound"),
  ])
  func refuses(file: Data, because reason: String) {
    let error = #expect(throws: InputError.self) { try PNG.decode(file, name: "picture.png") }
    #expect(error?.subject == "picture.png" && error?.kind == .file)
    #expect(error?.problem.contains(reason) == true)
  }

  /// The grey golden file with other dimensions, and the check sum (CRC-32, PNG specification, annex D) to match.
  static func huge(width: UInt32, height: UInt32) -> Data {
    var header = Data("IHDR".utf8)
    for side in [width, height] { withUnsafeBytes(of: side.bigEndian) { header.append(contentsOf: $0) } }
    header.append(contentsOf: [8, 0, 0, 0, 0])
    var crc = UInt32.max
    for byte in header {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
    }
    var file = Golden.grey.prefix(12) + header
    withUnsafeBytes(of: (~crc).bigEndian) { file.append(contentsOf: $0) }
    return file + Golden.grey.dropFirst(33)
  }

  @Test func theHelperMakesSoundFiles() throws {
    #expect(Self.huge(width: 3, height: 2) == Golden.grey)
  }

  @Test(arguments: [Golden.grey, Golden.colour, Golden.palette])
  func damageGivesAPictureOrAnInputError(file: Data) {
    var refused = 0
    for damaged in Damage.truncations(of: file, count: 200) + Damage.bitFlips(of: file, count: 1000, seed: 2) {
      do { _ = try PNG.decode(damaged, name: "damaged") } catch {
        #expect(error is InputError)
        refused += 1
      }
    }
    #expect(refused > 600)
  }

  @Test func readsAFile() throws {
    let folder = try TemporaryFolder()
    #expect(try PNG.read(folder.write(Golden.grey, to: "grey.png")).pixels == [0, 1, 127, 128, 254, 255])
    #expect(throws: InputError.self) { try PNG.read(folder("none.png")) }
  }
}
