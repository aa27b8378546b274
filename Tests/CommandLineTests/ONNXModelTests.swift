import Datasets
import Foundation
import TestSupport
import Testing

/// A model of another program in every command: the classifier by the nearest mean of each class, as an ONNX file.
struct ONNXModelTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(Self.nearestMean(), to: "net.onnx")
  }

  /// scores = (2 m·x − |m|²) / 20 with the mean image m of each class of the shipped images: small enough for a softmax not to
  /// saturate.
  private static func nearestMean() throws -> Data {
    let images = try DatasetCatalog().load()
    var means = [[Float]](repeating: [Float](repeating: 0, count: 784), count: 10)
    var counts = [Float](repeating: 0, count: 10)
    for index in 0..<images.count {
      let label = images.labels[index]
      counts[label] += 1
      for (place, level) in images.pixels(at: index).enumerated() { means[label][place] += Float(level) / 255 }
    }
    for label in 0..<10 { means[label] = means[label].map { $0 / counts[label] } }
    return TinyONNX.linear(
      means.map { $0.map { 0.1 * $0 } }, bias: means.map { -$0.reduce(0) { $0 + $1 * $1 } / 20 }, input: [1, 28, 28])
  }

  @discardableResult
  private func robust(_ arguments: String..., code: Int32 = 0) throws -> Program.Outcome {
    let words = arguments.flatMap { $0.split(separator: " ").map(String.init) }
    let outcome = try Program.run(words, in: folder.path)
    #expect(outcome.code == code, "\(words.joined(separator: " ")): \(outcome.errors)")
    return outcome
  }

  private func text(_ name: String) throws -> String { try String(contentsOfFile: folder(name), encoding: .utf8) }

  @Test func shown() throws {
    let output = try robust("models show net.onnx").output
    for part in ["by hand", "IR version 8", "ai.onnx 17", "Gemm", "7,850", "1×28×28", "10 classes", "Softmax"] {
      #expect(output.contains(part), "\(part) in \(output)")
    }
    #expect(try robust("models show net.onnx --tensors", code: 64).errors.contains("--tensors"))
  }

  @Test(.slow) func sweptAndReported() throws {
    let run =
      "sweep --attack fgsm,bim --epsilon 0.02,8/255 --limit 60 --model net.onnx,cnn --save-images 2 --output run"
    let outcome = try robust(run)
    #expect(outcome.output.contains("net ") && outcome.output.contains("cnn "))
    let report = try text("run/report.md")
    #expect(report.contains("0.02 (5.1/255)") && report.contains("onnx, 7,850 parameters, cross-entropy"))
    #expect(report.contains("scores are the input of Softmax"))
    let summary = try text("run/summary.json")
    #expect(summary.contains("\"kind\" : \"onnx\"") || summary.contains("\"kind\": \"onnx\""))
    try robust("sweep --resume run --model net.onnx,cnn")
    try robust("export run --model net --epsilon 8/255 --attack fgsm --output examples")
    try robust("baseline run --output base.json")
    try robust("check run --baseline base.json")
    try robust("compare run --output comparison")
  }

  /// Parts are joined to the same bytes, and the model is found where it has gone.
  @Test(.slow) func partsAndPlaces() throws {
    let sweep = "sweep --attack fgsm --epsilon 0.02 --limit 130 --mean 0.1 --std 0.5 --model net.onnx --save-images 0"
    try robust(sweep, "--output whole")
    try robust(sweep, "--shard 1/2 --output one")
    try robust(sweep, "--shard 2/2 --output two")
    try FileManager.default.moveItem(atPath: folder("net.onnx"), toPath: folder("moved.onnx"))
    #expect(try robust("sweep --resume whole", code: 65).errors.contains("--model net=PATH"))
    try robust("merge one two --output merged --model moved.onnx")
    #expect(try text("merged/accuracy.csv") == text("whole/accuracy.csv"))
    try robust("sweep --resume whole --model net=moved.onnx")
    try robust("minimum whole --model moved.onnx --scan 2 --tolerance 0.1 --limit 20 --output least")
  }

  @Test func preprocessingIsPartOfTheRun() throws {
    let sweep = "sweep --attack fgsm --epsilon 0.02 --limit 20 --save-images 0 --checks none --model net.onnx"
    try robust(sweep, "--mean 0.25 --std 0.5 --range -1:1 --output run")
    let report = try text("run/report.md")
    #expect(report.contains("pixels from -1 to 1, less the mean 0.25, divided by 0.5"), "\(report)")
    try robust("sweep --resume run --mean 0.25 --range -1:1")
    #expect(try robust("sweep --resume run --mean 0.3", code: 64).errors.contains("--mean is 0.25, not 0.3"))
    #expect(try robust("sweep --resume run --crop 20", code: 64).errors.contains("--crop is absent"))
    try robust(sweep, "--output run", code: 73)
    #expect(try robust("minimum run --mean 0.25", code: 64).errors.contains("--mean"))
    try robust("minimum net.onnx --mean 0.25 --limit 5 --scan 2 --tolerance 0.2 --output least")
  }

  @Test func refusals() throws {
    let sweep = "sweep --attack fgsm --epsilon 0.02 --limit 5 --output none"
    #expect(try robust(sweep, "--model cnn --mean 0.5", code: 64).errors.contains("--mean"))
    #expect(try robust(sweep, "--model net.onnx --mean 1,2,3", code: 64).errors.contains("3 numbers"))
    #expect(try robust(sweep, "--model net.onnx --resize 32", code: 65).errors.contains("--resize 28x28"))
    #expect(try robust(sweep, "--model net.onnx --crops 5", code: 64).errors.contains("--crops"))
    #expect(try robust(sweep, "--model nowhere.onnx", code: 65).errors.contains("nowhere.onnx"))
    for command in ["inspect net.onnx", "reconstruct net.onnx --output none"] {
      #expect(try robust(command, code: 65).errors.contains("networks of robust's own"))
    }
    try TinyMNIST.write(to: folder)
    let training = "train --model cnn --dataset mnist --data . --initial net.onnx --output new.safetensors"
    #expect(try robust(training, code: 65).errors.contains("networks of robust's own"))
    #expect(!FileManager.default.fileExists(atPath: folder("none")))
  }
}
