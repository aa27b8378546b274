import Arrays
import Autodiff
import Foundation
import Models
import ONNX
import Tensors
import TestSupport
import Testing

/// Networks of ours written as ONNX, read again, and compared with the fused operations that they were written from.
struct ExportTests {
  /// Every switch that changes the graph.
  static let networks: [(name: String, model: any Model)] =
    ExportedNetworks.cnn + ExportedNetworks.matrixCapsules + ExportedNetworks.dynamicCapsules

  @Test(arguments: networks.map(\.name))
  func scoresAndGradientsAreThoseOfTheNetwork(_ name: String) throws {
    let model = Self.networks.first { $0.name == name }!.model
    let export = try ONNXExport(model, source: name, metadata: [:], toolVersion: "1.2.3")
    let classifier = try export.classifier()
    #expect(classifier.inputShape == model.inputShape && classifier.classCount == model.classCount)
    #expect(classifier.summary.notes.isEmpty, "\(classifier.summary.notes)")

    let images = ExportedNetworks.images(of: model.inputShape, count: 5)
    let seed = ExportedNetworks.seed(5, model.classCount)
    let (expected, actual) = (model.pass(images, seed), classifier.pass(images, seed))
    // Routing by EM amplifies what 32 bits round: either is as far from the same graph in 64 bits.
    let scores = relativeDifference(actual.scores, expected.scores)
    #expect(scores < 3e-5, "scores differ by \(scores)")
    let gradients = relativeDifference(actual.gradients, expected.gradients)
    #expect(gradients < 1e-3, "gradients differ by \(gradients)")
    let areFinite = actual.gradients.rows(1..<2).scalars.allSatisfy(\.isFinite)
    #expect(areFinite)
    #expect(classifier.predictions(for: images) == model.predictions(for: images))
    // Images are computed alike, whatever else is in the batch.
    #expect(classifier.scores(of: images.rows(2..<3)).scalars == actual.scores.rows(2..<3).scalars)
  }

  /// `Scripts/onnx/check_export.py` compares what this writes with onnxruntime.
  @Test(.enabled(if: ExportedNetworks.folder != nil, "ROBUST_ONNX_EXPORTS names no folder"))
  func writtenForComparison() throws {
    let shipped = try ModelCatalog.Shipped.allCases.map { ($0.rawValue, try ModelCatalog.load($0.rawValue).model) }
    print("| network | images | scores | gradients | equal predictions | ms an image: network | exported |")
    for (name, model) in shipped + Self.networks {
      let place = "\(ExportedNetworks.folder!)/\(name.replacing(" ", with: "-").replacing(",", with: ""))"
      let export = try ONNXExport(model, source: name, metadata: [:], toolVersion: "1")
      try export.data.write(to: URL(filePath: "\(place).onnx"))
      let images = try ExportedNetworks.givenImages(of: model.inputShape)
      let row = try ComparedPasses(model, export.classifier(), images)
      try NPY.encoded(NumericArray(images.scalars, shape: images.shape.dimensions)).write(
        to: URL(filePath: "\(place).images.npy"))
      try NPY.encoded(NumericArray(row.scores.scalars, shape: row.scores.shape.dimensions)).write(
        to: URL(filePath: "\(place).scores.npy"))
      print("| \(name) | \(row.text) |")
      #expect(row.scoreDifference < 5e-5 && row.gradientDifference < 1e-3 && row.differingPredictions == 0, "\(name)")
    }
  }

  @Test(arguments: ModelCatalog.Shipped.allCases)
  func shippedNetworksAreExported(_ shipped: ModelCatalog.Shipped) throws {
    let loaded = try ModelCatalog.load(shipped.rawValue)
    let export = try ONNXExport(loaded, source: shipped.rawValue, classNames: nil, toolVersion: "1")
    let images = ExportedNetworks.images(of: loaded.model.inputShape, count: 2)
    let difference = relativeDifference(try export.classifier().scores(of: images), loaded.model.scores(of: images))
    #expect(difference < 3e-5, "scores differ by \(difference)")
  }
}

extension ExportTests {
  private static let plain = ExportedNetworks.matrixCapsules[0].model

  @Test func sameBytesTwice() throws {
    for (name, model) in Self.networks {
      let exports = try (0..<2).map { _ in
        try ONNXExport(model, source: name, metadata: ["b": "2", "a": "1", "c": "3"], toolVersion: "1").data
      }
      #expect(exports[0] == exports[1])
    }
  }

  @Test func structure() throws {
    let export = try ONNXExport(Self.plain, source: "here", metadata: ["key": "value"], toolVersion: "1.2.3")
    let message = try ProtobufReader.read(export.data, allowance: ReadingAllowance(fileSize: export.data.count)) {
      try ModelMessage(&$0)
    }
    let graph = try #require(message.graph)
    #expect(message.irVersion == 8 && message.operatorSets == [OperatorSetMessage(version: 17)])
    #expect(message.producerName == "robust" && message.producerVersion == "1.2.3")
    #expect(message.metadata == [EntryMessage("key", "value")])
    #expect(graph.inputs == [ValueMessage("image", .float, [.parameter("batch"), .value(1), .value(28), .value(28)])])
    #expect(graph.outputs == [ValueMessage("scores", .float, [.parameter("batch"), .value(5)])])
    #expect(graph.nodes.count == export.nodeCount)
    // Operators of ONNX alone, each node named after its layer, none that the scores do not need.
    #expect(graph.nodes.allSatisfy { $0.domain.isEmpty && $0.outputs.count == 1 })
    let layers = Set(graph.nodes.map { String($0.name.prefix { $0 != "/" }) })
    #expect(layers == ["standardize", "convolution", "primary", "capsules1", "capsules2", "classes"])
    let read = Set(graph.nodes.flatMap(\.inputs))
    #expect(graph.nodes.dropLast().allSatisfy { read.contains($0.outputs[0]) })
    #expect(graph.initializers.allSatisfy { read.contains($0.name) })
    #expect(Set(graph.nodes.map(\.name)).count == graph.nodes.count)
  }

