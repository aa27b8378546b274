import Arrays
import Diagnostics
import Foundation
import Kernels
import Models
import Tensors
import TestSupport
import Testing

struct CheckpointTests {
  static func small() throws -> MatrixCapsules {
    var configuration = MatrixCapsules.Configuration()
    configuration.inputShape = [2, 18, 17]
    configuration.classCount = 3
    configuration.channels = 3
    configuration.primaryTypes = 2
    configuration.firstTypes = 2
    configuration.secondTypes = 2
    configuration.iterations = 2
    configuration.temperature = .ramp(first: 0.5, step: 0.25)
    return try MatrixCapsules(configuration: configuration, name: "tiny", seed: 4)
  }

  @Test(arguments: ["model.safetensors", "model.safetensors.zst"])
  func roundTrip(file: String) throws {
    let folder = try TemporaryFolder()
    let model = try Self.small()
    var provenance = Checkpoint.Provenance()
    provenance.recipe = #"{"epochs":3}"#
    provenance.dataset = "toy"
    provenance.epochs = 3
    provenance.testAccuracy = 0.875
    provenance.testCount = 8
    try Checkpoint.write(model, provenance: provenance, to: folder(file))
    let loaded = try Checkpoint.read(folder(file))
    let read = try #require(loaded.model as? MatrixCapsules)
    #expect(read.configuration == model.configuration && read.name == "tiny")
    #expect(read.parameters.names == model.parameters.names && read.parameters.values == model.parameters.values)
    #expect(loaded.provenance == provenance)
    #expect(loaded.sha256 == (try Checkpoint.read(folder(file))).sha256)
  }

