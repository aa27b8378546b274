import Diagnostics
import Foundation
import Imaging
import TestSupport
import Testing

/// JPEG files of 7×5 pixels written by Pillow 13.0.0, and the pixels that it reads from them.
private enum Golden {
  static let grey = Data(
    hex: """
      ffd8ffe000104a46494600010100000100010000ffdb004300100b0c0e0c0a100e0d0e1211101318281a181616183123251d283a333d3c39
      33383740485c4e404457453738506d51575f626768673e4d71797064785c656763ffc0000b080005000701011100ffc40014000100000000
      000000000000000000000004ffc4001a100000070000000000000000000000000000010203051271ffda0008010100003f000c6b29a960ff
      d9
      """)
  static let greyPixels: [UInt8] = [
    40, 56, 71, 78, 88, 104, 113, 45, 61, 75, 83, 93, 109, 118, 52, 68, 82, 90, 100, 116, 125, 59, 75, 90,
    97, 108, 123, 132, 64, 80, 95, 102, 113, 128, 137,
  ]
  static let colour = Data(
    hex: """
      ffd8ffe000104a46494600010100000100010000ffdb004300140e0f120f0d14121012171514181e32211e1c1c1e3d2c2e243249404c4b47
      404645505a736250556d5645466488656d777b8182814e608d978c7d96737e817cffdb0043011517171e1a1e3b21213b7c5346537c7c7c7c
      7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7cffc00011080005000703
      012200021101031101ffc4001500010100000000000000000000000000000002ffc400191000020301000000000000000000000000000201
      042103ffc40014010100000000000000000000000000000003ffc40017110101010100000000000000000000000001020011ffda000c0301
      0002110311003f008a7c16bac326cce68005b59786390a3aefffd9
      """)
  static let colourPixels: [UInt8] = [
    34, 41, 60, 46, 54, 75, 53, 64, 86, 55, 71, 96, 79, 98, 128, 113, 140, 170, 132, 162, 196, 32, 40, 61,
    45, 56, 78, 57, 69, 93, 66, 82, 108, 90, 109, 139, 122, 147, 178, 139, 170, 201, 46, 58, 82, 61, 73, 97,
    75, 89, 115, 87, 103, 129, 104, 123, 153, 125, 148, 179, 136, 163, 193, 77, 92, 121, 88, 105, 133, 102,
    119, 147, 108, 128, 155, 115, 134, 164, 119, 140, 169, 119, 143, 171, 94, 114, 147, 104, 124, 157, 117,
    138, 169, 125, 146, 177, 122, 143, 172, 113, 134, 161, 111, 131, 156,
  ]
  static let progressive = Data(
    hex: """
      ffd8ffe000104a46494600010100000100010000ffdb0043001b12141714111b1716171e1c1b2028422b28252528513a3d3042605565645f
      555d5b6a7899816a7190735b5d85b586909ea3abadab6780bcc9baa6c799a8aba4ffdb0043011c1e1e2823284e2b2b4ea46e5d6ea4a4a4a4
      a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4ffc20011080005000703
      011100021101031101ffc40014000100000000000000000000000000000001ffc40014010100000000000000000000000000000002ffda00
      0c0301000210031000000111ffc40017100003010000000000000000000000000000010211ffda00080101000105029587ffc40015110101
      00000000000000000000000000000031ffda0008010301013f01afffc4001511010100000000000000000000000000000031ffda00080102
      01013f018fffc40014100100000000000000000000000000000000ffda0008010100063f027fffc400161001010100000000000000000000
      000000010011ffda0008010100013f2113a5ffda000c030100020003000000105fffc4001611010101000000000000000000000000000100
      31ffda0008010301013f101c37ffc400161101010100000000000000000000000000010031ffda0008010201013f104d97ffc40016100101
      0100000000000000000000000000012100ffda0008010100013f102145977fffd9
      """)
  static let progressivePixels: [UInt8] = [
    48, 45, 30, 65, 58, 42, 72, 60, 46, 69, 59, 57, 83, 86, 101, 106, 134, 174, 109, 160, 226, 30, 40, 39,
    51, 56, 52, 67, 66, 62, 76, 74, 77, 96, 102, 118, 123, 146, 180, 130, 169, 224, 31, 59, 80, 53, 76, 94,
    75, 91, 104, 93, 101, 114, 113, 122, 139, 135, 149, 175, 141, 164, 198, 54, 99, 140, 71, 113, 151, 94,
    127, 158, 112, 133, 160, 122, 137, 158, 131, 140, 157, 134, 140, 156, 71, 123, 180, 83, 134, 187, 106,
    150, 197, 122, 158, 194, 127, 149, 173, 125, 133, 146, 127, 125, 128,
  ]
  /// In printing colours.
  static let cmyk = Data(
    hex: """
      ffd8ffee000e41646f626500640000000000ffdb00430050373c463c32504641465a55505f78c882786e6e78f5afb991c8ffffffffffffff
      ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc000140800040004044311004d11005911004b1100ffc400
      17000003010000000000000000000000000001020304ffc4001b10000203000300000000000000000000000002010311213141ffda000e04
      43004d0059004b00003f0092c7005ae33d19695cee4da7ffd9
      """)
}

