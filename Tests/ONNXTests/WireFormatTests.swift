import Foundation
import ONNX
import Testing

/// The wire format by bytes made by hand (protobuf.dev/programming-guides/encoding).
struct WireFormatTests {
  private func read<Result>(_ bytes: [UInt8], _ body: (inout ProtobufReader) throws -> Result) throws -> Result {
    // A slice whose indices do not begin at zero.
    let data = (Data([0xFF, 0xFF]) + Data(bytes)).dropFirst(2)
    return try ProtobufReader.read(data, allowance: ReadingAllowance(fileSize: bytes.count), body)
  }

  @Test(
    arguments: [
      ([0x08, 0x00], 0), ([0x08, 0x96, 0x01], 150), ([0x08, 0x80, 0x80, 0x00], 0),
      ([0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x01], -1),
      ([0x08] + [UInt8](repeating: 0x80, count: 9) + [0x01], Int.min),
    ] as [([UInt8], Int)])
  func wholeNumbers(_ bytes: [UInt8], _ value: Int) throws {
    try read(bytes) { (reader: inout ProtobufReader) throws in
      #expect(try reader.next() == 1)
      #expect(try reader.int() == value)
      #expect(try reader.next() == nil)
    }
  }

  @Test func everyKindOfValue() throws {
    let bytes: [UInt8] = [
      0x15, 0x00, 0x00, 0x80, 0x3F,  // 2: 1.0
      0x1A, 0x02, 0xC3, 0xA9,  // 3: "é"
      0x22, 0x03, 0x01, 0x02, 0x03,  // 4: bytes
      0x2A, 0x02, 0x08, 0x07,  // 5: {1: 7}
      0xA2, 0x01, 0x01, 0x41,  // 20: "A"
    ]
    try read(bytes) { (reader: inout ProtobufReader) throws in
      #expect(try reader.next() == 2)
      #expect(try reader.float() == 1)
      #expect(try reader.next() == 3)
      #expect(try reader.string() == "é")
      #expect(try reader.next() == 4)
      #expect(try reader.data().elementsEqual([1, 2, 3]))
      #expect(try reader.next() == 5)
      try reader.message { (inner: inout ProtobufReader) throws in
        #expect(try inner.next() == 1)
        #expect(try inner.int() == 7)
        #expect(try inner.next() == nil)
      }
      #expect(try reader.next() == 20)
      #expect(try reader.string() == "A")
      #expect(try reader.next() == nil)
    }
  }

  @Test func repeatedNumbersMayBePackedOrNot() throws {
    let bytes: [UInt8] = [0x08, 0x01, 0x0A, 0x03, 0x02, 0xAC, 0x02, 0x08, 0x03]
    var values: [Int] = []
    try read(bytes) { reader in while try reader.next() != nil { try reader.ints(into: &values) } }
    #expect(values == [1, 2, 300, 3])

    let floats: [UInt8] = [0x0D, 0, 0, 0x80, 0x3F, 0x0A, 8, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40]
    var reals: [Float] = []
    try read(floats) { reader in while try reader.next() != nil { try reader.floats(into: &reals) } }
    #expect(reals == [1, 2, 3])

    var stored: Data?
    try read(floats) { reader in while try reader.next() != nil { try reader.elements(into: &stored) } }
    #expect(stored?.elementsEqual([0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40]) == true)
    stored = nil
    try read(bytes) { reader in while try reader.next() != nil { try reader.elements(into: &stored) } }
    #expect(stored?.elementsEqual([1, 2, 0xAC, 2, 3]) == true)
  }

  @Test func unknownFieldsAreSkipped() throws {
    let bytes: [UInt8] =
      [0x78, 0x96, 0x01] + [0x79, 1, 2, 3, 4, 5, 6, 7, 8] + [0x7A, 0x02, 0xFF, 0xFF] + [0x7D, 1, 2, 3, 4] + [
        0x08, 0x05,
      ]
    try read(bytes) { (reader: inout ProtobufReader) throws in
      var fields: [Int] = []
      while let field = try reader.next() {
        fields.append(field)
        if field == 1 { #expect(try reader.int() == 5) }
      }
      #expect(fields == [15, 15, 15, 15, 1])
    }
  }

  @Test(
    arguments: [
      ("a group", [0x0B, 0x0C]), ("the end of a group", [0x0C]), ("wire type 6", [0x0E, 0x00]),
      ("wire type 7", [0x0F, 0x00]), ("field 0", [0x02, 0x00]), ("no value", [0x08]), ("half a number", [0x08, 0x80]),
      ("a number without end", [0x08] + [UInt8](repeating: 0x80, count: 11)), ("half a float", [0x0D, 0, 0]),
      ("half of 64 bits", [0x09, 0, 0, 0, 0]), ("a length beyond the end", [0x0A, 0x02, 0x00]),
      ("the largest length", [0x0A] + [UInt8](repeating: 0xFF, count: 9) + [0x01]),
      ("a length of 2⁶³ − 1", [0x0A] + [UInt8](repeating: 0xFF, count: 8) + [0x7F]),
      ("a key of 40 bits", [0x88, 0x80, 0x80, 0x80, 0x80, 0x01, 0x00]),
    ] as [(String, [UInt8])])
  func brokenMessagesAreRefused(_ what: String, _ bytes: [UInt8]) {
    #expect(throws: ModelFailure.self, "\(what)") {
      try read(bytes) { reader in while try reader.next() != nil {} }
    }
  }

