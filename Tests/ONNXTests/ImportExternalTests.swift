import Files
import Foundation
import ONNX
import Tensors
import TestSupport
import Testing

/// Weights in files beside the model's.
struct ImportExternalTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func external(_ entries: [(String, String)], name: String = "w", count: Int = 2) -> TensorMessage {
    var tensor = TensorMessage(name, .float, [1, count])
    tensor.isExternal = true
    tensor.externalData = entries.map { EntryMessage($0, $1) }
    return tensor
  }

  private func read(_ weights: TensorMessage...) throws -> ONNXModel {
    let message = model([NodeMessage("Sum", ["x"] + weights.map(\.name), ["y"])], weights: weights)
    return try ONNXModel.read(folder.write(message.encoded, to: "models/net.onnx"))
  }

  private func floats(_ values: [Float]) -> Data { values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) } }

  @Test func weightsAreReadFromOtherFiles() throws {
    try folder.write(floats([1, 2, 3, 4]), to: "models/net.onnx.data")
    try folder.write(floats([5, 6]), to: "models/more/w.bin")
    let read = try read(
      external([("location", "net.onnx.data"), ("offset", "8"), ("length", "8"), ("checksum", "ignored")]),
      external([("location", "net.onnx.data")], name: "v"),
      external([("location", "more/w.bin"), ("length", "8")], name: "u"),
      external([("location", "./more/w.bin")], name: "none", count: 0))
    #expect(read.graph.constants["w"]?.tensor.scalars == [3, 4])
    #expect(read.graph.constants["v"]?.tensor.scalars == [1, 2])
    #expect(read.graph.constants["u"]?.tensor.scalars == [5, 6])
    #expect(read.graph.constants["none"]?.tensor.count == 0)
    #expect(read.externalFiles == ["net.onnx.data", "more/w.bin", "./more/w.bin"])
  }

  @Test func onlyFilesWithinTheFolderAreRead() throws {
    try folder.write(floats([1, 2]), to: "secret.bin")
    try folder.write(floats([1, 2]), to: "models/inside.bin")
    try folder.write(floats([1, 2]), to: "models-2/w.bin")
    for (link, target) in [("out", "../secret.bin"), ("in", "inside.bin"), ("near", "../models-2/w.bin"), ("up", "..")]
    {
      try FileManager.default.createSymbolicLink(atPath: folder("models/\(link)"), withDestinationPath: target)
    }
    func refused(_ location: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
      expectFailure("the tensor “w”", text, sourceLocation: sourceLocation) {
        _ = try read(external([("location", location)]))
      }
    }
    refused(folder("models/inside.bin"), "not in the model's folder")
    refused("../secret.bin", "not in the model's folder")
    refused("../models/inside.bin", "not in the model's folder")
    refused("a/../inside.bin", "not in the model's folder")
    refused("out", "a link to what is not")
    refused("near", "a link to what is not")
    refused("up/secret.bin", "a link to what is not")
    refused("missing.bin", "which is missing")
    refused(".", "a link to what is not")
    refused("", "nothing says in which")
    #expect(try read(external([("location", "in")])).graph.constants["w"]?.tensor.scalars == [1, 2])
    try folder.write(Data(), to: "models/sub/empty.bin")
    refused("sub", "can't be read")
    refused("sub/empty.bin", "which has 0")
    expectFailure("the model has no folder", "external_data=False") {
      _ = try ONNXModel(model([], weights: [external([("location", "inside.bin")])]))
    }
  }

  @Test func placesAreCheckedAgainstTheFile() throws {
    try folder.write(floats([1, 2, 3]), to: "models/w.bin")
    func refused(_ entries: [(String, String)], _ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
      expectFailure(text, sourceLocation: sourceLocation) { _ = try read(external([("location", "w.bin")] + entries)) }
    }
    refused([("offset", "8")], "takes 8 bytes from byte 8 of “w.bin” on, which has 12")
    refused([("offset", "\(Int.max)")], "which has 12")
    refused([("offset", "-1")], "the offset “-1”")
    refused([("offset", "one")], "the offset “one”")
    refused([("length", "12")], "takes 8 bytes, but 12 in “w.bin”")
    refused([("length", "99999999999999999999")], "the length")
  }

  /// Elements of two bits take 32 times as much here.
  @Test func noModelTakesMuchMoreThanItsFiles() throws {
    let size = 36 << 20
    try folder.write(Data(), to: "models/w.bin")
    try FileHandle(forWritingTo: URL(filePath: folder("models/w.bin"))).truncate(atOffset: UInt64(size))
    var tensor = external([("location", "w.bin")], count: 4 * size)
    tensor.elementType = ElementType.int2.rawValue
    expectFailure("more than 976 MiB of memory") { _ = try read(tensor) }
  }

  @Test func compressedModelsAreRead() throws {
    let path = try folder.write(compressZstd(TinyModel.bytes), to: "tiny.onnx.zst")
    #expect(try ONNXModel.read(path).producerName == "onnx-example")
  }
}
