import Arrays
import Attacks
import Datasets
import Diagnostics
import Files
import Foundation
import Models
import Runs
import Sweeps
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
      norm: LInfinity(), goals: [.target(3), .untargeted],
      budgets: try BudgetList(parsing: "0,8/255", norm: LInfinity()).all, limit: limit,
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
    #expect(missing.remedy.contains("models: \(name)=PATH"))
    _ = try Sweep(reopening: store, places: RunPlaces(models: [(name, moved)]))

    let other = try #require(throws: InputError.self) {
      try Sweep(reopening: store, places: RunPlaces(models: [(name, "matrix-capsules-small")]))
    }
    #expect(other.kind == .model && other.problem.contains(configuration.models[0].sha256.prefix(12)))
    // The hash tells which model an unnamed file is.
    _ = try Sweep(reopening: store, places: RunPlaces(models: [(nil, moved)]))
    let stranger = try folder.write(Data("weights".utf8), to: "stranger.safetensors")
    let unknown = try #require(throws: InputError.self) {
      try Sweep(reopening: store, places: RunPlaces(models: [(nil, stranger)]))
    }
    #expect(unknown.subject == stranger && unknown.problem.contains(configuration.models[0].sha256.prefix(12)))
    let nameless = try #require(throws: InputError.self) {
      try Sweep(reopening: store, places: RunPlaces(models: [("nets", moved)]))
    }
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
    #expect(data.kind == .dataset && data.problem.contains("111111111111") && data.remedy.contains("data: DIR"))
    #expect(try refusal { $0.dataset.imageIDsHash = "2" }.kind == .dataset)
    #expect(try refusal { $0.dataset.count = 11 }.problem.contains("11 images"))
    #expect(try refusal { $0.limit = -3 }.kind == .dataset)
    #expect(try refusal { $0.dataset.split = "validation" }.problem.contains("validation"))
    #expect(try refusal { $0.dataset.name = "letters" }.kind == .dataset)
    let attack = try refusal { $0.attacks[0].name = "deepfool" }
    #expect(attack.kind == .file && attack.subject.contains("deepfool"))
    #expect(try refusal { $0.attacks[0].description = "FGSM()" }.kind == .file)
  }

  /// A run on images of one's own, with the file at `path` as the user wrote it.
  private func ownImages(_ path: String) throws -> RunConfiguration {
    var configuration = try configuration(limit: nil)
    let images = try DatasetCatalog().load(path, classCount: 10)
    configuration.dataset = .init(images)
    return configuration
  }

  private func images(_ folder: TemporaryFolder, _ name: String, first: UInt8 = 7) throws -> String {
    let bytes = [first] + (1..<3 * 784).map { UInt8($0 % 251) }
    let arrays = [
      (name: "images", array: NumericArray(bytes, shape: [3, 28, 28])),
      (name: "labels", array: NumericArray([3, 1, 4])),
    ]
    return try folder.write(NPZ.encoded(arrays), to: name)
  }

  @Test("Images of one's own are those of their hash, wherever they lie and however the path is written")
  func movedImages() throws {
    let folder = try TemporaryFolder()
    let path = try images(folder, "d.npz")
    let configuration = try ownImages(path)
    #expect(configuration.dataset.name == "d.npz" && configuration.dataset.source == path)
    let crooked = folder.path + "/./../" + (folder.path as NSString).lastPathComponent + "/d.npz"
    try FileManager.default.createSymbolicLink(atPath: folder("link.npz"), withDestinationPath: path)
    for other in [crooked, folder("link.npz")] {
      #expect(try ownImages(other).configurationHash == configuration.configurationHash)
    }
    let store = try store(configuration, in: folder)
    _ = try Sweep(reopening: store)

    try FileManager.default.moveItem(atPath: path, toPath: folder("moved.npz"))
    let missing = try #require(throws: InputError.self) { try Sweep(reopening: store) }
    #expect(missing.kind == .dataset && missing.subject == path && missing.remedy.contains("dataset: d.npz=PATH"))
    let sweep = try Sweep(reopening: store, places: RunPlaces(dataset: folder("moved.npz")))
    #expect(sweep.dataset.name == "d.npz" && sweep.configuration == configuration)

    // Another file in the old place: both hashes are told, and one pixel is enough.
    let other = try ownImages(images(folder, "d.npz", first: 8))
    #expect(other.configurationHash != configuration.configurationHash)
    let wrong = try #require(throws: InputError.self) { try Sweep(reopening: store) }
    #expect(wrong.problem.contains(configuration.dataset.sha256.prefix(12)))
    #expect(wrong.problem.contains(other.dataset.sha256.prefix(12)) && wrong.remedy.contains("dataset: d.npz=PATH"))
  }

  @Test("Runs of versions that hashed the file and had its path for a name go on")
  func formerRuns() throws {
    let folder = try TemporaryFolder()
    let path = try images(folder, "d.npz")
    var former = try ownImages(path)
    former.dataset.name = path
    former.dataset.source = nil
    former.dataset.sha256 = try Checksum.sha256(ofFile: path)
    let store = try store(former, in: folder)
    #expect(try Sweep(reopening: store).configuration == former)
    try FileManager.default.moveItem(atPath: path, toPath: folder("moved.npz"))
    _ = try Sweep(reopening: store, places: RunPlaces(dataset: folder("moved.npz")))
  }

  @Test("A model that ships may have been given another name")
  func renamedModel() throws {
    let folder = try TemporaryFolder()
    var renamed = try configuration()
    renamed.models[0].name = "mine"
    let sweep = try Sweep(reopening: store(renamed, in: folder))
    #expect(sweep.models.map(\.name) == ["mine"])
  }

  @Test("A data set that is known by name may lie in another folder")
  func movedFolder() throws {
    let folder = try TemporaryFolder()
    let store = try store(try configuration(), in: folder)
    let error = try #require(throws: InputError.self) {
      try Sweep(reopening: store, places: RunPlaces(dataset: folder("nowhere")))
    }
    #expect(error.kind == .usage && error.problem.contains("fashion-mnist-1000"))
    _ = try Sweep(reopening: store, places: RunPlaces(dataset: folder.path))
  }
}
