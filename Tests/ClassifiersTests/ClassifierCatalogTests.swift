import Classifiers
import Diagnostics
import Files
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// What a name stands for: one of ours, or a model of another program.
struct ClassifierCatalogTests {
  private let folder: TemporaryFolder
  private let net: String

  private static let weights: [[Float]] = (0..<3).map { k in
    (0..<16).map { i in Float(i * (k + 2) % 7) / 4 - 0.5 }
  }

  init() throws {
    folder = try TemporaryFolder()
    net = try folder.write(TinyONNX.linear(Self.weights, bias: [0, 0.5, -0.25], input: [1, 4, 4]), to: "net.onnx")
  }

  @Test func onnxFiles() throws {
    let loaded = try ClassifierCatalog.load(net)
    #expect(loaded.kind == "onnx" && loaded.name == "net" && loaded.classCount == 3 && loaded.model == nil)
    #expect(loaded.sha256 == (try Checksum.sha256(ofFile: net)) && loaded.parameterCount == 51)
    #expect(try ClassifierCatalog.sha256(of: net) == loaded.sha256)
    #expect(loaded.classifier.inputShape == [1, 4, 4] && loaded.classifier.trainingLoss == .crossEntropy)
    // What squashes is left out, and said.
    #expect(loaded.notes.contains { $0.contains("Softmax") }, "\(loaded.notes)")
    let images = Tensor((0..<32).map { Float($0 % 5) / 4 }, shape: [2, 1, 4, 4])
    let scores = loaded.classifier.scores(of: images).scalars
    for (row, pixels) in [Array(images.scalars[..<16]), Array(images.scalars[16...])].enumerated() {
      for (k, weights) in Self.weights.enumerated() {
        let wanted = zip(weights, pixels).reduce([0, 0.5, -0.25][k]) { $0 + $1.0 * $1.1 }
        #expect(abs(scores[row * 3 + k] - wanted) < 1e-5)
      }
    }
    #expect(try ClassifierCatalog.load(net, as: "mine").name == "mine")
  }

  /// By its content, whatever it is called.
  @Test func onnxFilesByContent() throws {
    let data = try Data(contentsOf: URL(filePath: net))
    #expect(ClassifierCatalog.isForeign(try folder.write(data, to: "model.bin")))
    #expect(try ClassifierCatalog.load(folder("model.bin")).kind == "onnx")
    #expect(!ClassifierCatalog.isForeign("cnn") && !ClassifierCatalog.isForeign("matrix-capsules-full"))
    #expect(ClassifierCatalog.isForeign(folder("nowhere.onnx")))
    let missing = try #require(throws: InputError.self) { try ClassifierCatalog.load(folder("nowhere.onnx")) }
    #expect(missing.description.contains("nowhere.onnx"))
  }

