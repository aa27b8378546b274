import Diagnostics
import Files
import Foundation

/// Files that hold a model, or anything else, in a form that can't be attacked.
enum OtherModelFile {
  /// - Throws: `InputError(.model)` that names what lies at `path` and how to come by something that can be used, if it is
  ///   known and neither an ONNX model nor a checkpoint.
  static func refuse(_ path: String) throws {
    guard let kind = FileKind(ofFile: path), let remedy = remedy(kind) else { return }
    throw InputError(
      .model, path, "is \(kind.description), neither an ONNX model nor a checkpoint of robust (safetensors)",
      remedy: remedy)
  }

  private static func remedy(_ kind: FileKind) -> String? {
    switch kind {
    // The readers say what is wrong with these.
    case .safetensors, .onnx, .gzip, .zstd: nil
    case .pytorch, .legacyPyTorch:
      "export the model, in Python: `torch.onnx.export(model.eval(), images[:1], \"net.onnx\")`, and name net.onnx"
    case .keras, .hdf5:
      "export the model, in Python: `keras.saving.load_model(path).export(\"net.onnx\", format=\"onnx\")`, and name net.onnx"
    case .savedModel, .savedModelFolder, .tensorFlowCheckpoint, .tensorFlowLite:
      "convert the model by tf2onnx (`python3 -m tf2onnx.convert`), and name the ONNX file"
    case .pickle:
      "export the model that it holds, in Python: by `torch.onnx.export`, or of scikit-learn by `skl2onnx.to_onnx`; then name "
        + "the ONNX file"
    case .coreML, .coreMLFolder, .gguf, .numpy, .npz, .matlab:
      "export the model as ONNX from the framework that it was made in, and name that file"
    default:
      kind.remedy
        ?? "name an ONNX file, a checkpoint written by `\(Action.train())`, or a model that ships (`\(Action.listModels)` lists "
        + "them)"
    }
  }
}
