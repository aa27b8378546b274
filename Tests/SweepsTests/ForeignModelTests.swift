import Attacks
import Classifiers
import Datasets
import Diagnostics
import Files
import Foundation
import Models
import Runs
import Sweeps
import TestSupport
import Testing

/// Runs of models of other programs: what they record, and how they find these again.
struct ForeignModelTests {
  private let folder: TemporaryFolder
  private let net: String
  private let images: Dataset

  init() throws {
    folder = try TemporaryFolder()
    images = try DatasetCatalog().load().first(12)
    let weights: [[Float]] = (0..<10).map { k in (0..<49).map { i in Float(i * (k + 3) % 11) * 0.1 - 0.5 } }
    net = try folder.write(TinyONNX.linear(weights, input: [1, 7, 7]), to: "net.onnx")
  }

  private func configuration(_ steps: InputPreprocessing) throws -> RunConfiguration {
    let loaded = try ClassifierCatalog.load(net, preprocessing: steps)
    return RunConfiguration(
      models: [.init(net, loaded, as: try loaded.classifier(on: images.shape))], dataset: .init(images),
      attacks: [.init(FGSM())], norm: LInfinity(), goals: [.untargeted],
      budgets: try BudgetList(parsing: "0,8/255", norm: LInfinity()).all, limit: 12, seed: 5, toolVersion: "test")
  }

  private func store(_ configuration: RunConfiguration) throws -> RunStore {
    try RunStore.create(at: URL(filePath: folder("\(UUID().uuidString).sqlite")), configuration: configuration)
  }

  @Test func whatIsRecorded() throws {
    let steps = try InputPreprocessing(resize: "7", mean: "0.5")
    let model = try configuration(steps).models[0]
    #expect(model.name == "net" && model.source == net && model.kind == "onnx" && model.loss == "cross-entropy")
    #expect(model.sha256 == (try Checksum.sha256(ofFile: net)) && model.parameterCount == 500)
    #expect(model.testAccuracy == nil && model.preprocessing == steps && model.notes?.isEmpty == false)
    let again = try JSONDecoder().decode(RunConfiguration.Model.self, from: JSONEncoder().encode(model))
    #expect(again == model)
    // A run of a version that knew none of this.
    let former = """
      {"name":"cnn","source":"shipped","sha256":"aa","kind":"cnn","loss":"cross-entropy","parameterCount":1,"chunkSize":2}
      """
    let ours = try JSONDecoder().decode(RunConfiguration.Model.self, from: Data(former.utf8))
    #expect(ours.preprocessing == nil && ours.notes == nil)
    #expect(!String(decoding: try JSONEncoder().encode(ours), as: UTF8.self).contains("preprocessing"))
  }

  /// What is done to images decides the records; what is said about the file does not.
  @Test func theHash() throws {
    let sound = try configuration(try InputPreprocessing(resize: "7"))
    let other = try configuration(try InputPreprocessing(resize: "7", mean: "0.5"))
    #expect(sound.configurationHash != other.configurationHash)
    #expect(sound.differences(from: other).contains { $0.hasPrefix("preprocessing: ") && $0.contains("mean 0.5") })
    var silent = sound
    silent.models[0].notes = nil
    silent.models[0].source = "elsewhere.onnx"
    #expect(silent.configurationHash == sound.configurationHash)
  }

  @Test func foundAgain() throws {
    let steps = try InputPreprocessing(resize: "7", range: "-1:1")
    let configuration = try configuration(steps)
    let store = try store(configuration)
    let sweep = try Sweep(reopening: store)
    #expect(sweep.models[0].inputShape == images.shape)
    #expect((sweep.models[0] as? PreprocessedClassifier)?.preprocessing == steps)

    let moved = folder("nets/moved.bin")
    try folder.write(try Data(contentsOf: URL(filePath: net)), to: "nets/moved.bin")
    try FileManager.default.removeItem(atPath: net)
    let missing = try #require(throws: InputError.self) { try Sweep(reopening: store) }
    #expect(missing.kind == .model && missing.remedy.contains("models: net=PATH"), "\(missing)")
    for name in [nil, "net"] {
      let found = try Sweep(reopening: store, places: RunPlaces(models: [(name, moved)]))
      #expect(found.models[0].name == "net")
    }
    // Another model in its place.
    let weights = [[Float]](repeating: [Float](repeating: 0.5, count: 49), count: 10)
    try folder.write(TinyONNX.linear(weights, input: [1, 7, 7]), to: "net.onnx")
    let other = try #require(throws: InputError.self) { try Sweep(reopening: store) }
    #expect(other.kind == .model && other.problem.contains(configuration.models[0].sha256.prefix(12)))
  }

  /// A store may say anything.
  @Test func impossiblePreprocessing() throws {
    var configuration = try configuration(try InputPreprocessing(resize: "7"))
    configuration.models[0].preprocessing?.std = [0]
    let store = try store(configuration)
    #expect(throws: InputError.self) { try Sweep(reopening: store) }
  }
}
