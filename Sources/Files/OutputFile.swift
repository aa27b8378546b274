import Diagnostics
import Foundation

/// A file that a command is asked to write.
package struct OutputFile: Sendable {
  package let path: String
  package let option: String

  /// Makes sure, before any work, that `path` may be written.
  ///
  /// - Parameter form: of what the same command writes; `nil` if nothing is ever replaced.
  /// - Throws: `InputError(.output)` if it can't be written or holds anything else; `.usage` if `path` is empty.
  @discardableResult
  package init(_ path: String, option: String, replacing form: OutputForm?) throws {
    (self.path, self.option) = (path, option)
    guard case .file(let real) = try OutputPlace(path, option: option, isFolder: false) else { return }
    guard let form else {
      throw InputError(.output, path, "is there already", remedy: "name another file, or remove that one")
    }
    guard form.matches(real) else {
      throw InputError(
        .output, path, "holds something else than \(form.name), and would be lost",
        remedy: "name another file, or remove that one")
    }
  }

  /// - Throws: `InputError(.usage)` if two of `files` are the same.
  package static func requireDistinct(_ files: [OutputFile]) throws {
    var seen: [String: OutputFile] = [:]
    for file in files where PathKind(at: file.path, following: true) != .other {
      if OutputPlace.descriptor(file.path) != nil { continue }
      if let other = seen.updateValue(file, forKey: OutputPlace.real(file.path)) {
        throw InputError(
          .usage, "\(other.option) and \(file.option)", "both name \(file.path)", remedy: "name a file for each")
      }
    }
  }
}
