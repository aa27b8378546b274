import Arrays
import Diagnostics
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct SafeTensorsTests {
  /// Written by Python's safetensors 0.8: `a` [[1, −2.5], [3.25, 65504]], `b.weight` [0.5], and metadata.
  static let golden = Data(
    hex: """
      b0000000000000007b225f5f6d657461646174615f5f223a7b226e6f7465223a2261205c2271756f7465645c22205c5c206c696e655c6ec3
      bc227d2c2261223a7b226474797065223a22463332222c227368617065223a5b322c325d2c22646174615f6f666673657473223a5b302c31
      365d7d2c22622e776569676874223a7b226474797065223a22463332222c227368617065223a5b315d2c22646174615f6f66667365747322
      3a5b31362c32305d7d7d2020202020200000803f000020c00000504000e07f470000003f
      """)
  /// Written by Python's safetensors: F16 [1, −2, 0.1, 6e-8], BF16 [1, −0.1, 3e38] and an F32 scalar 7.
  static let halves = Data(
    hex: """
      b0000000000000007b227363616c6172223a7b226474797065223a22463332222c227368617065223a5b5d2c22646174615f6f6666736574
      73223a5b302c345d7d2c22627261696e223a7b226474797065223a2242463136222c227368617065223a5b335d2c22646174615f6f666673
      657473223a5b342c31305d7d2c2268616c66223a7b226474797065223a22463136222c227368617065223a5b345d2c22646174615f6f6666
      73657473223a5b31302c31385d7d7d200000e040803fcdbd627f003c00c0662e0100
      """)

  static let contents = SafeTensors(
    tensors: ["a": Tensor([1, -2.5, 3.25, 65504], shape: [2, 2]), "b.weight": Tensor([0.5], shape: [1])],
    metadata: ["note": "a \"quoted\" \\ line\nü"])

  @Test func readsAndWritesTheBytesOfTheReference() throws {
    #expect(try SafeTensors(Self.golden, name: "golden") == Self.contents)
    #expect(try Self.contents.encoded() == Self.golden)
  }

  @Test func readsHalfPrecisionOfTheReference() throws {
    let tensors = try SafeTensors(Self.halves, name: "halves").tensors
    #expect(tensors["scalar"] == Tensor(7))
    #expect(tensors["half"]?.scalars == [1, -2, 0.0999755859375, 0x1p-24])
    #expect(tensors["brain"]?.scalars == [1, -0.10009765625, 0x1.C4p+127])
  }

  @Test func handMadeFile() throws {
    let header = #"{"x":{"shape":[1,2],"data_offsets":[0,8],"dtype":"F32"}}"#
    let file = Self.file(header, data: Data(hex: "0000803f 000000c0"))
    #expect(try SafeTensors(file, name: "x").tensors == ["x": Tensor([1, -2], shape: [1, 2])])
  }

  /// Every finite half-precision number, against Swift's own type where there is one.
  #if !(os(macOS) && arch(x86_64))
    @Test func halfPrecisionAgreesWithTheProcessor() throws {
      let all = (0...UInt16.max).map { Float16(bitPattern: $0) }.filter(\.isFinite)
      let exact = SafeTensors(tensors: ["x": Tensor(all.map(Float.init), shape: [all.count])])
      #expect(try SafeTensors(exact.encoded(as: .float16), name: "x") == exact)
      // Between neighbours: a quarter, the tie, three quarters; and numbers too small for any.
      var values: [Float] = [0x1p-25, 0x1.8p-25, 0x1p-30, -0x1p-25, 65519.99, -65519.99, .leastNonzeroMagnitude]
      for half in all where half.nextUp.isFinite {
        let (low, high) = (Float(half), Float(half.nextUp))
        values += [0.25, 0.5, 0.75].map { low + (high - low) * $0 }
      }
      let rounded = SafeTensors(tensors: ["x": Tensor(values, shape: [values.count])])
      let read = try SafeTensors(rounded.encoded(as: .float16), name: "x")
      #expect(read.tensors["x"]?.scalars == values.map { Float(Float16($0)) })
    }
  #endif

  @Test func numbersBeyondHalfPrecisionAreRefused() {
    for value: Float in [65520, -1e9] {
      let error = #expect(throws: InputError.self) {
        try SafeTensors(tensors: ["w": Tensor(value)]).encoded(as: .float16)
      }
      #expect(error?.kind == .output && error?.subject == "w")
    }
  }

  @Test func filesAreAlignedAndSorted() throws {
    for length in 1...9 {
      let name = String(repeating: "n", count: length)
      let data = try SafeTensors(tensors: [name: Tensor(1), "a": Tensor(2)]).encoded()
      let header = Int(data[0]) + Int(data[1]) << 8
      #expect(header % 8 == 0 && data.count == 8 + header + 8)
      #expect(Array(data.suffix(8)) == [0, 0, 0, 0x40, 0, 0, 0x80, 0x3F])
    }
  }

  @Test func textSurvives() throws {
    let text = "\u{0}\u{1F}\"\\/\n\r\t\u{8}\u{C} é 漢 😀 {\"json\": [1, 2]}"
    let file = SafeTensors(tensors: [text: Tensor(1)], metadata: [text: text, "": ""])
    #expect(try SafeTensors(file.encoded(), name: "text") == file)
    let escaped = Self.file(#"{"__metadata__":{"\u0041\/\b\f":"\ud83d\ude00\u00e9"}}"#)
    #expect(try SafeTensors(escaped, name: "text").metadata == ["A/\u{8}\u{C}": "😀é"])
  }

  @Test(arguments: ["model.safetensors", "model.safetensors.zst"])
  func filesOnDisk(name: String) throws {
    let folder = try TemporaryFolder()
    try Self.contents.write(to: folder(name))
    #expect(try SafeTensors(contentsOf: folder(name)) == Self.contents)
    let isPacked = try Data(contentsOf: URL(fileURLWithPath: folder(name))).starts(with: [0x28, 0xb5, 0x2f, 0xfd])
    #expect(isPacked == name.hasSuffix(".zst"))
    let error = #expect(throws: InputError.self) { try SafeTensors(contentsOf: folder("missing")) }
    #expect(error?.kind == .model)
  }

  @Test func emptyTensorsAndNoTensors() throws {
    let empty = SafeTensors(tensors: ["none": Tensor(shape: [0, 3]), "one": Tensor(1)])
    #expect(try SafeTensors(empty.encoded(), name: "empty") == empty)
    #expect(try SafeTensors(SafeTensors(tensors: [:]).encoded(), name: "nothing") == SafeTensors(tensors: [:]))
  }

  @Test(arguments: [
    (#"{"x":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#, "type F64"),
    (#"{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, "takes 12 bytes"),
    (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, "not a start and an end"),
    (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#, "not a start and an end"),
    (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, "announces 4 bytes of data; there are 8"),
    (#"{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#, "announces 16 bytes of data; there are 8"),
    (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, "begins at byte 4 of the data, not at 0"),
    (
      #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      "“y” begins at byte 4 of the data, not at 8"
    ),
    (
      #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      "two tensors called “x”"
    ),
    (#"{"x":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, "given twice"),
    (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}"#, "“more”"),
    (#"{"x":{"dtype":"F32","shape":[2]}}"#, "lacks"),
    (
      #"{"x":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,8]}}"#, "impossible shape"
    ),
    (#"{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, "an integer"),
    (#"{"x":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#, "“]” is expected"),
    (#"{"x":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#, "an integer"),
    (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#, "“}” is expected"),
    (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}}"#, "more follows"),
    (#"{"__metadata__":{"a":"1","a":"2"}}"#, "“a” twice"), (#"{"__metadata__":{"a":1}}"#, "expected"),
    (#"{"__metadata__":{},"__metadata__":{}}"#, "__metadata__ twice"), (#"{"\ud800":"#, "surrogate"), ("", "expected"),
    ("[]", "expected"),
  ])
  func refuses(header: String, because reason: String) {
    let file = Self.file(header, data: Data(count: 8))
    let error = #expect(throws: InputError.self) { try SafeTensors(file, name: "file.safetensors") }
    #expect(error?.kind == .model && error?.subject == "file.safetensors")
    #expect(error?.problem.contains(reason) == true, "\(error?.problem ?? "")")
  }

  @Test(arguments: ["", "00", "ffffffffffffff7f", "ffffffffffffffff 7b7d", "0300000000000000 7b7d"])
  func refusesImpossibleHeaderLengths(hex: String) {
    let error = #expect(throws: InputError.self) { try SafeTensors(Data(hex: hex), name: "file") }
    #expect(error?.kind == .model)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func refusesWhatIsNotFinite(value: Float) throws {
    let file = try SafeTensors(tensors: ["w": Tensor([0, value], shape: [2])]).encoded()
    let error = #expect(throws: InputError.self) { try SafeTensors(file, name: "file") }
    #expect(error?.problem == "tensor “w” holds a number that is not finite, at element 1")
  }

  @Test(arguments: [golden, halves])
  func damageGivesTensorsOrAnInputError(file: Data) {
    var refused = 0
    for damaged in Damage.truncations(of: file, count: 300) + Damage.bitFlips(of: file, count: 3000, seed: 5) {
      do { _ = try SafeTensors(damaged, name: "damaged") } catch {
        #expect(error is InputError)
        refused += 1
      }
    }
    #expect(refused > 2000)
  }

  /// A file of `header` and `data`.
  static func file(_ header: String, data: Data = Data()) -> Data {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8) + data
  }
}
