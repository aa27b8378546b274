public import Arrays
import Foundation
import Tensors

/// A model in a safetensors file: weights as tensors; architecture, configuration and history as metadata.
///
/// Metadata keys: `format` (`robust-checkpoint-1`), `architecture`, `configuration` (JSON), `name`, `weights_sha256`
/// (`WeightsHash`), and what `Provenance` adds: `recipe` (JSON), `dataset`, `dataset_sha256`, `epochs`, `test_accuracy`,
/// `test_count`, `tool_version`.
public enum Checkpoint {
  static let format = "robust-checkpoint-1"

  /// A model read from a file.
  public struct Loaded: Sendable {
    public let model: any Model
    public let provenance: Provenance
    /// For example `matrix-capsules`.
    public let architecture: String
    /// SHA-256 of the file's bytes, lower-case hexadecimal.
    public let sha256: String
    /// `WeightsHash` of what the file holds.
    public let weightsHash: String
    /// What the file, or for a shipped one the list beside it, says the hash is; nil: it says nothing.
    public internal(set) var recordedHash: String?
    /// How the weights are stored, if `write` can store them so again without a change: F32, or F16.
    public let precision: SafeTensors.Precision
  }

  /// Writes `model` to `path`, compressed if it ends in `.zst`.
  /// - Throws: `InputError(.output)` if it can't be written; an older file is then left as it was.
  public static func write(
    _ model: some Model, provenance: Provenance, to path: String, as precision: SafeTensors.Precision = .float32
  ) throws {
    let names = model.parameters.names
    let tensors = Dictionary(uniqueKeysWithValues: names.map { ($0, model.parameters[$0]) })
    var metadata = provenance.metadata
    metadata.merge(try required(model)) { $1 }
    metadata["weights_sha256"] = WeightsHash.of(SafeTensors.rounded(tensors, to: precision)) { _ in precision.rawValue }
    try SafeTensors(tensors: tensors, metadata: metadata).write(to: path, as: precision)
  }

  /// The metadata without which a file is no checkpoint, and the name.
  public static func required(_ model: some Model) throws -> [String: String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return [
      "format": format, "architecture": type(of: model.configuration).architecture,
      "configuration": String(decoding: try encoder.encode(model.configuration), as: UTF8.self), "name": model.name,
    ]
  }
}
