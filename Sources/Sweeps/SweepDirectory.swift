import Diagnostics
import Files
public import Foundation
public import Runs

/// The folder of a run: its store, its pictures, and what reports write beside them.
public struct SweepDirectory: Sendable {
  public let url: URL
  /// Holds the folder's lock until it is closed.
  public let store: RunStore
  public let options: RunOptions
  /// Whether the store was there before: the run goes on where it stopped.
  public let isResumed: Bool

  /// `images/`, where adversarial examples go.
  public var images: URL { url.appending(path: RunFolderNames.images, directoryHint: .isDirectory) }

  /// The store in the folder of a run.
  public static func storeURL(in path: String) -> URL {
    URL(filePath: path, directoryHint: .isDirectory).appending(path: RunFolderNames.store)
  }

  /// Refuses the folder of a run on which another process is at work, or that no run can go into, before anything is read
  /// or made.
  ///
  /// - Throws: `InputError` of kind `.output` that names the process, or what is in the way.
  public static func refuseIfBusy(_ path: String) throws {
    guard try check(path) else { return }
    let url = URL(filePath: path, directoryHint: .isDirectory)
    guard PathKind(at: url.appending(path: RunFolderNames.lock).path) != nil else { return }
    try RunLock(folder: url).release()
  }

  /// Opens the folder at `path` for a run of `configuration`: a new or empty one, or one that holds the beginning of the
  /// same run.
  ///
  /// - Parameter options: what the run is asked for; what it was asked for before if nil.
  /// - Throws: `InputError` of kind `.output` if it can't be written, holds another run or another part of it, or holds
  ///   anything else, or if another process is at work on it. Nothing that was not there before is left behind.
  public static func open(
    at path: String, configuration: RunConfiguration, options: RunOptions? = nil
  ) throws -> SweepDirectory {
    let url = URL(filePath: path, directoryHint: .isDirectory)
    let storeURL = storeURL(in: path)
    let isNew = try !check(path)
    let made = isNew ? try ResultFolder.makeFolders(path) : []
    do {
      let lock = try RunLock(folder: url)
      removeLeftovers(in: url)
      guard PathKind(at: storeURL.path) != nil else {
        let options = options ?? RunOptions()
        let store = try RunStore.create(at: storeURL, configuration: configuration, options: options, lock: lock)
        return SweepDirectory(url: url, store: store, options: options, isResumed: false)
      }
      let store = try RunStore.open(at: storeURL, expecting: configuration, lock: lock)
      let stored = try store.options()
      let wanted = options ?? stored
      guard wanted.shard == stored.shard else {
        throw InputError(
          .output, path, "holds \(name(of: stored.shard)); asked for is \(name(of: wanted.shard))",
          remedy: "give each part a folder of its own")
      }
      // Nothing is added to what is damaged.
      try store.verify()
      if wanted != stored { try store.setOptions(wanted) }
      return SweepDirectory(url: url, store: store, options: wanted, isResumed: true)
    } catch {
      // Only those that are empty: another process may have begun there.
      for folder in made.reversed() { rmdir(folder) }
      throw error
    }
  }

  private static func name(of shard: Shard?) -> String { shard.map { "part \($0) of the run" } ?? "a whole run" }

  /// Makes sure that a run can go into the folder at `path`: nothing is changed.
  ///
  /// - Returns: whether there is such a folder.
  /// - Throws: `InputError` of kind `.output` if it can't be written, holds no run but something else, or if anything
  ///   stands where the run has files of its own.
  private static func check(_ path: String) throws -> Bool {
    guard case .folder(let folder, let names) = try OutputPlace(path, option: "\(Setting.folder)", isFolder: true)
    else {
      return false
    }
    // What a process that was killed left of a run that had not yet begun is no obstacle.
    let others = names.filter { $0 != RunFolderNames.lock && !RunFolderNames.isLeftover($0) }
    guard names.contains(RunFolderNames.store) || others.isEmpty else {
      throw InputError(
        .output, path, "holds other files (\(others[0])…) and no run", remedy: "name a new or an empty output folder")
    }
    for name in names where RunFolderNames.isOwn(name) {
      try require(name == RunFolderNames.images ? .folder : .file, PathParts.join(folder, name))
    }
    if names.contains(RunFolderNames.images) { try checkPictures(PathParts.join(folder, RunFolderNames.images)) }
    return true
  }

  /// Nothing in `images/` is a link: what it leads to would be written to.
  private static func checkPictures(_ folder: String) throws {
    guard access(folder, W_OK | X_OK) == 0 else {
      throw InputError(.output, folder, "can't be written to", remedy: "give yourself permission to write there")
    }
    for name in try FolderEntries.names(in: folder) {
      let path = PathParts.join(folder, name)
      switch PathKind(at: path) {
      case .link: try require(PathKind(at: path, following: true) == .folder ? .folder : .file, path)
      case .folder: try checkPictures(path)
      default: break
      }
    }
  }

  /// - Throws: `InputError` of kind `.output` if anything but a file or folder as expected is at `path`.
  private static func require(_ expected: PathKind, _ path: String) throws {
    guard let kind = PathKind(at: path), kind != expected else { return }
    let remedy =
      PathParts.name(path) != RunFolderNames.store
      ? "move it away, then give \(Action.again) again: what is missing is made again"
      : kind == .link ? "put the file that it leads to in its place" : "name another output folder"
    throw InputError(
      .output, path, "is \(kind.words), and a run keeps \(expected.words) of its own there", remedy: remedy)
  }

  /// Removes the files that a process was about to rename when it was killed: nobody else works here.
  private static func removeLeftovers(in url: URL) {
    func remove(_ folder: URL, where isLeftover: (String) -> Bool) {
      guard PathKind(at: PathParts.withoutSlash(folder.path)) == .folder else { return }
      for name in (try? FolderEntries.names(in: folder.path)) ?? [] where isLeftover(name) {
        // A folder is never ours, and stays.
        unlink(folder.appending(path: name).path)
      }
    }
    remove(url) { RunFolderNames.isLeftover($0) }
    remove(url.appending(path: RunFolderNames.images)) {
      TemporaryName.isTemporary($0, of: RunFolderNames.manifest)
    }
  }
}
