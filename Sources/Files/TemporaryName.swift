import Foundation

/// Names under which a file or folder is made beside its place: `.NAME.RANDOM.tmp`, RANDOM being 64 bits in base 36.
///
/// Whoever makes one holds a lock on it (`flock`), which the system drops when the process ends in whatever way: one
/// that is not locked was left by a process that was killed.
package enum TemporaryName {
  /// A new name for what is to be called `name`.
  package static func make(for name: String) -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 36)
    return ".\(stem(name)).\(String(repeating: "0", count: 13 - digits.count))\(digits).tmp"
  }

  /// Whether `entry` is such a name for what is to be called `name`.
  package static func isTemporary(_ entry: String, of name: String) -> Bool { target(of: entry) == stem(name) }

  /// What `entry` would be called when complete, shortened if it is long; `nil` if `entry` has not this form.
  package static func target(of entry: String) -> String? {
    guard entry.hasPrefix("."), entry.hasSuffix(".tmp") else { return nil }
    let parts = entry.dropFirst().dropLast(4)
    guard let dot = parts.lastIndex(of: ".") else { return nil }
    let (name, digits) = (parts[..<dot], parts[parts.index(after: dot)...])
    let isRandom = digits.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) }
    // Fewer than twelve digits are rare, and a person may have written them.
    guard !name.isEmpty, (12...13).contains(digits.utf8.count), isRandom, UInt64(digits, radix: 36) != nil else {
      return nil
    }
    return String(name)
  }

  /// `name`, or a beginning of it with a hash if the whole would leave no room for the rest.
  private static func stem(_ name: String) -> String { FileName.shortened(name, to: 100) }

  /// Removes what killed processes left of what is to be called `name` in `folder`.
  ///
  /// - Returns: whether a living process is making it.
  @discardableResult
  package static func removeStale(of name: String, in folder: String) -> Bool {
    let folder = folder.isEmpty ? "." : folder
    guard let entries = try? FolderEntries.names(in: folder) else { return false }
    var isBusy = false
    for entry in entries where isTemporary(entry, of: name) {
      if !removeIfStale(PathParts.join(folder, entry)) { isBusy = true }
    }
    return isBusy
  }

  /// - Returns: false if a living process holds the lock on the file or folder at `path`.
  private static func removeIfStale(_ path: String) -> Bool {
    let kind = PathKind(at: path)
    guard kind == .file || kind == .folder else { return true }
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
    // A folder goes with all that is in it; links in it are removed, not followed.
    if kind == .file { unlink(path) } else { try? FileManager.default.removeItem(atPath: path) }
    return true
  }

  /// Locks the temporary file or folder that was opened as `descriptor`.
  ///
  /// - Returns: whether it is still at `path`: another process may have taken it for a stale one just before.
  package static func lock(_ descriptor: CInt, at path: String) -> Bool {
    // A file system without locks has no stale names either: there they are never removed.
    flock(descriptor, LOCK_EX)
    var (opened, named) = (stat(), stat())
    return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 && opened.st_ino == named.st_ino
      && opened.st_dev == named.st_dev
  }
}
