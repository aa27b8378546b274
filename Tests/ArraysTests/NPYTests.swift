import Arrays
import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@Suite struct NPYTests {
  /// A header of 118 bytes with `dictionary`, as NumPy pads it, and `data`.
  static func file(_ dictionary: String, version: UInt8 = 1, data: Data = Data()) -> Data {
    let text = Data(dictionary.utf8)
    let size = version == 1 ? 118 : 116
    let padding = Data(repeating: 0x20, count: size - 1 - text.count) + Data([0x0A])
    let length = version == 1 ? Data([UInt8(size), 0]) : Data([UInt8(size), 0, 0, 0])
    return Data(hex: "93 4e554d5059") + Data([version, 0]) + length + text + padding + data
  }

  static let floats = file(
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
    data: Data(hex: "0000803f 000000c0 00000000 00000080 0000003f 0000c07f"))
  static let bytes = file("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", data: Data(hex: "00 7f ff"))
  static let labels = file(
    "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", data: Data(hex: "0300000000000000 ffffffffffffffff"))

  @Test func writesTheBytesOfNumPy() {
    let numbers: [Float] = [1, -2, 0, -0.0, 0.5, .nan]
    #expect(NPY.encoded(NumericArray(numbers, shape: [2, 3])) == Self.floats)
    #expect(NPY.encoded(NumericArray([0, 127, 255] as [UInt8], shape: [3])) == Self.bytes)
    #expect(NPY.encoded(NumericArray([3, -1])) == Self.labels)
    let scalar = Self.file("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", data: Data(hex: "0000803f"))
    #expect(NPY.encoded(NumericArray([Float(1)], shape: [])) == scalar)
  }

  @Test func readsThem() throws {
    let floats = try NPY.decode(Self.floats, name: "floats")
    #expect(floats.shape == [2, 3] && floats.element == .float32 && floats.integers == nil)
    #expect(try #require(floats.doubles).prefix(5) == [1, -2, 0, 0, 0.5])
    let bytes = try NPY.decode(Self.bytes, name: "bytes")
    #expect(bytes.shape == [3] && bytes.integers == [0, 127, 255] && bytes.doubles == nil)
    #expect(try NPY.decode(Self.labels, name: "labels").integers == [3, -1])
  }

  /// Every element type, each holding its smallest and largest number where those are integers.
  @Test(arguments: [
    ("|u1", "00 ff", [0, 255]), ("|i1", "80 7f", [-128, 127]), ("<u2", "0000 ffff", [0, 65535]),
    ("<i2", "0080 ff7f", [-32768, 32767]), ("<u4", "00000000 ffffffff", [0, 4_294_967_295]),
    ("<i4", "00000080 ffffff7f", [-2_147_483_648, 2_147_483_647]),
    ("<u8", "0100000000000000 ffffffffffffffff", nil), ("<i8", "0000000000000080 ffffffffffffff7f", [.min, .max]),
    ("<f8", "000000000000f03f 000000000000f0bf", nil),
  ])
  func elementTypes(descr: String, hex: String, values: [Int]?) throws {
    let file = Self.file("{'descr': '\(descr)', 'fortran_order': False, 'shape': (2,), }", data: Data(hex: hex))
    let array = try NPY.decode(file, name: descr)
    #expect(array.integers == values && array.count == 2)
    #expect(array.doubles == (descr == "<f8" ? [1, -1] : nil))
    #expect(NPY.encoded(array) == file)
  }

  /// 1.5, −2 and 65504, the largest number, in half precision; True and False.
  @Test func readsHalvesAndTruthValues() throws {
    let halves = Self.file(
      "{'descr': '<f2', 'fortran_order': False, 'shape': (3,), }", data: Data(hex: "003e 00c0 ff7b"))
    let array = try NPY.decode(halves, name: "halves")
    #expect(array.element == .float16 && array.doubles == [1.5, -2, 65504] && array.integers == nil)
    let truths = Self.file("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", data: Data(hex: "01 00"))
    #expect(try NPY.decode(truths, name: "truths").integers == [1, 0])
  }

  @Test(
    "Either byte order and either order of indices is the same array",
    arguments: [
      ("<i2", "0100 0200 0300 0400 0500 0600", "0100 0400 0200 0500 0300 0600"),
      (">i2", "0001 0002 0003 0004 0005 0006", "0001 0004 0002 0005 0003 0006"),
      ("=i2", "0100 0200 0300 0400 0500 0600", "0100 0400 0200 0500 0300 0600"),
      ("|u1", "010203040506", "010402050306"),
      (
        ">f8", "3ff0000000000000 4000000000000000 4008000000000000 4010000000000000 4014000000000000 4018000000000000",
        "3ff0000000000000 4010000000000000 4000000000000000 4014000000000000 4008000000000000 4018000000000000"
      ),
    ])
  func orders(descr: String, rows: String, columns: String) throws {
    for (order, hex) in [("False", rows), ("True", columns)] {
      let file = Self.file("{'descr': '\(descr)', 'fortran_order': \(order), 'shape': (2, 3), }", data: Data(hex: hex))
      let array = try NPY.decode(file, name: descr)
      #expect(array.shape == [2, 3] && (array.integers ?? array.doubles!.map { Int($0) }) == [1, 2, 3, 4, 5, 6])
    }
  }

  /// Index (i, j, k) of 2×3×4 in Fortran's order is element i + 2j + 6k.
  @Test func threeIndicesInFortranOrder() throws {
    let file = Self.file(
      "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }", data: Data((0..<24).map { UInt8($0) }))
    var expected: [Int] = []
    for i in 0..<2 { for j in 0..<3 { for k in 0..<4 { expected.append(i + 2 * j + 6 * k) } } }
    #expect(try NPY.decode(file, name: "x").integers == expected)
  }

  @Test func acceptsWhatOtherWritersDo() throws {
    for dictionary in [
      #"{"descr": "|u1", "fortran_order": False, "shape": (3,)}"#,
      "{'shape':(3,),'descr':'|u1','fortran_order':False}",
      "{ 'fortran_order' : False, 'descr' : '|u1', 'shape' : ( 3 , ) , }",
    ] {
      for version: UInt8 in [1, 2, 3] {
        let file = Self.file(dictionary, version: version, data: Data(hex: "00 7f ff"))
        #expect(try NPY.decode(file, name: "other").integers == [0, 127, 255])
      }
    }
  }

  @Test(arguments: [
    ("{'descr': '|f4', 'fortran_order': False, 'shape': (1,), }", "“|f4”"),
    ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "“|O”: Python objects"),
    ("{'descr': '<U7', 'fortran_order': False, 'shape': (1,), }", "“<U7”: texts"),
    ("{'descr': '|S4', 'fortran_order': False, 'shape': (1,), }", "“|S4”: texts"),
    ("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "“<c8”: complex"),
    ("{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", "“<f16”: floating point numbers of a size"),
    ("{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (1,), }", "times"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "136 bytes; it holds 132"),
    ("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", "131 bytes; it holds more"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 2), }", "impossible shape"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "impossible shape"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "dictionary"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "dictionary"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1), }", "dictionary"),
    ("{'descr': '<f4', 'fortran_order': False, }", "dictionary"),
    ("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "dictionary"),
    ("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }", "dictionary"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}", "dictionary"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } + 1", "dictionary"), ("", "dictionary"),
    ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "records of several fields"),
  ])
  func refuses(dictionary: String, because reason: String) {
    let file = Self.file(dictionary, data: Data(count: 4))
    let error = #expect(throws: InputError.self) { try NPY.decode(file, name: "array.npy") }
    #expect(error?.kind == .file && error?.subject == "array.npy")
    #expect(error?.problem.contains(reason) == true, "\(error?.problem ?? "")")
  }

  @Test func refusesOtherFilesAndImpossibleHeaders() {
    for hex in ["", "93", "934e554d505901007600", "934e554d50590400760000007b7d", "89504e470d0a1a0a00000000"] {
      #expect(throws: InputError.self) { try NPY.decode(Data(hex: hex), name: "x") }
    }
    // Version 2.0 with a header of 4 GiB.
    let error = #expect(throws: InputError.self) {
      try NPY.decode(Data(hex: "934e554d5059 0200 ffffffff 7b7d"), name: "x")
    }
    #expect(error?.problem.contains("4294967295") == true)
  }

  @Test(arguments: ["a.npy", "a.npy.zst"])
  func filesOnDisk(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(name.hasSuffix(".zst") ? compressZstd(Self.floats) : Self.floats, to: name)
    #expect(try NPY.read(path).shape == [2, 3])
    let long = try folder.write(Self.floats + Data([0]), to: "long.npy")
    let error = #expect(throws: InputError.self) { try NPY.read(long) }
    #expect(error?.problem.contains("holds more") == true)
    let huge = Self.file("{'descr': '<f4', 'fortran_order': False, 'shape': (1073741824, 100), }")
    #expect(throws: InputError.self) { try NPY.read(folder.write(huge, to: "huge.npy")) }
  }
}
