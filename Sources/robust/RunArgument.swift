import Diagnostics
import Files
import Foundation
import Runs

extension RunStore {
  /// The store of the run that `path` names: its folder, or the `run.sqlite` in it.
  ///
  /// - Throws: `InputError` of kind `.file` if there is none, or it can't be read: a run that is only read is an input.
  static func openRun(_ path: String) throws -> RunStore {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw InputError(.file, path, "there is no such run", remedy: "name the folder that `robust sweep` wrote")
    }
    // A link that the user names is followed; none inside the folder is.
    let real = isFolder.boolValue ? path : OutputPlace.real(path)
    let url = URL(filePath: real, directoryHint: isFolder.boolValue ? .isDirectory : .notDirectory)
    return try asInput { try open(at: isFolder.boolValue ? url.appending(path: "run.sqlite") : url) }
  }

  /// What `body` makes of a run that it only reads.
  ///
  /// - Throws: what `body` throws, with `InputError` of kind `.output` as one of kind `.file`.
  static func asInput<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as InputError where error.kind == .output {
      throw InputError(.file, error.subject, error.problem, remedy: error.remedy)
    }
  }
}