  /// Checkpoints written before there were mixing proportions name no rule.
  @Test func aConfigurationWithoutActivationRuleIsLogistic() throws {
    let folder = try TemporaryFolder()
    let path = folder("model.safetensors")
    var configuration = try Self.small().configuration
    configuration.activationRule = .mixingProportion
    try Checkpoint.write(MatrixCapsules(configuration: configuration, seed: 1), provenance: .init(), to: path)
    func read() throws -> MatrixCapsules.Configuration? {
      (try Checkpoint.read(path).model as? MatrixCapsules)?.configuration
    }
    #expect(try read() == configuration)
    var file = try SafeTensors(contentsOf: path)
    let named = try #require(file.metadata["configuration"])
    let without = named.replacing(#""activationRule":"mixing-proportion","#, with: "")
    #expect(without != named)
    file.metadata["configuration"] = without
    try file.write(to: path)
    configuration.activationRule = .logistic
    #expect(try read() == configuration)
  }

  /// Nor how fresh weights begin.
  @Test func aConfigurationWithoutInitializationBeganAsUsual() throws {
    let folder = try TemporaryFolder()
    let path = folder("model.safetensors")
    var configuration = try Self.small().configuration
    configuration.initialization = .calibrated
    try Checkpoint.write(MatrixCapsules(configuration: configuration, seed: 1), provenance: .init(), to: path)
    var file = try SafeTensors(contentsOf: path)
    let named = try #require(file.metadata["configuration"])
    let without = named.replacing(#""initialization":"calibrated","#, with: "")
    #expect(without != named)
    file.metadata["configuration"] = without
    try file.write(to: path)
    configuration.initialization = .usual
    #expect((try Checkpoint.read(path).model as? MatrixCapsules)?.configuration == configuration)
  }

  @Test(arguments: [nil, Decoder.Configuration(hiddenUnits: [5, 6])])
  func dynamicCapsulesGoThere(decoder: Decoder.Configuration?) throws {
    let folder = try TemporaryFolder()
    var configuration = DynamicCapsules.Configuration()
    configuration.inputShape = [2, 18, 17]
    configuration.classCount = 3
    configuration.channels = 4
    configuration.primaryTypes = 2
    configuration.iterations = 2
    configuration.decoder = decoder
    let model = try DynamicCapsules(configuration: configuration, name: "tiny", seed: 4)
    #expect(model.parameters.names == model.parameterShapes.map(\.name))
    #expect(model.parameters.values.map(\.shape) == model.parameterShapes.map(\.shape))
    try Checkpoint.write(model, provenance: .init(), to: folder("model.safetensors"))
    let loaded = try Checkpoint.read(folder("model.safetensors"))
    let read = try #require(loaded.model as? DynamicCapsules)
    #expect(loaded.architecture == "dynamic-capsules" && read.configuration == configuration)
    #expect(read.parameters.values == model.parameters.values)
  }

  /// Configurations from before there were decoders have none.
  @Test func configurationsWithoutADecoderAreRead() throws {
    let folder = try TemporaryFolder()
    let path = folder("model.safetensors")
    try Checkpoint.write(Self.small(), provenance: .init(), to: path)
    let json = try #require(try SafeTensors(contentsOf: path).metadata["configuration"])
    #expect(!json.contains("decoder"))
    #expect(try Checkpoint.read(path).model.decoder == nil)
  }

  /// A file whose tensors or metadata were changed after writing.
  @Test(arguments: [
    ("format", "robust-checkpoint-9"), ("architecture", "transformer"), ("configuration", "{}"),
    ("configuration", #"{"classCount":99999999}"#),
  ])
  func wrongMetadata(change: (key: String, value: String)) throws {
    let folder = try TemporaryFolder()
    let path = folder("model.safetensors")
    try Checkpoint.write(Self.small(), provenance: .init(), to: path)
    var file = try SafeTensors(contentsOf: path)
    file.metadata[change.key] = change.value
    try file.write(to: path)
    let error = #expect(throws: InputError.self) { try Checkpoint.read(path) }
    #expect(error?.kind == .model && error?.subject == path)
  }

  @Test func missingAndMisshapenTensors() throws {
    let folder = try TemporaryFolder()
    let path = folder("model.safetensors")
    try Checkpoint.write(Self.small(), provenance: .init(), to: path)
    let sound = try SafeTensors(contentsOf: path)
    var missing = sound
    missing.tensors["classes.weight"] = nil
    try missing.write(to: path)
    #expect(throws: InputError.self) { try Checkpoint.read(path) }
    var misshapen = sound
    let weight = sound.tensors["classes.weight"]!
    misshapen.tensors["classes.weight"] = weight.reshaped(to: [weight.count])
    try misshapen.write(to: path)
    let error = #expect(throws: InputError.self) { try Checkpoint.read(path) }
    #expect(error?.problem.contains("classes.weight") == true)
  }

  @Test func unknownNamesAndMissingFiles() {
    #expect(throws: InputError.self) { try ModelCatalog.load("matrix-capsule-small") }
    #expect(throws: InputError.self) { try ModelCatalog.load("./nowhere.safetensors") }
    #expect(throws: InputError.self) { try ModelCatalog.load("matrix-capsules-full") }
  }

  @Test func counted() throws {
    let model = try Self.small()
    #expect(MatrixCapsules.parameterCount(of: model.configuration) == model.parameters.count)
    var vector = model.configuration
    vector.poseStructure = .vector
    #expect(
      try MatrixCapsules.parameterCount(of: vector) == MatrixCapsules(configuration: vector, seed: 1).parameters.count)
    let cnn = try CNN(configuration: .init(), seed: 1)
    #expect(CNN.parameterCount(of: cnn.configuration) == cnn.parameters.count)
  }

  /// The checkpoints that ship are finished ones: evaluated on all test images, and no worse than documented.
  @Test(arguments: ModelCatalog.Shipped.allCases)
  func shippedCheckpoints(_ shipped: ModelCatalog.Shipped) throws {
    let loaded = try ModelCatalog.load(shipped.rawValue)
    #expect(loaded.model.name == shipped.rawValue)
    let accuracy = try #require(loaded.provenance.testAccuracy)
    if shipped.rawValue.hasSuffix("-toynorb") {
      #expect(loaded.provenance.testCount == 24_300 && accuracy >= 0.86)
      #expect(loaded.model.inputShape == [2, 48, 48] && loaded.model.classCount == 5)
    } else {
      #expect(loaded.provenance.testCount == 10_000 && accuracy >= 0.87)
      #expect(loaded.model.inputShape == [1, 28, 28] && loaded.model.classCount == 10)
    }
  }

  @Test func impossibleConfigurations() {
    var capsules = MatrixCapsules.Configuration.small
    capsules.inputShape = [1, 16, 28]
    #expect(throws: InputError.self) { try capsules.validate() }
    capsules = .small
    capsules.iterations = 6
    #expect(throws: InputError.self) { try capsules.validate() }
    capsules = .small
    capsules.activationRule = .mixingProportion
    capsules.iterations = 1
    #expect(throws: InputError.self) { try capsules.validate() }
    capsules = .small
    capsules.classCount = 1
    #expect(throws: InputError.self) { try capsules.validate() }
    capsules = .small
    capsules.decoder = .init(hiddenUnits: [])
    #expect(throws: InputError.self) { try capsules.validate() }
    for change in [
      { $0.inputShape = [1, 16, 28] }, { $0.iterations = 0 }, { $0.classCount = 1 }, { $0.primaryElements = 0 },
      { $0.channels = 2000 }, { $0.decoder = .init(hiddenUnits: [0]) }, { $0.decoder!.lossWeight = .nan },
    ] as [(inout DynamicCapsules.Configuration) -> Void] {
      var dynamic = DynamicCapsules.Configuration()
      change(&dynamic)
      #expect(throws: InputError.self) { try dynamic.validate() }
    }
    var cnn = CNN.Configuration()
    cnn.inputShape = [1, 3, 28]
    #expect(throws: InputError.self) { try cnn.validate() }
    cnn = CNN.Configuration()
    cnn.dropout = 1
    #expect(throws: InputError.self) { try cnn.validate() }
  }
}
