import Files
import Foundation
import ONNX

/// Models in the format of ONNX, which PyTorch, TensorFlow, Keras, scikit-learn and others export.
enum ONNXFile: ForeignClassifier {
  static let kind = "onnx"
  static let extensions = [".onnx", ".onnx.zst", ".onnx.gz"]

  /// By its content; by its name, if nothing is there or it is of no known kind.
  static func recognises(_ name: String) -> Bool {
    guard let kind = FileKind(ofFile: name) else { return extensions.contains { name.lowercased().hasSuffix($0) } }
    return kind == .onnx
  }

  static func load(
    _ name: String, as chosen: String?, preprocessing: InputPreprocessing?
  ) throws -> LoadedClassifier {
    let options = ONNXClassifier.Options(layout: preprocessing?.layout, imageShape: preprocessing?.inputShape?.shape)
    let classifier = try ONNXClassifier(reading: name, name: chosen, options: options)
    return LoadedClassifier(
      classifier, kind: kind, sha256: classifier.sha256, parameterCount: classifier.summary.parameterCount,
      notes: classifier.summary.notes, preprocessing: preprocessing)
  }

  static func sha256(of name: String) throws -> String { try ONNXClassifier.sha256(ofFile: name) }
}
