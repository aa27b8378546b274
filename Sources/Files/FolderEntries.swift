package import Diagnostics
import Foundation

/// What is in a folder, whatever bytes its names are made of.
package enum FolderEntries {
  /// The names in the folder at `path`, sorted. A name that is not UTF-8 comes with U+FFFD in it, for messages only.
  ///
  /// - Throws: `InputError` of `kind` if the folder can't be read.
  package static func names(in path: String, kind: InputError.Kind = .output) throws -> [String] {
    guard let folder = opendir(path.isEmpty ? "." : path) else {
      throw InputError(
        kind, path, "the folder can't be read: \(OpenFile.message(errno))", remedy: "name a folder that you may read")
    }
    defer { closedir(folder) }
    var names: [String] = []
    // An entry may be shorter in memory than the struct says: only its name is read.
    let offset = MemoryLayout<dirent>.offset(of: \.d_name)!
    while let entry = readdir(folder) {
      let name = (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self)
      let text = String(cString: name)
      if text != ".", text != ".." { names.append(text) }
    }
    return names.sorted()
  }
}

/// What a path names, without following a symbolic link at its end.
package enum PathKind: Sendable, Hashable {
  case file, folder, link, other

  /// `nil` if nothing is there.
  package init?(at path: String, following: Bool = false) {
    var status = stat()
    guard (following ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
    self.init(status)
  }

  init(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .folder
    case S_IFLNK: self = .link
    default: self = .other
    }
  }

  /// In a message: “is a folder”.
  package var words: String {
    switch self {
    case .file: "a file"
    case .folder: "a folder"
    case .link: "a symbolic link"
    case .other: "a device or pipe"
    }
  }
}
