import Foundation
import ONNX
import TestSupport
import Testing

/// What is said of models that can't be read.
struct ImportErrorTests {
  @Test func brokenGraphsAreRefusedByName() {
    func refused(
      _ texts: String, _ nodes: [NodeMessage], weights: [TensorMessage] = [],
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      expectFailure(texts, "onnx.checker", sourceLocation: sourceLocation) {
        _ = try ONNXModel(model(nodes, weights: weights))
      }
    }
    let weight = TensorMessage("w", .float, [1, 2], raw: Data(count: 8))
    refused("nothing gives “z”, which Add “sum” takes", [NodeMessage("Add", name: "sum", ["x", "z"], ["y"])])
    refused("nothing gives “y”, an output", [NodeMessage("Relu", ["x"], ["z"])])
    refused("needs what is computed from its own output", [NodeMessage("Add", ["x", "y"], ["y"])])
    refused(
      "needs what is computed from its own output",
      [NodeMessage("Add", ["x", "c"], ["b"]), NodeMessage("Relu", ["b"], ["c"]), NodeMessage("Relu", ["c"], ["y"])])
    refused(
      "“y” is defined twice, the second time by Relu “second”",
      [NodeMessage("Relu", ["x"], ["y"]), NodeMessage("Relu", name: "second", ["x"], ["y"])])
    refused(
      "“w” is defined twice", [NodeMessage("Relu", ["x"], ["w"]), NodeMessage("Relu", ["w"], ["y"])], weights: [weight])
    refused("“x” is defined twice", [NodeMessage("Relu", ["x"], ["x"])])
    refused("two weights “w”", [NodeMessage("Add", ["x", "w"], ["y"])], weights: [weight, weight])
    refused("weights without a name", [], weights: [TensorMessage("", .float, [0])])
    refused("has no operator", [NodeMessage("", ["x"], ["y"])])
    refused(
      "two attributes of one name",
      [NodeMessage("Elu", ["x"], ["y"], [AttributeMessage("alpha", .float), AttributeMessage("alpha", .float)])])
    var unknown = AttributeMessage("alpha", .float)
    unknown.type = 77
    refused("the type 77", [NodeMessage("Elu", ["x"], ["y"], [unknown])])
    refused("has no tensor", [NodeMessage("Constant", [], ["y"], [AttributeMessage("value", .tensor)])])
    refused("has no graph", [NodeMessage("If", ["x"], ["y"], [AttributeMessage("then_branch", .graph)])])
    refused("0 values", [NodeMessage("Constant", [], ["y"])])
    refused("another type", [NodeMessage("Constant", [], ["y"], [AttributeMessage("value_int", .float)])])
  }

  @Test func whatNoClassifierNeedsIsRefusedByName() {
    expectFailure("value_string", "without what prepares texts") {
      _ = try ONNXModel(model([NodeMessage("Constant", [], ["y"], [AttributeMessage("value_string", .string)])]))
    }
    expectFailure("the tensor “w”", "string", "without what prepares texts") {
      _ = try ONNXModel(model([], weights: [TensorMessage("w", .string, [1])]))
    }
    expectFailure("the tensor “w”", "complex64") {
      _ = try ONNXModel(model([], weights: [TensorMessage("w", .complex64, [1], raw: Data(count: 8))]))
    }
    for kind in [AttributeMessage.Kind.sparseTensor, .graphs, .type] {
      expectFailure("the attribute a of Op “y”", kind == .sparseTensor ? "dense" : "of the type \(kind)") {
        _ = try ONNXModel(model([NodeMessage("Op", ["x"], ["y"], [AttributeMessage("a", kind)])]))
      }
    }
    // A graph with sparse weights, by its bytes: sparse_initializer { values { name: "w" } }.
    let sparse = Data([0x7A, 0x05, 0x0A, 0x03, 0x42, 0x01, 0x77])
    var writer = ProtobufWriter()
    writer.int(10, 1)
    writer.bytes(sparse, 7)
    expectFailure("weights “w” are sparse", "to_dense") { _ = try ONNXModel(bytes: writer.data, name: "net.onnx") }
  }

