import Foundation
import TestSupport
import Testing

/// Networks of robust's own as ONNX files.
struct ModelsExportTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @discardableResult
  private func robust(_ line: String, code: Int32 = 0) throws -> Program.Outcome {
    let outcome = try Program.run(line.split(separator: " ").map(String.init), in: folder.path)
    #expect(outcome.code == code, "\(line): \(outcome.errors)")
    return outcome
  }

  @Test func exportedAndReadAgain() throws {
    let output = try robust("models export matrix-capsules-small --output net.onnx").output
    #expect(output.contains("net.onnx") && output.contains("1×28×28 images in 10 classes"))
    let first = try Data(contentsOf: URL(filePath: folder("net.onnx")))
    for text in ["ankle boot", "weights_sha256", "matrix-capsules-small", "capsules2/iteration3/mean"] {
      #expect(first.range(of: Data(text.utf8)) != nil, "\(text)")
    }
    // Its own file is replaced, by the same bytes.
    try robust("models export matrix-capsules-small --output net.onnx")
    #expect(try Data(contentsOf: URL(filePath: folder("net.onnx"))) == first)
    let shown = try robust("models show net.onnx").output
    for part in ["robust", "IR version 8", "ai.onnx 17", "1×28×28", "10 classes"] { #expect(shown.contains(part)) }
  }

  @Test func refusals() throws {
    try folder.write(TinyONNX.linear([[1], [2]], input: [1, 1, 1]), to: "other.onnx")
    let foreign = try robust("models export other.onnx --output net.onnx", code: 65)
    #expect(foreign.errors.contains("only networks of robust's own"))
    // No process is started.
    let process = try Program.run(
      ["models", "export", "process: touch started", "--output", "net.onnx"], in: folder.path)
    #expect(process.code == 65 && !FileManager.default.fileExists(atPath: folder("started")))
    #expect(try robust("models export cnn --output other.onnx", code: 73).errors.contains("would be lost"))
    #expect(try robust("models export cnn --output net.safetensors", code: 64).errors.contains(".onnx"))
    #expect(try robust("models export matrix-capsules-full --output net.onnx", code: 65).errors.contains("train"))
    #expect(try folder.names() == ["other.onnx"])
  }
}
