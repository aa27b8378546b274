import Diagnostics
package import Foundation

/// A folder that a command writes its results into: a new or an empty one, or one with results of the same command.
///
/// Other files in it stay as they are.
package struct ResultFolder: Sendable {
  /// What a command writes into its folder.
  package struct Contents: Sendable {
    /// In messages: `robust compare`.
    package let command: String
    /// The file that is written first, by which the folder is known again.
    package let key: String
    package let form: OutputForm
    /// Whether a file of that name is the command's.
    package let isOwn: @Sendable (String) -> Bool

    package init(command: String, key: String, form: OutputForm, isOwn: @escaping @Sendable (String) -> Bool) {
      (self.command, self.key, self.form, self.isOwn) = (command, key, form, isOwn)
    }
  }

  package let url: URL
  /// Those that were not there, the outermost first.
  private let made: [String]
  private let descriptor: CInt

  /// Makes the folder at `path`, if need be, and keeps other processes out of it.
  ///
  /// - Throws: `InputError(.output)` if it can't be written, holds anything else than results of the same command, or if
  ///   another process is at work there; `.usage` if `path` is empty. It is then as it was.
  package init(_ path: String, for contents: Contents) throws {
    switch try OutputPlace(path, option: "\(Setting.folder)", isFolder: true) {
    case .nothing:
      (url, made) = (URL(filePath: path, directoryHint: .isDirectory), try Self.makeFolders(path))
    case .folder(let real, let names):
      try Self.check(names, in: real, path, contents)
      (url, made) = (URL(filePath: real, directoryHint: .isDirectory), [])
    default: preconditionFailure("OutputPlace: \(path) is no folder")
    }
    descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // Where folders can't be locked, the last one to write wins.
    guard descriptor < 0 || flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      Foundation.close(descriptor)
      throw InputError(
        .output, path, "another robust is at work there", remedy: "wait for it to end, or name another folder")
    }
  }

  /// Lets others in, and leaves no folder behind in which nothing was written.
  package func close() {
    if descriptor >= 0 { Foundation.close(descriptor) }
    for folder in made.reversed() { rmdir(folder) }
  }

  private static func check(_ names: [String], in folder: String, _ path: String, _ contents: Contents) throws {
    let others = names.filter { !TemporaryName.isTemporary($0, of: contents.key) }
    guard let first = others.first else { return }
    let key = PathParts.join(folder, contents.key)
    guard PathKind(at: key) == .file, contents.form.matches(key) else {
      throw InputError(
        .output, path,
        "holds other files (\(first)\(others.count > 1 ? ", …" : "")) and no result of `\(contents.command)`",
        remedy: "name a new or an empty folder")
    }
    for name in others where contents.isOwn(name) {
      let kind = PathKind(at: PathParts.join(folder, name))
      guard kind == .file || kind == nil else {
        throw InputError(
          .output, PathParts.join(path, name), "is \(kind!.words), and a file is to be written there",
          remedy: "remove it, or name another folder")
      }
    }
  }

  /// Makes the folder at `path` and those that it lies in.
  ///
  /// - Returns: the new ones, the outermost first.
  /// - Throws: `InputError(.output)` if that is impossible; none is then left.
  package static func makeFolders(_ path: String) throws -> [String] {
    var missing: [String] = []
    var folder = path
    while !folder.isEmpty, PathKind(at: folder, following: true) == nil {
      missing.append(folder)
      folder = PathParts.folder(folder)
    }
    var made: [String] = []
    for folder in missing.reversed() {
      guard mkdir(folder, 0o777) == 0 else {
        let code = errno
        // `a/../b` names folders more than once, and another process may be faster.
        if code == EEXIST, PathKind(at: folder, following: true) == .folder { continue }
        for folder in made.reversed() { rmdir(folder) }
        throw InputError(
          .output, path, "the folder can't be made: \(OpenFile.message(code))",
          remedy: code == ENAMETOOLONG ? "choose a shorter name" : "name a folder in a place that you may write to")
      }
      made.append(folder)
    }
    return made
  }
}
