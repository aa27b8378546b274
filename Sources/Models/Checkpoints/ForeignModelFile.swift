import Diagnostics
import Files

/// Files of other programs where a checkpoint is expected.
enum ForeignModelFile {
  /// - Throws: `InputError(.model)` that names what lies at `path`, if it is known and no checkpoint.
  static func refuse(_ path: String) throws {
    guard let kind = FileKind(ofFile: path), let remedy = remedy(kind, path) else { return }
    throw InputError(.model, path, "is \(kind.description), not a checkpoint in the safetensors format", remedy: remedy)
  }

  /// What to do with the files of other frameworks.
  private static let export =
    "write its weights into a safetensors file, under the names and in the shapes that `\(Action.showTensors)` lists, "
    + "with the metadata that it prints; docs/file-formats.md has an example"

  private static func remedy(_ kind: FileKind, _ path: String) -> String? {
    switch kind {
    case .safetensors: nil
    // The reader says what is wrong with the stream.
    case .gzip, .zstd: nil
    case .pytorch, .legacyPyTorch, .pickle, .hdf5, .keras, .onnx, .savedModel, .savedModelFolder, .tensorFlowCheckpoint,
      .tensorFlowLite, .coreML, .coreMLFolder, .gguf, .numpy, .npz, .matlab:
      export
    default:
      kind.remedy
        ?? "name a checkpoint written by `\(Action.train())`, or one that ships (`\(Action.listModels)` lists them)"
    }
  }
}
