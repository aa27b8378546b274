import Diagnostics
import Foundation

/// What is where a command is to write: found out before it works, so that nothing fails, or is lost, after the work.
///
/// The rule for all outputs: where nothing is, or an empty folder, it is made; what the same command of robust made is
/// replaced, or gone on with; anything else is refused. A link is followed if it is the output itself and leads to such
/// a place.
package enum OutputPlace: Sendable, Equatable {
  /// Nothing, in a folder that can be written to.
  case nothing
  /// A folder, by its real path, and the names in it.
  case folder(String, names: [String])
  /// A file, by its real path.
  case file(String)
  /// A device, a pipe, or what a process was given as open.
  case stream

  /// Looks at `path`.
  ///
  /// - Parameters:
  ///   - option: what named it.
  ///   - isFolder: whether a folder is to be made there, with those that it lies in; else a file, in a folder that is there.
  /// - Throws: `InputError(.output)` if it can't be written to, is a symbolic link to nothing, or is where a run keeps
  ///   its own files; `.usage` if `path` is empty.
  package init(_ path: String, option: String, isFolder: Bool) throws {
    guard !path.isEmpty else {
      throw InputError(
        .usage, option, "is empty", remedy: isFolder ? "name a new or an empty folder" : "name a file")
    }
    if Self.descriptor(path) != nil {
      self = .stream
      return
    }
    guard isFolder || !path.hasSuffix("/") else {
      throw Self.unsuitable(path, "is the name of a folder, and a file is to be written there")
    }
    guard let kind = PathKind(at: path) else {
      try Self.checkMissing(path, errno, isFolder: isFolder)
      try Self.checkRuns(path)
      self = .nothing
      return
    }
    guard let target = PathKind(at: path, following: true), let pointer = realpath(path, nil) else {
      throw InputError(
        .output, path, kind == .link ? "is a symbolic link that leads to nothing" : "can't be reached",
        remedy: "remove it, or name another output")
    }
    defer { free(pointer) }
    let real = String(cString: pointer)
    switch target {
    case .file: self = .file(real)
    case .folder: self = .folder(real, names: try FolderEntries.names(in: real))
    default: self = .stream
    }
    if isFolder, target != .folder {
      throw Self.unsuitable(path, "is \(target.words), and a folder is to be made there")
    }
    if !isFolder, target == .folder { throw Self.unsuitable(path, "is a folder, and a file is to be written there") }
    if target != .other {
      try Self.checkRuns(path)
      // A file is replaced as a whole, in the folder that holds it.
      try Self.requireWritable(target == .folder ? real : PathParts.folder(real), for: path)
    }
  }

  /// Makes sure that a new folder may be made at `path`, or an empty one filled.
  ///
  /// - Parameter isIgnored: names that do not count.
  /// - Returns: the real path of the folder, if it is there.
  /// - Throws: `InputError(.output)` if it holds anything, or can't be made; `.usage` if `path` is empty.
  @discardableResult
  package static func requireEmptyFolder(
    _ path: String, option: String, isIgnored: (String) -> Bool = { TemporaryName.isTemporary($0, of: filling) }
  ) throws -> String? {
    guard case .folder(let real, let names) = try OutputPlace(path, option: option, isFolder: true) else { return nil }
    if let name = names.first(where: { !isIgnored($0) }) {
      throw InputError(.output, path, "holds files already (\(name)…)", remedy: "name a new or an empty folder")
    }
    return real
  }

  /// What stands for a folder in the name of the temporary one from which it is filled.
  package static let filling = "export"

  /// The open file that `path` stands for, such as 1 for `/dev/stdout`.
  static func descriptor(_ path: String) -> CInt? {
    switch path {
    case "/dev/stdin": return 0
    case "/dev/stdout": return 1
    case "/dev/stderr": return 2
    default:
      for prefix in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(prefix) {
        return CInt(path.dropFirst(prefix.count))
      }
      return nil
    }
  }

  /// `path` as the system knows it: without links, or the nearest folder that is there and the rest.
  package static func real(_ path: String) -> String {
    var (start, rest) = (path, "")
    while true {
      if let pointer = realpath(start.isEmpty ? "." : start, nil) {
        defer { free(pointer) }
        let real = String(cString: pointer)
        return rest.isEmpty ? real : PathParts.join(real, rest)
      }
      guard !start.isEmpty, start != "/" else { return path }
      let name = PathParts.name(start)
      rest = rest.isEmpty ? name : PathParts.join(name, rest)
      start = PathParts.folder(start)
    }
  }

  private static func checkMissing(_ path: String, _ code: CInt, isFolder: Bool) throws {
    guard code == ENOENT || code == ENOTDIR else {
      let remedy = code == ENAMETOOLONG ? "choose a shorter name" : "name another output"
      throw InputError(.output, path, "can't be written: \(OpenFile.message(code))", remedy: remedy)
    }
    if path.hasSuffix("/"), let kind = PathKind(at: PathParts.withoutSlash(path), following: true) {
      throw unsuitable(path, "is \(kind.words), and a folder is to be made there")
    }
    guard ![".", ".."].contains(PathParts.name(path)) else {
      throw unsuitable(path, "can't be made: there is no folder \(PathParts.folder(path))")
    }
    var folder = PathParts.folder(path)
    while true {
      switch PathKind(at: folder.isEmpty ? "." : folder, following: true) {
      case .folder: return try requireWritable(folder, for: path)
      case nil:
        guard isFolder else {
          throw InputError(
            .output, path, "can't be written: there is no folder \(folder)",
            remedy: "create the folder first, or choose another place")
        }
        if PathKind(at: folder) == .link {
          throw unsuitable(path, "can't be made: \(folder) is a symbolic link that leads to nothing")
        }
        folder = PathParts.folder(folder)
      default: throw unsuitable(path, "can't be made: \(folder) is no folder")
      }
    }
  }

  private static func requireWritable(_ folder: String, for path: String) throws {
    guard access(folder.isEmpty ? "." : folder, W_OK | X_OK) == 0 else {
      throw InputError(
        .output, path, "can't be written: \(OpenFile.message(errno))", remedy: "choose a place that you may write to")
    }
  }

  /// No output takes the place of a file that a run writes, or goes among its pictures.
  private static func checkRuns(_ path: String) throws {
    var place = real(path)
    while place != "/", !place.isEmpty {
      let (folder, name) = (PathParts.folder(place), PathParts.name(place))
      if RunFolderNames.isOwn(name), PathKind(at: PathParts.join(folder, RunFolderNames.store)) != nil {
        throw InputError(
          .output, path, "\(name) in \(folder) belongs to the run there", remedy: "name an output outside that run")
      }
      place = folder
    }
  }

  private static func unsuitable(_ path: String, _ problem: String) -> InputError {
    InputError(.output, path, problem, remedy: "name another output")
  }
}