@Suite struct JPEGTests {
  /// The second has its colours at half the resolution.
  @Test(arguments: [
    (Golden.grey, 1, Golden.greyPixels), (Golden.colour, 3, Golden.colourPixels),
    (Golden.progressive, 3, Golden.progressivePixels),
  ])
  func readsWhatPillowReads(file: Data, channels: Int, pixels: [UInt8]) throws {
    let picture = try JPEG.decode(file, name: "golden")
    #expect(picture == Bitmap(width: 7, height: 5, channels: channels, pixels: pixels))
  }

  @Test(arguments: [
    (Golden.cmyk, "printing colours", "RGB"), (Golden.grey.prefix(20), "sound", "again"), (Data(), "empty", "again"),
    (Golden.colour.prefix(300), "before its last pixel", "again"), (Data("P5 1 1".utf8), "sound", "again"),
    (huge(rows: 20_000, columns: 1), "20000×1", "smaller"),
    (huge(rows: 16_000, columns: 16_000), "16000×16000", "smaller"),
  ])
  func refuses(file: Data, because reason: String, remedy: String) {
    let error = #expect(throws: InputError.self) { try JPEG.decode(Data(file), name: "picture.jpg") }
    #expect(error?.subject == "picture.jpg" && error?.kind == .file)
    #expect(error?.problem.contains(reason) == true, "\(error?.problem ?? "")")
    #expect(error?.remedy.contains(remedy) == true)
  }

  /// The grey golden file with other sides in its frame header (ITU-T T.81, B.2.2), after the table of quantisation.
  static func huge(rows: Int, columns: Int) -> Data {
    var file = Golden.grey
    let frame = file.range(of: Data([0xFF, 0xC0]))!.lowerBound
    for (place, value) in [(5, rows >> 8), (6, rows & 255), (7, columns >> 8), (8, columns & 255)] {
      file[frame + place] = UInt8(value)
    }
    return file
  }

  @Test func bytesBetweenSegmentsSpoilNothing() throws {
    var file = Golden.grey
    file.insert(contentsOf: [0, 0, 0], at: file.count - 2)
    #expect(try JPEG.decode(file, name: "padded").pixels == Golden.greyPixels)
  }

  @Test(arguments: [Golden.grey, Golden.colour, Golden.progressive])
  func damageGivesAPictureOrAnInputError(file: Data) throws {
    let folder = try TemporaryFolder()
    var refused = 0
    for damaged in Damage.mutations(of: file, count: 600, seed: 5) {
      do { _ = try JPEG.decode(damaged, name: "damaged") } catch {
        #expect(error is InputError)
        refused += 1
      }
      do { _ = try PictureHeader(ofFile: folder.write(damaged, to: "damaged")) } catch { #expect(error is InputError) }
    }
    #expect(refused > 60)
  }

  @Test("A header says what the whole says, whatever comes before it, and whatever the file is called")
  func headers() throws {
    let folder = try TemporaryFolder()
    // A thumbnail of 60,000 bytes, then bytes that fill up.
    let thumbnail = Data([0xFF, 0xE1, 0xEA, 0x62]) + Data(count: 60_000) + Data([0xFF, 0xFF, 0xFF])
    let late = Golden.colour.prefix(2) + thumbnail + Golden.colour.dropFirst(3)
    for (file, channels) in [(Golden.grey, 1), (Golden.colour, 3), (Golden.progressive, 3), (Data(late), 3)] {
      let path = try folder.write(file, to: "picture.png")
      let header = try #require(try PictureHeader(ofFile: path))
      #expect(header.format == .jpeg && header.size == PictureSize(rows: 5, columns: 7) && header.channels == channels)
      #expect(try Bitmap(contentsOf: path).channels == channels)
    }
    let png = try folder.write(PNG.encode([1, 2, 3, 4, 5, 6], width: 2, height: 1, channels: 3), to: "picture.jpg")
    #expect(try PictureHeader(ofFile: png)?.size == PictureSize(rows: 1, columns: 2))
    #expect(try Bitmap(contentsOf: png).pixels == [1, 2, 3, 4, 5, 6])
    #expect(try PictureHeader(ofFile: folder.write(Data("GIF89a".utf8), to: "other")) == nil)
    #expect(throws: InputError.self) { try PictureHeader(ofFile: folder.write(Golden.grey.prefix(60), to: "cut")) }
    #expect(throws: InputError.self) {
      try PictureHeader(ofFile: folder.write(Self.huge(rows: 16_000, columns: 16_000), to: "bomb"))
    }
  }
}