  /// The hash is of all files, so that other weights are another model.
  @Test func weightsInAnotherFile() throws {
    let elements = Self.weights.flatMap { $0 }
    try folder.write(TinyONNX.linear(Self.weights, input: [1, 4, 4], external: "w.bin"), to: "split.onnx")
    try folder.write(TinyONNX.bytes(elements), to: "w.bin")
    let split = try ClassifierCatalog.load(folder("split.onnx"))
    #expect(split.sha256 != (try Checksum.sha256(ofFile: folder("split.onnx"))))
    #expect(split.sha256 == (try ClassifierCatalog.sha256(of: folder("split.onnx"))))
    let images = Tensor((0..<16).map { Float($0 % 5) / 4 }, shape: [1, 1, 4, 4])
    let whole = try folder.write(TinyONNX.linear(Self.weights, input: [1, 4, 4]), to: "whole.onnx")
    #expect(
      split.classifier.scores(of: images).scalars
        == (try ClassifierCatalog.load(whole)).classifier.scores(of: images).scalars)
    try folder.write(TinyONNX.bytes(elements.map { $0 + 1 }), to: "w.bin")
    #expect(try ClassifierCatalog.sha256(of: folder("split.onnx")) != split.sha256)
  }

  @Test func ours() throws {
    let loaded = try ClassifierCatalog.load("cnn")
    #expect(loaded.kind == "cnn" && loaded.model != nil && loaded.testAccuracy != nil && loaded.notes.isEmpty)
    #expect(loaded.sha256 == (try ModelCatalog.load("cnn").sha256))
    #expect(try ClassifierCatalog.load("CNN", as: "mine").name == "mine")
  }

  @Test func oursHoldTheirPreprocessing() throws {
    let steps = try InputPreprocessing(mean: "0.5")
    let error = try #require(throws: InputError.self) { try ClassifierCatalog.load("cnn", preprocessing: steps) }
    #expect(error.kind == .usage && error.subject == "cnn" && error.remedy.contains("mean"))
    // Nothing at all is not preprocessing.
    _ = try ClassifierCatalog.load("cnn", preprocessing: InputPreprocessing())
    // Beside one that is not ours, it is meant for that.
    let both = try ClassifierCatalog.load([("cnn", nil), (net, "other")], preprocessing: steps)
    #expect(both.map { $0.preprocessing } == [nil, steps] && both.map(\.name) == ["cnn", "other"])
    #expect(throws: InputError.self) { try ClassifierCatalog.load([("cnn", nil)], preprocessing: steps) }
  }

  @Test func attackedOnImages() throws {
    let loaded = try ClassifierCatalog.load(net, preprocessing: try InputPreprocessing(resize: "4x4", std: "0.5"))
    let classifier = try loaded.classifier(on: [1, 8, 6])
    #expect(classifier.inputShape == [1, 8, 6] && classifier is PreprocessedClassifier)
    #expect(throws: InputError.self) { try loaded.classifier(on: [3, 8, 6]) }
    let plain = try ClassifierCatalog.load(net)
    #expect(!(try plain.classifier(on: [1, 4, 4]) is PreprocessedClassifier))
    #expect(try #require(throws: InputError.self) { try plain.classifier(on: [1, 8, 8]) }.remedy.contains("resize"))
    let crops = try #require(throws: InputError.self) { try plain.classifier(on: [1, 4, 4], crops: 5) }
    #expect(crops.kind == .usage && crops.subject == "crops")
    let refusal = try #require(throws: InputError.self) { try plain.requireModel("net.onnx", for: "can be inspected") }
    #expect(refusal.kind == .model && refusal.problem.contains("onnx") && refusal.problem.contains("inspected"))
  }

  /// One error for what is neither, with what helps.
  @Test(
    arguments: [
      (
        Data([0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 26)) + Data("archive/data.pkl".utf8), "torch.onnx.export"
      ),
      (Data([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 0]), "keras"),
      (Data([0x80, 0x04, 0x95, 0x20]), "skl2onnx"), (Data("GGUF\u{3}".utf8), "ONNX"),
      (Data("version https://git-lfs.github.com/spec/v1\n".utf8), "git lfs pull"),
      (Data("\u{1F}not a model".utf8), "safetensors"), (Data("{\"a\":1}".utf8), "ONNX file"),
    ])
  func otherFiles(data: Data, remedy: String) throws {
    let path = try folder.write(data, to: "model.pth")
    let error = try #require(throws: InputError.self) { try ClassifierCatalog.load(path) }
    #expect(error.kind == .model && error.subject == path && error.description.contains(remedy), "\(error)")
  }

  @Test func savedModels() throws {
    try folder.write(Data([8, 1]), to: "saved/saved_model.pb")
    let error = try #require(throws: InputError.self) { try ClassifierCatalog.load(folder("saved")) }
    #expect(error.remedy.contains("tf2onnx"))
  }

  /// Compressed as checkpoints may be.
  @Test func compressed() throws {
    let path = folder("net.onnx.zst")
    try AtomicFile.write(try compressZstd(try Data(contentsOf: URL(filePath: net))), to: path)
    #expect(ClassifierCatalog.isForeign(path))
  }
}
