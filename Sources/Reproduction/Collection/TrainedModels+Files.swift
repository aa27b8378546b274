import Datasets
import Diagnostics
import Files
import Foundation
import Models

extension TrainedModels {
  /// How the network in the file at `path` was trained.
  static func account(ofCheckpoint path: String) throws -> TrainedModel.Account {
    try Files.read(TrainedModel.Account.self, path.replacing(/\.safetensors$/, with: ".json"))
  }

  /// The files of one network: the checkpoint is written last, so that one that is there is complete.
  struct Files {
    private let stem: String

    var checkpoint: String { stem + ".safetensors" }
    /// How training went.
    var account: String { stem + ".json" }
    /// From where interrupted training goes on.
    var state: String { stem + ".training" }
    /// The best weights so far, and the evaluations, of training that stops at a match.
    var best: String { stem + ".best.safetensors" }
    private var curvePath: String { stem + ".curve.json" }

    init(folder: String, _ variant: Variant, _ images: Dataset, _ match: Match?) throws {
      var identity = try variant.identity()
      identity.append(Data(images.identity.utf8))
      if let match { identity.append(Data("\(match.images.identity) \(match.errors) \(match.interval)".utf8)) }
      stem = PathParts.join(folder, "\(variant.name)-\(Checksum.sha256(of: identity).prefix(8))")
    }

    var isComplete: Bool {
      [checkpoint, account].allSatisfy { FileManager.default.fileExists(atPath: $0) }
    }

    /// The network, if it is complete.
    /// - Throws: `InputError` if its files can't be read.
    func load(_ variant: Variant) throws -> TrainedModel? {
      guard isComplete else { return nil }
      let loaded = try Checkpoint.read(checkpoint, name: variant.name)
      return TrainedModel(
        variant: variant, model: loaded.model, path: checkpoint, sha256: loaded.sha256,
        account: try Self.read(TrainedModel.Account.self, account))
    }

    func write(
      _ model: some Model, _ provenance: Checkpoint.Provenance, _ account: TrainedModel.Account
    ) throws {
      try AtomicFile.write(try JSONEncoder.readable.encode(account), to: self.account)
      try Checkpoint.write(model, provenance: provenance, to: checkpoint)
      for path in [state, best, curvePath] {
        try? FileManager.default.removeItem(atPath: path)
        TemporaryName.removeStale(of: PathParts.name(path), in: PathParts.folder(path))
      }
    }

    func curve() throws -> MatchedStopping? {
      guard FileManager.default.fileExists(atPath: curvePath) else { return nil }
      return try Self.read(MatchedStopping.self, curvePath)
    }

    func setCurve(_ curve: MatchedStopping) throws {
      try AtomicFile.write(try JSONEncoder.compact.encode(curve), to: curvePath)
    }

    fileprivate static func read<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
      do {
        return try JSONDecoder().decode(type, from: FileReader.contents(of: path, limit: 1 << 26))
      } catch is DecodingError {
        throw InputError(
          .file, path, "is not what was written there", remedy: "remove it, and the training is done anew")
      }
    }
  }
}
