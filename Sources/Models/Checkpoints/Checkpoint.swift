public import Arrays
import Files
import Foundation
import Tensors

/// A model in a safetensors file: weights as tensors; architecture, configuration and history as metadata.
///
/// Metadata keys: `format` (`robust-checkpoint-1`), `architecture`, `configuration` (JSON), `name`, and what `Provenance`
/// adds: `recipe` (JSON), `dataset`, `dataset_sha256`, `epochs`, `test_accuracy`, `test_count`, `tool_version`.
public enum Checkpoint {
  static let format = "robust-checkpoint-1"

  /// How the weights came about; every field is optional.
  public struct Provenance: Sendable, Equatable {
    /// The training recipe as JSON.
    public var recipe: String?
    public var dataset: String?
    public var datasetHash: String?
    public var epochs: Int?
    /// Accuracy on `testCount` test images, in [0, 1].
    public var testAccuracy: Double?
    public var testCount: Int?
    public var toolVersion: String?

    public init() {}

    fileprivate init(_ metadata: [String: String]) {
      recipe = metadata["recipe"]
      dataset = metadata["dataset"]
      datasetHash = metadata["dataset_sha256"]
      epochs = metadata["epochs"].flatMap { Int($0) }
      testAccuracy = metadata["test_accuracy"].flatMap { Double($0) }
      testCount = metadata["test_count"].flatMap { Int($0) }
      toolVersion = metadata["tool_version"]
    }

    fileprivate var metadata: [String: String] {
      let fields: [(String, String?)] = [
        ("recipe", recipe), ("dataset", dataset), ("dataset_sha256", datasetHash), ("epochs", epochs.map { "\($0)" }),
        ("test_accuracy", testAccuracy.map { "\($0)" }), ("test_count", testCount.map { "\($0)" }),
        ("tool_version", toolVersion),
      ]
      return Dictionary(uniqueKeysWithValues: fields.compactMap { key, value in value.map { (key, $0) } })
    }
  }

  /// A model read from a file.
  public struct Loaded: Sendable {
    public let model: any Model
    public let provenance: Provenance
    /// For example `matrix-capsules`.
    public let architecture: String
    /// SHA-256 of the file's bytes, lower-case hexadecimal.
    public let sha256: String
  }

  /// Writes `model` to `path`, compressed if it ends in `.zst`.
  /// - Throws: `InputError(.output)` if it can't be written; an older file is then left as it was.
  public static func write(
    _ model: some Model, provenance: Provenance, to path: String, as precision: SafeTensors.Precision = .float32
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    var metadata = provenance.metadata
    metadata["format"] = format
    metadata["architecture"] = type(of: model.configuration).architecture
    metadata["configuration"] = String(decoding: try encoder.encode(model.configuration), as: UTF8.self)
    metadata["name"] = model.name
    let names = model.parameters.names
    let tensors = Dictionary(uniqueKeysWithValues: names.map { ($0, model.parameters[$0]) })
    try SafeTensors(tensors: tensors, metadata: metadata).write(to: path, as: precision)
  }

  /// Reads the model in the file at `path`.
  /// - Parameter name: what reports call it; by default, what the file says.
  /// - Throws: `InputError(.model)` if the file is missing or corrupt, or does not hold what its metadata says.
  public static func read(_ path: String, name: String? = nil) throws -> Loaded {
    let file = try SafeTensors(contentsOf: path)
    func fail(_ problem: String) -> InputError {
      InputError(
        .model, path, problem,
        remedy: "use a checkpoint written by `robust train`; `robust models` lists those that ship with robust")
    }
    guard file.metadata["format"] == format else {
      throw fail(
        "the safetensors metadata says format “\(file.metadata["format"] ?? "nothing")”, expected “\(format)”")
    }
    guard let architecture = file.metadata["architecture"], let json = file.metadata["configuration"] else {
      throw fail("the metadata names no architecture or configuration")
    }
    let chosen = name ?? file.metadata["name"] ?? architecture
    let model: any Model
    switch architecture {
    case CNN.Configuration.architecture:
      model = try restore(CNN.self, file, json, chosen, path, fail)
    case MatrixCapsules.Configuration.architecture:
      model = try restore(MatrixCapsules.self, file, json, chosen, path, fail)
    case DynamicCapsules.Configuration.architecture:
      model = try restore(DynamicCapsules.self, file, json, chosen, path, fail)
    default:
      throw fail("unknown architecture “\(architecture)”")
    }
    return Loaded(
      model: model, provenance: Provenance(file.metadata), architecture: architecture,
      sha256: try Checksum.sha256(ofFile: path))
  }

  private static func restore<M: Model>(
    _ type: M.Type, _ file: SafeTensors, _ json: String, _ name: String, _ path: String, _ fail: (String) -> InputError
  ) throws -> M {
    let configuration: M.Configuration
    do {
      configuration = try JSONDecoder().decode(M.Configuration.self, from: Data(json.utf8))
    } catch {
      throw fail("its configuration can't be read: \(error)")
    }
    do {
      try configuration.validate()
    } catch let error as InputError {
      throw InputError(.model, path, error.problem, remedy: error.remedy)
    }
    // The tensors must account for the configuration before weights of its sizes are made.
    let given = file.tensors.values.reduce(0) { $0 + $1.count }
    guard M.parameterCount(of: configuration) == given else {
      throw fail("it holds \(given) weights; its configuration needs \(M.parameterCount(of: configuration))")
    }
    var model = try M(configuration: configuration, name: name)
    for (name, expected) in model.parameterShapes {
      guard let tensor = file.tensors[name] else { throw fail("tensor “\(name)” is missing") }
      guard tensor.shape == expected else {
        throw fail("tensor “\(name)” has shape \(tensor.shape), expected \(expected)")
      }
      model.parameters[name] = tensor
    }
    return model
  }
}
