import Arrays
import Diagnostics
import Files
import Foundation
import Tensors

extension Checkpoint {
  /// Reads the model in the file at `path`.
  ///
  /// - Parameters:
  ///   - name: what reports call it; by default, what the file says.
  ///   - expectedHash: the hash that the weights must have besides the recorded one.
  ///   - verifiesWeights: whether weights are refused that do not have the recorded hash.
  /// - Throws: `InputError(.model)` if the file is missing, corrupt or of another program, or does not hold what its metadata
  ///   say.
  public static func read(
    _ path: String, name: String? = nil, expectedHash: String? = nil, verifiesWeights: Bool = true
  ) throws -> Loaded {
    try ForeignModelFile.refuse(path)
    let file = try SafeTensors(contentsOf: path)
    let reader = CheckpointReader(file: file, path: path)
    let (architecture, json) = try reader.identity()
    let chosen = name ?? file.metadata["name"] ?? architecture
    let model: any Model
    switch architecture {
    case CNN.Configuration.architecture: model = try reader.model(CNN.self, json, chosen)
    case MatrixCapsules.Configuration.architecture: model = try reader.model(MatrixCapsules.self, json, chosen)
    case DynamicCapsules.Configuration.architecture: model = try reader.model(DynamicCapsules.self, json, chosen)
    default:
      throw reader.failure(
        "unknown architecture “\(architecture)”; known are cnn, matrix-capsules and dynamic-capsules")
    }
    let hash = WeightsHash.of(file)
    let recorded = file.metadata["weights_sha256"]
    if verifiesWeights {
      for wanted in [recorded, expectedHash].compactMap(\.self) {
        try WeightsHash.verify(file, hash: hash, recorded: wanted, path: path)
      }
    }
    return Loaded(
      model: model, provenance: try Provenance(file.metadata, path: path), architecture: architecture,
      sha256: try Checksum.sha256(ofFile: path), weightsHash: hash, recordedHash: recorded ?? expectedHash,
      precision: Set(file.types.values) == [SafeTensors.Precision.float16.rawValue] ? .float16 : .float32)
  }
}

/// Makes the model of a checkpoint whose file has been read.
private struct CheckpointReader {
  let file: SafeTensors
  let path: String

  func failure(_ problem: String, remedy: String? = nil) -> InputError {
    InputError(
      .model, path, problem,
      remedy: remedy
        ?? "use a checkpoint written by `\(Action.train())`; `\(Action.listModels)` lists those that ship with robust")
  }

  /// The architecture and the configuration's JSON.
  func identity() throws -> (architecture: String, configuration: String) {
    if file.metadata["format"] == nil, file.metadata["steps"] != nil, file.metadata["recipe"] != nil {
      throw failure(
        "is the state of a training run, not a checkpoint",
        remedy:
          "name the checkpoint beside it, or let the command that was stopped go on with \(Action.restoreTraining)")
    }
    guard file.metadata["format"] == Checkpoint.format else {
      throw failure(
        "the safetensors metadata says format “\(file.metadata["format"] ?? "nothing")”, expected “\(Checkpoint.format)”",
        remedy:
          "save the tensors again with the metadata, and under the names, that `\(Action.showTensors)` "
          + "prints; docs/file-formats.md has an example")
    }
    guard let architecture = file.metadata["architecture"], let json = file.metadata["configuration"] else {
      throw failure("the metadata names no architecture or configuration")
    }
    return (architecture, json)
  }

  func model<M: Model>(_ type: M.Type, _ json: String, _ name: String) throws -> M {
    var model = try M(configuration: configuration(M.self, json), name: name)
    try requireTypes()
    try requireTensors(model.parameterShapes)
    for (name, _) in model.parameterShapes { model.parameters[name] = file.tensors[name]! }
    return model
  }

  private func configuration<M: Model>(_ type: M.Type, _ json: String) throws -> M.Configuration {
    let configuration: M.Configuration
    do {
      configuration = try JSONDecoder().decode(M.Configuration.self, from: Data(json.utf8))
    } catch {
      throw failure("its configuration can't be read: \(ConfigurationFields.words(error))")
    }
    let unknown = ConfigurationFields.unknown(
      in: Data(json.utf8), known: try JSONEncoder().encode(configuration), optional: M.Configuration.optionalFields)
    guard unknown.isEmpty else {
      throw failure(
        "its configuration has \(unknown.count == 1 ? "a field" : "fields") that \(M.Configuration.architecture) does not know: "
          + unknown.map { "“\($0)”" }.joined(separator: ", "),
        remedy:
          "if a newer version of robust wrote it, use that; a field that was added by hand has to go: what the network "
          + "does would not follow it")
    }
    if case .spread(let margin) = configuration.loss, !(margin > 0 && margin <= 1) {
      throw failure("its spread loss has the margin \(margin), expected more than 0 and at most 1")
    }
    do {
      try configuration.validate()
    } catch let error as InputError {
      throw InputError(.model, path, error.problem, remedy: error.remedy)
    }
    return configuration
  }

  /// Weights are floating-point numbers; integers are those of a quantised model, whose scales are lost.
  private func requireTypes() throws {
    guard let (name, type) = file.types.filter({ ["U8", "I64"].contains($0.value) }).min(by: { $0.key < $1.key }) else {
      return
    }
    throw failure(
      "tensor “\(name)” has elements of type \(type), which are no weights; F32, F16 and BF16 are",
      remedy: "save the model before it is quantised, or its weights converted back to F32")
  }

  /// The file holds the tensors called so in these shapes, and no other.
  private func requireTensors(_ expected: [(name: String, shape: Shape)]) throws {
    let missing = expected.map(\.name).filter { file.tensors[$0] == nil }
    let surplus = Set(file.tensors.keys).subtracting(expected.map(\.name)).sorted()
    guard missing.isEmpty, surplus.isEmpty else {
      let problems = [
        missing.isEmpty ? nil : "lacks \(Self.list(missing))",
        surplus.isEmpty ? nil : "holds \(Self.list(surplus)), which its configuration has no place for",
      ]
      throw failure(
        problems.compactMap(\.self).joined(separator: " and "),
        remedy: "give the file exactly the tensors of its configuration (docs/file-formats.md says which): "
          + Self.list(expected.map { "\($0.name) \($0.shape)" }, limit: 40, quote: ""))
    }
    for (name, shape) in expected {
      let given = file.tensors[name]!.shape
      guard given != shape else { continue }
      throw failure(
        "tensor “\(name)” has shape \(given), expected \(shape)",
        remedy: given.count == shape.count
          ? "give it that shape, by transposing it where need be: outputs come before inputs, as in PyTorch (docs/file-formats.md)"
          : "change `configuration` in the metadata to the sizes of these weights, or use the weights of this configuration"
      )
    }
  }

  private static func list(_ names: [String], limit: Int = 3, quote: String = "“") -> String {
    let shown = names.prefix(limit).map { quote.isEmpty ? $0 : "“\($0)”" }.joined(separator: ", ")
    let what = quote.isEmpty ? "" : names.count == 1 ? "the tensor " : "the tensors "
    return what + shown + (names.count > limit ? " and \(names.count - limit) more" : "")
  }
}
