import Diagnostics
import Files
import Foundation
import Imaging

/// A folder that holds a folder of pictures for each class, as torchvision's `ImageFolder` reads it.
///
/// Classes are numbered in the order of their names, by code points; `classes.txt`, if it is there, gives another order, and
/// classes without pictures. Folders in class folders are gone through as well. Names that begin with a dot are left aside.
struct ImageFolder {
  private let path: String

  /// More levels of folders than anyone has; links may lead round in circles.
  private static let maximumDepth = 16

  init(_ path: String) { self.path = path }

  /// - Throws: `InputError(.dataset)` if there are no class folders, or one is empty.
  func files() throws -> PictureFiles {
    let entries = try Self.entries(path)
    let folders = entries.filter { kind($0) == .folder }
    guard !folders.isEmpty else { throw noClasses(entries.filter { kind($0) == .file }) }
    let listed = try PictureFiles.listedClasses(in: path)
    if let listed, let unknown = folders.first(where: { !listed.contains($0) }) {
      throw InputError(
        .dataset, PathParts.join(path, unknown), "is a class that \(PictureFiles.classList) does not list",
        remedy: "add its name to \(PathParts.join(path, PictureFiles.classList)), or take the folder away")
    }
    let classNames = listed ?? folders
    var images: [(path: String, label: Int)] = []
    var others = entries.filter { kind($0) != .folder && $0 != PictureFiles.classList }
      .map { PathParts.join(path, $0) }
    for (label, name) in classNames.enumerated() where listed == nil || folders.contains(name) {
      let before = images.count
      try walk(PathParts.join(path, name), depth: 1) { file in
        if try PictureRecognition.isPicture(file) { images.append((file, label)) } else { others.append(file) }
      }
      guard images.count > before || listed != nil else { throw try emptyClass(name, folders) }
    }
    guard !images.isEmpty else { throw noClasses([]) }
    var notes: [String] = []
    if !others.isEmpty { notes.append(Self.note(leftOut: others)) }
    if listed == nil, let note = Self.note(numbered: folders) { notes.append(note) }
    return PictureFiles(images: images, classNames: classNames, notes: notes)
  }

  private func kind(_ name: String) -> PathKind? { PathKind(at: PathParts.join(path, name), following: true) }

  /// What is in a folder, sorted, without what systems put there for themselves.
  static func entries(_ path: String) throws -> [String] {
    let names = try FolderEntries.names(in: path, kind: .dataset).filter {
      !$0.hasPrefix(".") && !["__MACOSX", "Thumbs.db", "desktop.ini"].contains($0)
    }
    if let broken = names.first(where: { $0.contains("\u{FFFD}") }) {
      throw InputError(
        .dataset, PathParts.join(path, broken), "has a name that is not UTF-8", remedy: "rename it")
    }
    return PictureFiles.inOrder(names)
  }

  /// Calls `body` with the files in `folder`, then with those in the folders in it.
  private func walk(_ folder: String, depth: Int, _ body: (String) throws -> Void) throws {
    guard depth <= Self.maximumDepth else {
      throw InputError(
        .dataset, folder, "lies \(depth) folders deep: a link may lead round in a circle",
        remedy: "take the link away, or put the pictures higher")
    }
    var folders: [String] = []
    for name in try Self.entries(folder) {
      let path = PathParts.join(folder, name)
      if PathKind(at: path, following: true) == .folder { folders.append(path) } else { try body(path) }
    }
    for path in folders { try walk(path, depth: depth + 1, body) }
  }

  // MARK: - What is said

  private static func note(leftOut files: [String]) -> String {
    let shown = files.prefix(3).joined(separator: ", ")
    let count = files.count
    return count == 1
      ? "\(shown) is no PNG or JPEG file in a class folder, and is left out"
      : "\(count) files are no PNG or JPEG files in class folders, and are left out: \(shown)\(count > 3 ? ", …" : "")"
  }

  /// If classes are called by numbers, they may not be numbered so.
  private static func note(numbered names: [String]) -> String? {
    let numbers = names.compactMap { Int($0) }
    guard numbers.count == names.count, numbers != Array(0..<numbers.count),
      let first = names.indices.first(where: { numbers[$0] != $0 })
    else { return nil }
    return
      "classes are numbered in the order of their names, as torchvision does it: class \(first) is “\(names[first])”; "
      + "\(PictureFiles.classList) in the folder, a name a line, gives another order"
  }

  private func emptyClass(_ name: String, _ folders: [String]) throws -> InputError {
    InputError(
      .dataset, PathParts.join(path, name), "is a class folder without any PNG or JPEG file",
      remedy: "take it away if it is no class; if the model knows the class, list the names of all, a line each, in "
        + PathParts.join(path, PictureFiles.classList))
  }

  private func noClasses(_ files: [String]) -> InputError {
    let paths = files.map { PathParts.join(path, $0) }
    if paths.contains(where: { (try? PictureRecognition.isPicture($0)) == true }) {
      return InputError(
        .dataset, path, "holds pictures, and says nothing of their classes",
        remedy:
          "put each into a folder called as its class, or write \(ImageTable.name) beside them, with the first line "
          + "file,label and a line for each")
    }
    return InputError(
      .dataset, path, "is a folder without class folders of PNG or JPEG files",
      remedy:
        "name one that holds a folder of pictures for each class, or a file in it; or name the data set whose files it "
        + "holds by \(Setting.dataset.set(to: "NAME")), and the folder by \(Setting.data.set(to: path))")
  }
}
