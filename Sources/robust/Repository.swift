import Foundation

/// Where a file is in the repository that holds it, as code hosts name it.
enum Repository {
  /// The path of `file` from the top of its repository, or from the current folder if it lies below that and is in no
  /// repository; otherwise its absolute path.
  static func place(of file: String) -> (path: String, isInside: Bool) {
    let url = URL(filePath: file).standardizedFileURL
    let folder = real(url.deletingLastPathComponent())
    let full = folder.appending(path: url.lastPathComponent).path
    let here = real(URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory))
    guard let top = top(above: folder) ?? (isBelow(folder, here) ? here : nil) else { return (full, false) }
    return (String(full.dropFirst(top.path.hasSuffix("/") ? top.path.count : top.path.count + 1)), true)
  }

  /// The nearest folder, from `folder` up, that holds `.git`: a folder, or a file in a work tree of another place.
  private static func top(above folder: URL) -> URL? {
    var folder = folder
    while true {
      if FileManager.default.fileExists(atPath: folder.appending(path: ".git").path) { return folder }
      guard folder.path != "/" else { return nil }
      folder = folder.deletingLastPathComponent()
    }
  }

  /// `folder` without symbolic links.
  private static func real(_ folder: URL) -> URL {
    guard let path = realpath(folder.path, nil) else { return folder }
    defer { free(path) }
    return URL(filePath: String(cString: path), directoryHint: .isDirectory)
  }

  private static func isBelow(_ folder: URL, _ parent: URL) -> Bool {
    folder.pathComponents.starts(with: parent.pathComponents)
  }
}
