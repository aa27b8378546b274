import Diagnostics
import Files
import Foundation

/// The hashes of the weights of the checkpoints that ship, which were written before checkpoints recorded them.
///
/// `weights.sha256` beside them has a line for each, made by `robust models hash`: the hash, two spaces, the file's name.
struct ShippedHashes {
  static let file = "weights.sha256"
  private let path: String
  private let hashes: [String: String]

  /// - Throws: `InputError(.file)` if the list can't be read.
  init(folder: String) throws {
    path = folder + "/" + Self.file
    let text = String(decoding: try FileReader.contents(of: path, limit: 1 << 16), as: UTF8.self)
    hashes = text.split(whereSeparator: \.isNewline).reduce(into: [:]) { hashes, line in
      let parts = line.split(separator: " ", maxSplits: 1)
      if parts.count == 2 { hashes[parts[1].trimmingCharacters(in: .whitespaces)] = String(parts[0]) }
    }
  }

  /// - Throws: `InputError(.file)` if the list lacks `name`.
  func hash(of name: String) throws -> String {
    guard let hash = hashes[name] else {
      throw InputError(
        .file, path, "lists no hash of \(name)", remedy: "install robust anew: its files are not of one version")
    }
    return hash
  }
}
