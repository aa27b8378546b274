import Datasets
import Diagnostics
import Files
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct IDXReaderTests {
  /// Two images of 2×3 pixels.
  static let images = Data(
    hex: "00000803 00000002 00000002 00000003 00 01 02 03 04 05 fa fb fc fd fe ff")
  /// Their labels.
  static let labels = Data(hex: "00000801 00000002 03 09")

  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func readsHandMadeFiles() throws {
    let images = try IDXReader.images(at: folder.write(Self.images, to: "i"))
    #expect(images.count == 2 && images.shape == [1, 2, 3])
    #expect(Array(images.pixels) == [0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255])
    #expect(images.file == Self.images)
    let labels = try IDXReader.labels(at: folder.write(Self.labels, to: "l"), classCount: 10)
    #expect(labels.values == [3, 9] && labels.file == Self.labels)
    let ids = Data(hex: "00000c01 00000003 00000000 00010002 ffffffff")
    #expect(try IDXReader.integers(at: folder.write(ids, to: "n")) == [0, 65538, -1])
  }

  @Test func readsCompressedFiles() throws {
    let images = try IDXReader.images(at: folder.write(compressZstd(Self.images), to: "i"))
    #expect(images.file == Self.images)
    // `labels`, by Python's gzip.
    let gzip = Data(hex: "1f8b08000000000002ff6360e0606460606062e604007e476dc70a000000")
    #expect(try IDXReader.labels(at: folder.write(gzip, to: "l"), classCount: 10).file == Self.labels)
  }

  @Test(arguments: [
    ("", "within the header"), ("000008", "within the header"),
    ("00000803 00000002 00000002 000000", "within the header"),
    ("00000801 00000002 0309 00000000 00000000", "0x00000801"),
    ("00000d03 00000002 00000002 00000003 00", "0x00000D03"), ("89504e47", "0x89504E47"),
    ("00000803 00000002 00000002 00000003 0001020304", "21 bytes"),
    ("00000803 00000001 00000002 00000003 00010203040506", "goes on"),
    ("00000803 00000000 00000002 00000003", "no images"),
    ("00000803 00000001 00000000 00000003", "0×3"), ("00000803 00000001 00000003 00000000", "3×0"),
    ("00000803 ffffffff ffffffff ffffffff 00", "4294967295×4294967295×4294967295"),
    ("00000803 00007fff 0000ffff 00000001 00", "holds 17 bytes"),
    ("00000803 7fffffff 00000001 00000001 00", "2147483647×1×1"),
  ])
  func refusesImages(hex: String, because reason: String) throws {
    for data in [Data(hex: hex), try compressZstd(Data(hex: hex))] {
      let path = try folder.write(data, to: "images")
      let error = #expect(throws: InputError.self) { try IDXReader.images(at: path) }
      #expect(error?.kind == .dataset && error?.subject == path)
      #expect(error?.problem.contains(reason) == true, "\(error?.problem ?? "")")
    }
  }

  @Test func aFileThatGrowsBeyondItsHeaderIsCutShort() throws {
    let bomb = try compressZstd(Self.images + Data(count: 64 << 20), level: 1)
    let error = #expect(throws: InputError.self) { try IDXReader.images(at: folder.write(bomb, to: "bomb")) }
    #expect(error?.problem.contains("goes on after the 28 bytes") == true)
  }

  @Test func refusesLabelsOutOfRange() throws {
    let path = try folder.write(Self.labels, to: "labels")
    let error = #expect(throws: InputError.self) { try IDXReader.labels(at: path, classCount: 9) }
    #expect(error?.kind == .dataset && error?.problem == "label 1 is 9, and the classes are 0 to 8")
  }

  @Test func damageGivesImagesOrAnInputError() throws {
    var refused = 0
    for file in [Self.images, try compressZstd(Self.images)] {
      for damaged in Damage.truncations(of: file, count: 100) + Damage.bitFlips(of: file, count: 1000, seed: 3) {
        let path = try folder.write(damaged, to: "damaged")
        do { _ = try IDXReader.images(at: path) } catch is InputError { refused += 1 }
      }
    }
    #expect(refused > 1000)
  }
}
