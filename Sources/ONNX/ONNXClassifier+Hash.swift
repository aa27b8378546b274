import Files
import Foundation

extension ONNXClassifier {
  /// SHA-256 of the file at `path` and of those beside it that hold its weights: what `sha256` of a classifier is.
  /// - Throws: `InputError(.model)` if it can't be read.
  public static func sha256(ofFile path: String) throws -> String { try sha256(of: ONNXModel.read(path), at: path) }

  /// The hash of the file alone, or that of the hashes of all files, a line each in the order in which it names them.
  static func sha256(of model: ONNXModel, at path: String) throws -> String {
    let folder = (path as NSString).deletingLastPathComponent
    let files = [path] + model.externalFiles.map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
    let hashes = try files.map { try Checksum.sha256(ofFile: $0) }
    return hashes.count == 1 ? hashes[0] : Checksum.sha256(of: Data(hashes.joined(separator: "\n").utf8))
  }
}