  /// A decoder is no part of what gives scores.
  @Test func decodersAreLeftOut() throws {
    var configuration = DynamicCapsules.Configuration()
    (configuration.channels, configuration.primaryTypes, configuration.decoder) = (4, 2, nil)
    let plain = try DynamicCapsules(configuration: configuration, name: "one", seed: 3)
    configuration.decoder = .init(hiddenUnits: [20])
    let decoding = try DynamicCapsules(configuration: configuration, name: "one", seed: 3)
    #expect(decoding.parameters.count > plain.parameters.count)
    let exports = try [plain, decoding].map { try ONNXExport($0, source: "x", metadata: [:], toolVersion: "1") }
    #expect(exports[0].data == exports[1].data && exports[1].parameterCount == plain.parameters.count)
  }

  @Test func metadata() throws {
    let loaded = try ModelCatalog.load("cnn")
    let names = (0..<10).map { "class “\($0)”" }
    let export = try ONNXExport(loaded, source: "cnn.safetensors", classNames: names, toolVersion: "1")
    let message = try ProtobufReader.read(export.data, allowance: ReadingAllowance(fileSize: export.data.count)) {
      try ModelMessage(&$0)
    }
    let entries = Dictionary(uniqueKeysWithValues: message.metadata.map { ($0.key, $0.value) })
    #expect(entries["weights_sha256"] == loaded.weightsHash && entries["source_sha256"] == loaded.sha256)
    #expect(entries["source"] == "cnn.safetensors" && entries["architecture"] == "cnn")
    #expect(try JSONDecoder().decode([String].self, from: Data(entries["class_names"]!.utf8)) == names)
    let configuration = try JSONDecoder().decode(CNN.Configuration.self, from: Data(entries["configuration"]!.utf8))
    #expect(configuration == (loaded.model as? CNN)?.configuration)
  }
}

extension ONNXExport {
  func classifier() throws -> ONNXClassifier {
    try ONNXClassifier(try ONNXModel(bytes: data, name: "net.onnx"), file: "net.onnx", name: "net")
  }
}

extension Classifier {
  /// Scores, and the gradient by `images` of their sum weighted by `seed`.
  func pass(_ images: Tensor, _ seed: Tensor) -> (scores: Tensor, gradients: Tensor) {
    let graph = Graph()
    let x = graph.variable(images)
    let scores = outputs(for: x).scores
    return (scores.value, graph.gradients(of: scores, seed: seed, by: [x])[0])
  }
}

/// What a network and its export make of many images, chunk by chunk.
struct ComparedPasses {
  private(set) var scores = Tensor(shape: [0])
  private(set) var scoreDifference: Float = 0
  private(set) var gradientDifference: Float = 0
  private(set) var differingPredictions = 0
  private let count: Int
  private var seconds = (network: 0.0, exported: 0.0)

  init(_ model: any Model, _ exported: ONNXClassifier, _ images: Tensor) throws {
    count = images.shape[0]
    var parts: [Tensor] = []
    var largest: Float = 0
    for start in stride(from: 0, to: count, by: exported.chunkSize) {
      let chunk = images.rows(start..<min(start + exported.chunkSize, count))
      let seed = ExportedNetworks.seed(chunk.shape[0], model.classCount)
      let clock = ContinuousClock()
      let begin = clock.now
      let expected = model.pass(chunk, seed)
      let middle = clock.now
      let actual = exported.pass(chunk, seed)
      seconds.network += (middle - begin) / .seconds(1)
      seconds.exported += (clock.now - middle) / .seconds(1)
      parts.append(expected.scores)
      largest = expected.scores.scalars.reduce(largest) { max($0, abs($1)) }
      for (a, b) in zip(actual.scores.scalars, expected.scores.scalars) {
        scoreDifference = max(scoreDifference, abs(a - b))
      }
      gradientDifference = max(gradientDifference, relativeDifference(actual.gradients, expected.gradients))
      differingPredictions += zip(actual.scores.argmaxOfRows(), expected.scores.argmaxOfRows()).count { $0 != $1 }
    }
    scores = .concatenated(parts)
    scoreDifference /= largest
  }

  var text: String {
    String(
      format: "%d | %.1e | %.1e | %d | %.2f | %.2f", count, scoreDifference, gradientDifference,
      count - differingPredictions, 1000 * seconds.network / Double(count), 1000 * seconds.exported / Double(count))
  }
}

/// The largest difference over the largest of `expected`; infinite where a number is none.
func relativeDifference(_ actual: Tensor, _ expected: Tensor) -> Float {
  guard actual.shape == expected.shape, actual.scalars.allSatisfy(\.isFinite) else { return .infinity }
  var (largest, difference): (Float, Float) = (0, 0)
  for (a, b) in zip(actual.scalars, expected.scalars) {
    largest = max(largest, abs(b))
    difference = max(difference, abs(a - b))
  }
  return difference / largest
}