  @Test func impossibleInputsAreRefused() {
    func refused(
      _ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ change: (inout ValueMessage) -> Void
    ) {
      var message = model([NodeMessage("Relu", ["x"], ["y"])])
      change(&message.graph!.inputs[0])
      expectFailure(text, sourceLocation: sourceLocation) { _ = try ONNXModel(message) }
    }
    refused("impossible size, -2") { $0.dimensions = [.value(-2)] }
    refused("impossible size") { $0.dimensions = [.value(.max)] }
    refused("impossible size") { $0.dimensions = [.value(1 << 31), .value(1 << 31), .value(1 << 31)] }
    refused("“x” has elements of type 99") { $0.elementType = 99 }
    refused("“x” has elements of type 0") { $0.elementType = 0 }
    refused("“x” has no type") { $0.kind = nil }
    // A sequence: type { sequence_type {} }.
    var writer = ProtobufWriter()
    writer.string("y", 1)
    writer.message(2) { $0.bytes(Data(), 4) }
    var graph = ProtobufWriter()
    graph.bytes(writer.data, 12)
    graph.bytes(ValueMessage("y", .float, nil).encoded, 11)
    var whole = model([]).encoded
    var outer = ProtobufWriter()
    outer.int(10, 1)
    outer.bytes(graph.data, 7)
    whole = outer.data
    expectFailure("output “y” is no tensor (sequence)", "zipmap") { _ = try ONNXModel(bytes: whole, name: "net.onnx") }
  }

  @Test func otherVersionsAreRefused() {
    var message = model([NodeMessage("Relu", ["x"], ["y"])], opset: 6)
    expectFailure("operator set 6", "convert_version") { _ = try ONNXModel(message) }
    message.operatorSets = []
    expectFailure("imports no operator set of ONNX") { _ = try ONNXModel(message) }
    message.operatorSets = [OperatorSetMessage(version: 18), OperatorSetMessage(domain: "ai.onnx", version: 17)]
    expectFailure("operator sets 18 and 17") { _ = try ONNXModel(message) }
    message.operatorSets = [OperatorSetMessage(version: 18)]
    message.irVersion = 2
    expectFailure("version 2 of the format") { _ = try ONNXModel(message) }
    message.irVersion = ONNXModel.newestIRVersion + 1
    expectFailure("version \(ONNXModel.newestIRVersion + 1)", "model.ir_version = \(ONNXModel.newestIRVersion)") {
      _ = try ONNXModel(message)
    }
  }

  /// Every beginning of a file is refused, and nothing but a beginning.
  @Test func truncatedFilesAreRefused() {
    let bytes = TinyModel.bytes
    for count in 0..<bytes.count {
      do {
        let read = try ONNXModel(bytes: bytes.prefix(count), name: "net.onnx")
        // What follows the graph need not be missed: functions and metadata.
        #expect(read.graph.outputs == ["scores"] && count > 600, "\(count) bytes were read")
      } catch {
        #expect("\(error)".hasPrefix("net.onnx: "), "\(error)")
      }
    }
    expectFailure("it ends too early", "export or download it again") {
      _ = try ONNXModel(bytes: bytes.prefix(500), name: "net.onnx")
    }
  }

  @Test func otherFilesAreToldApart() throws {
    let folder = try TemporaryFolder()
    func refused(
      _ name: String, _ data: Data, _ texts: String, _ remedy: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let path = try folder.write(data, to: name)
      expectFailure(texts, remedy, sourceLocation: sourceLocation) { _ = try ONNXModel.read(path) }
    }
    let export = "torch.onnx.export(model, example, \"net.onnx\")"
    try refused("net.pt", Data("PK\u{3}\u{4}….net/data.pkl".utf8), "is a PyTorch file", export)
    try refused("net.pkl", Data([0x80, 0x02, 0x7D, 0x71, 0x00, 0x2E]), "is a Python pickle", export)
    try refused(
      "net.safetensors", Data([2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8)), "is a safetensors file", "weights alone")
    try refused("net.h5", Data([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]), "HDF5", "model.export")
    try refused("net.tflite", Data([0x1C, 0, 0, 0] + Array("TFL3".utf8) + [0, 0]), "TensorFlow Lite", "tf2onnx")
    try refused("empty.onnx", Data(), "is an empty file", "get the file once more")
    try refused("page.onnx", Data("<!DOCTYPE html><html></html>".utf8), "a web page", "download the file itself")
    try refused(
      "lfs.onnx", Data("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".utf8), "Git LFS", "git lfs pull")
    try refused("text.onnx", Data("hello".utf8), "is a text file", export)
    try refused("noise.onnx", Data([0xFF, 0x13, 0x37, 0x00]), "wire type 7", "export or download it again")
    try refused("half.onnx", Data([0x08, 0x0A, 0x12, 0x01, 0x61]), "it holds no graph", export)
    expectFailure("is a folder", "name a file inside it") { _ = try ONNXModel.read(folder.path) }
    expectFailure("there is no such file") { _ = try ONNXModel.read(folder("missing.onnx")) }
  }
}
