import Attacks
import Datasets
import Evaluation
import Files
import Foundation
import Models
import TestSupport
import Testing

/// A sweep made again from its store alone, on the shipped models and images.
struct ReopeningTests {
  /// A run of the shipped CNN, read from `path` if there is one, on `limit` images.
  private func configuration(path: String? = nil, limit: Int? = 12) throws -> RunConfiguration {
    let name = path ?? "cnn"
    var images = try DatasetCatalog().load()
    if let limit { images = images.first(limit) }
    return RunConfiguration(
      models: [.init(name, try ModelCatalog.load(name))], dataset: .init(images),
      attacks: [.init(FGSM(objective: .margin)), .init(BIM(steps: .kurakin, startsAtRandom: true))],
      goals: [.target(3), .untargeted], budgets: try Budgets(parsing: "0,8/255").all.map { .init($0) }, limit: limit,
      seed: 5, rawCurves: true, toolVersion: "test")
  }

  private func shippedCNN() throws -> Data {
    let file = ModelCatalog.Shipped.cnn.file
    return try Data(contentsOf: URL(filePath: ResourceLocator().folder(of: "Models") + "/" + file))
  }

  private func store(_ configuration: RunConfiguration, in folder: TemporaryFolder) throws -> RunStore {
    try RunStore.create(at: URL(filePath: folder("\(UUID().uuidString).sqlite")), configuration: configuration)
  }

  @Test(arguments: [12, nil])
  func givesTheSameSweep(limit: Int?) throws {
    let folder = try TemporaryFolder()
    let configuration = try configuration(limit: limit)
    let sweep = try Sweep(reopening: store(configuration, in: folder))
    #expect(sweep.configuration == configuration)
    #expect(sweep.models.map(\.name) == ["cnn"])
    let attacks = sweep.attacks.map { AnyHashable($0) }
    #expect(attacks == [FGSM(objective: .margin), BIM(steps: .kurakin, startsAtRandom: true)] as [AnyHashable])
    #expect(RunConfiguration.Dataset(sweep.dataset) == configuration.dataset)
  }

  @Test("A model that has moved is found again by its path; another one in its place is refused")
  func models() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(try shippedCNN(), to: "mine.safetensors.zst")
    let configuration = try configuration(path: path)
    #expect(configuration.models[0].source == path)
    let store = try store(configuration, in: folder)
    _ = try Sweep(reopening: store)

    let moved = folder("moved.safetensors.zst")
    try FileManager.default.moveItem(atPath: path, toPath: moved)
    let name = configuration.models[0].name
    let missing = try #require(throws: InputError.self) { try Sweep(reopening: store) }
    #expect(missing.kind == .model && missing.subject == path)
    #expect(missing.remedy.contains("--model \(name)=PATH"))
    _ = try Sweep(reopening: store, paths: [(name, moved)])

    let other = try #require(throws: InputError.self) {
      try Sweep(reopening: store, paths: [(name, "matrix-capsules-small")])
    }
    #expect(other.kind == .model && other.problem.contains(configuration.models[0].sha256.prefix(12)))
    let nameless = try #require(throws: InputError.self) { try Sweep(reopening: store, paths: [("nets", moved)]) }
    #expect(nameless.kind == .usage && nameless.description.contains(name))
  }

  @Test("What the run says and this version or machine does not have is refused by name")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let sound = try configuration()
    func refusal(_ change: (inout RunConfiguration) -> Void) throws -> InputError {
      var changed = sound
      change(&changed)
      let store = try store(changed, in: folder)
      return try #require(throws: InputError.self) { try Sweep(reopening: store) }
    }
    let hash = try refusal { $0.models[0].sha256 = String(repeating: "0", count: 64) }
    #expect(hash.kind == .model && hash.subject == "cnn" && hash.problem.contains("000000000000"))
    let data = try refusal { $0.dataset.sha256 = String(repeating: "1", count: 64) }
    #expect(data.kind == .dataset && data.problem.contains("111111111111") && data.remedy.contains("--data"))
    #expect(try refusal { $0.dataset.imageIDsHash = "2" }.kind == .dataset)
    #expect(try refusal { $0.dataset.count = 11 }.problem.contains("11 images"))
    #expect(try refusal { $0.limit = -3 }.kind == .dataset)
    #expect(try refusal { $0.dataset.split = "validation" }.problem.contains("validation"))
    #expect(try refusal { $0.dataset.name = "letters" }.kind == .dataset)
    let attack = try refusal { $0.attacks[0].name = "deepfool" }
    #expect(attack.kind == .file && attack.subject.contains("deepfool"))
    #expect(try refusal { $0.attacks[0].description = "FGSM()" }.kind == .file)
  }
}
