import Arrays
import Datasets
import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@Suite struct NORBMatrixTests {
  /// What a test expects of a file written by hand from the description of the format.
  struct Golden: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let hex: String
    let array: NumericArray
  }

  static let golden: [Golden] = [
    Golden(
      testDescription: "bytes of four dimensions",
      hex: "554c3d1e 04000000 02000000 01000000 02000000 03000000 00 01 02 03 04 05 fa fb fc fd fe ff",
      array: NumericArray([0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255] as [UInt8], shape: [2, 1, 2, 3])),
    Golden(
      testDescription: "integers of one dimension, filled up to three",
      hex: "544c3d1e 01000000 03000000 01000000 01000000 00000000 02000100 feffffff",
      array: NumericArray(.int32, shape: [3], bytes: Data(hex: "00000000 02000100 feffffff"))),
    Golden(
      testDescription: "integers of two dimensions",
      hex: "544c3d1e 02000000 01000000 04000000 01000000 09000000 08000000 22000000 05000000",
      array: NumericArray(.int32, shape: [1, 4], bytes: Data(hex: "09000000 08000000 22000000 05000000"))),
    Golden(
      testDescription: "16-bit integers", hex: "564c3d1e 03000000 01000000 02000000 01000000 ff7f 0080",
      array: NumericArray(.int16, shape: [1, 2, 1], bytes: Data(hex: "ff7f0080"))),
    Golden(
      testDescription: "32-bit floats", hex: "514c3d1e 01000000 01000000 01000000 01000000 0000c03f",
      array: NumericArray([1.5] as [Float])),
    Golden(
      testDescription: "64-bit floats", hex: "534c3d1e 01000000 01000000 01000000 01000000 000000000000f8bf",
      array: NumericArray(.float64, shape: [1], bytes: Data(hex: "000000000000f8bf"))),
  ]

  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: golden)
  func readsAndWritesHandMadeFiles(golden: Golden) throws {
    let file = Data(hex: golden.hex)
    #expect(try NORBMatrix.read(folder.write(file, to: "plain.mat")) == golden.array)
    #expect(try NORBMatrix.read(folder.write(compressZstd(file), to: "packed.mat.zst")) == golden.array)
    #expect(NORBMatrix.encoded(golden.array) == file)
    for name in ["written.mat", "written.mat.gz", "written.mat.zst"] {
      try NORBMatrix.write(golden.array, to: folder(name))
      #expect(try FileReader.contents(of: folder(name)) == file)
    }
    #expect(try Data(contentsOf: URL(filePath: folder("written.mat"))) == file)
    #expect(try Data(contentsOf: URL(filePath: folder("written.mat.zst"))).starts(with: Data(hex: "28b52ffd")))
    #expect(try Data(contentsOf: URL(filePath: folder("written.mat.gz"))).starts(with: Data(hex: "1f8b08")))
  }

  @Test func elementsHaveTheirSign() throws {
    let path = try folder.write(Data(hex: Self.golden[1].hex), to: "m")
    #expect(try NORBMatrix.read(path).integers == [0, 65538, -2])
  }

  @Test func readsGzip() throws {
    // Of `554c3d1e 01000000 03000000 01000000 01000000 010203`, by Python's gzip.
    let gzip = Data(hex: "1f8b08000000000002030bf5b19563646060600662461866620600c758c34417000000")
    let array = try NORBMatrix.read(folder.write(gzip, to: "m.mat.gz"))
    #expect(array == NumericArray([1, 2, 3] as [UInt8], shape: [3]))
  }

  /// Dimensions that only fill the header may be anything.
  @Test func fillingIsIgnored() throws {
    let path = try folder.write(Data(hex: "554c3d1e 01000000 02000000 00000000 ffffffff 0708"), to: "m")
    #expect(try NORBMatrix.read(path) == NumericArray([7, 8] as [UInt8], shape: [2]))
  }

  @Test(arguments: [
    ("", "within the header of 20"), ("554c3d", "within the header of 20"),
    ("554c3d1e 0100", "within the header of 20"),
    ("554c3d1e 01000000 02000000 01000000 010000", "within the header of 20"),
    ("554c3d1e 04000000 02000000 01000000 01000000 0100", "within the header of 24"),
    ("1e3d4c55 00000001 00000001 00000001 00000001 00", "0x554C3D1E"),
    ("00000803 00000002 00000002 00000003 00", "0x03080000"), ("524c3d1e 01000000 01000000", "packed"),
    ("554c3d1e 00000000 01000000 01000000 01000000 00", "0 dimensions"),
    ("554c3d1e 09000000 01000000 01000000 01000000 00", "9 dimensions"),
    ("554c3d1e ffffffff 01000000 01000000 01000000 00", "4294967295 dimensions"),
    ("554c3d1e 01000000 03000000 01000000 01000000 0102", "holds 22 bytes"),
    ("554c3d1e 01000000 01000000 01000000 01000000 0102", "goes on after the 21 bytes"),
    ("544c3d1e 01000000 01000000 01000000 01000000 010203", "holds 23 bytes"),
    ("554c3d1e 02000000 00000000 04000000 01000000", "no elements"),
    ("554c3d1e 03000000 ffffffff ffffffff ffffffff 00", "4294967295×4294967295×4294967295"),
    ("554c3d1e 01000000 00000080 01000000 01000000 00", "2147483648 uint8, more than"),
    ("534c3d1e 01000000 00000010 01000000 01000000 00", "268435456 float64, more than"),
    ("554c3d1e 01000000 0000ff7f 01000000 01000000 00", "holds 21 bytes"),
  ])
  func refuses(hex: String, because reason: String) throws {
    for data in [Data(hex: hex), try compressZstd(Data(hex: hex))] {
      let path = try folder.write(data, to: "matrix")
      let error = #expect(throws: InputError.self) { try NORBMatrix.read(path) }
      #expect(error?.kind == .dataset && error?.subject == path && error?.remedy.isEmpty == false)
      #expect(error?.problem.contains(reason) == true, "\(error?.problem ?? "")")
    }
  }

  @Test func aFileThatGrowsBeyondItsHeaderIsCutShort() throws {
    let bomb = try compressZstd(Data(hex: Self.golden[0].hex) + Data(count: 64 << 20), level: 1)
    let error = #expect(throws: InputError.self) { try NORBMatrix.read(folder.write(bomb, to: "bomb")) }
    #expect(error?.problem.contains("goes on after the 36 bytes") == true)
  }

  @Test func aMissingFileIsAnInputError() {
    let error = #expect(throws: InputError.self) { try NORBMatrix.read(folder("none.mat")) }
    #expect(error?.subject == folder("none.mat"))
  }
}