  @Test(arguments: [[0x08, 0x01], [0x0D, 0, 0, 0, 0], [0x09, 0, 0, 0, 0, 0, 0, 0, 0]] as [[UInt8]])
  func otherWireTypesAreRefused(_ bytes: [UInt8]) {
    #expect(throws: ModelFailure.self) { try read(bytes) { _ = try ($0.next(), $0.string()) } }
    #expect(throws: ModelFailure.self) { try read(bytes) { _ = try ($0.next(), $0.data()) } }
    #expect(throws: ModelFailure.self) { try read(bytes) { _ = try ($0.next(), $0.message { _ in }) } }
    #expect(throws: ModelFailure.self) { try read([0x0A, 0x00]) { _ = try ($0.next(), $0.int()) } }
    #expect(throws: ModelFailure.self) { try read([0x0A, 0x00]) { _ = try ($0.next(), $0.float()) } }
  }

  @Test func messagesNestOnlySoDeep() throws {
    func depth(_ reader: inout ProtobufReader) throws -> Int {
      var deepest = 0
      while try reader.next() != nil { try reader.message { deepest = max(deepest, try depth(&$0) + 1) } }
      return deepest
    }
    func nested(_ levels: Int) -> [UInt8] {
      var writer = ProtobufWriter()
      for _ in 0..<levels {
        var outer = ProtobufWriter()
        outer.bytes(writer.data, 1)
        writer = outer
      }
      return Array(writer.data)
    }
    let deepest = ProtobufReader.maximumDepth
    #expect(try read(nested(deepest)) { try depth(&$0) } == deepest)
    #expect(throws: ModelFailure.self) { try read(nested(deepest + 1)) { try depth(&$0) } }
  }

  @Test func noSmallFileTakesMuch() throws {
    let allowance = ReadingAllowance(fileSize: 1000)
    try allowance.take(ReadingAllowance.surplus)
    try allowance.take(20_000)
    #expect(throws: ModelFailure.self) { try allowance.take(1) }
    #expect(throws: ModelFailure.self) { try allowance.take(.max) }
  }

  @Test func writtenBytes() {
    var writer = ProtobufWriter()
    writer.int(150, 1)
    writer.int(-1, 1)
    writer.float(1, 2)
    writer.string("é", 3)
    writer.string(unlessEmpty: "", 3)
    writer.ints([1, 300], 4)
    writer.floats([1], 5)
    writer.message(20) { $0.int(7, 1) }
    let expected: [UInt8] =
      [0x08, 0x96, 0x01, 0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x01, 0x15, 0, 0, 0x80, 0x3F]
      + [
        0x1A, 0x02, 0xC3, 0xA9, 0x22, 0x03, 0x01, 0xAC, 0x02, 0x2A, 0x04, 0, 0, 0x80, 0x3F, 0xA2, 0x01, 0x02, 0x08,
        0x07,
      ]
    #expect(Array(writer.data) == expected)
  }

  /// What is written is read again, with every field of every message.
  @Test func messagesComeBack() throws {
    var tensor = TensorMessage("w", .float, [2], raw: Data([0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]))
    tensor.externalData = [EntryMessage("location", "w.data")]
    tensor.isExternal = true
    tensor.floatData = Data([0, 0, 0, 0])
    tensor.doubleData = Data(repeating: 0, count: 8)
    tensor.int32Data = Data([1])
    tensor.int64Data = Data([2])
    tensor.uint64Data = Data([3])
    var graph = GraphMessage()
    graph.name = "g"
    graph.initializers = [tensor]
    graph.inputs = [ValueMessage("x", .uint8, [.value(3), .parameter("N"), .unknown]), ValueMessage("y", .float, nil)]
    graph.outputs = [ValueMessage("z", .float16, [])]
    let attributes = [
      AttributeMessage("f", .float) { $0.float = 0.5 }, AttributeMessage("i", .int) { $0.int = -3 },
      AttributeMessage("s", .string) { $0.string = Data("text".utf8) },
      AttributeMessage("t", .tensor) { $0.tensor = tensor },
      AttributeMessage("g", .graph) { $0.graph = GraphMessage() },
      AttributeMessage("fs", .floats) { $0.floats = [1, 2] },
      AttributeMessage("is", .ints) { $0.ints = [1, -2] },
      AttributeMessage("ss", .strings) { $0.strings = [Data("a".utf8), Data()] },
      AttributeMessage("r", .int) { $0.reference = "other" },
    ]
    var node = NodeMessage("Op", domain: "d", name: "n", ["x", "", "y"], ["z", ""], attributes)
    node.overload = "o"
    graph.nodes = [node]
    var function = FunctionMessage()
    (function.name, function.domain, function.overload) = ("F", "d", "o")
    (function.inputs, function.outputs, function.attributes) = (["a"], ["b", "c"], ["k"])
    function.nodes = [node]
    function.defaults = [attributes[0]]
    function.operatorSets = [OperatorSetMessage(version: 17)]
    var model = ModelMessage()
    (model.irVersion, model.producerName, model.producerVersion) = (10, "p", "v")
    model.graph = graph
    model.operatorSets = [OperatorSetMessage(version: 18), OperatorSetMessage(domain: "d", version: 1)]
    model.metadata = [EntryMessage("k", "v")]
    model.functions = [function]
    let bytes = Array(model.encoded)
    #expect(try read(bytes) { try ModelMessage(&$0) } == model)
    // A message that comes in two parts is merged: lists grow, single values are replaced.
    let twice = try read(bytes + bytes) { try ModelMessage(&$0) }
    #expect(twice.irVersion == 10)
    #expect(twice.graph?.nodes.count == 2)
    #expect(twice.operatorSets.count == 4)
  }
}
