import Files
public import Foundation

/// The folder of a run: its store, its pictures, and what reports write beside them.
public struct SweepDirectory: Sendable {
  public let url: URL
  /// Holds the folder's lock until it is closed.
  public let store: RunStore
  public let options: RunOptions
  /// Whether the store was there before: the run goes on where it stopped.
  public let isResumed: Bool

  /// `images/`, where adversarial examples go.
  public var images: URL { url.appending(path: "images", directoryHint: .isDirectory) }

  /// The store in the folder of a run.
  public static func storeURL(in path: String) -> URL {
    URL(filePath: path, directoryHint: .isDirectory).appending(path: "run.sqlite")
  }

  /// Refuses the folder of a run on which another process is at work, before anything in it is read.
  ///
  /// - Throws: `InputError` of kind `.output` that names the process.
  public static func refuseIfBusy(_ path: String) throws {
    let url = URL(filePath: path, directoryHint: .isDirectory)
    guard FileManager.default.fileExists(atPath: url.appending(path: RunLock.fileName).path) else { return }
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
    let isNew = try prepare(url, path)
    do {
      let lock = try RunLock(folder: url)
      removeLeftovers(in: url)
      guard FileManager.default.fileExists(atPath: storeURL.path) else {
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
      // Only if it is empty: another process may have begun there.
      if isNew { rmdir(url.path) }
      throw error
    }
  }

  private static func name(of shard: Shard?) -> String { shard.map { "part \($0) of the run" } ?? "a whole run" }

  /// Makes the folder, if need be.
  ///
  /// - Returns: whether it was not there.
  private static func prepare(_ url: URL, _ path: String) throws -> Bool {
    let files = FileManager.default
    var isDirectory: ObjCBool = false
    guard files.fileExists(atPath: url.path, isDirectory: &isDirectory) else {
      do {
        try files.createDirectory(at: url, withIntermediateDirectories: true)
      } catch {
        throw unwritable(path)
      }
      return true
    }
    guard isDirectory.boolValue else {
      throw InputError(.output, path, "is a file; expected a folder", remedy: "name another output folder")
    }
    guard let contents = try? files.contentsOfDirectory(atPath: url.path) else { throw unwritable(path) }
    guard contents.contains(storeURL(in: path).lastPathComponent) || contents.allSatisfy(isOurs) else {
      throw InputError(
        .output, path, "holds other files (\(contents.filter { !isOurs($0) }.sorted()[0])…) and no run",
        remedy: "name a new or an empty output folder")
    }
    return false
  }

  /// Whether a file called `name` is what a process that was killed may have left of a run that had not yet begun.
  private static func isOurs(_ name: String) -> Bool {
    name == RunLock.fileName || name.hasPrefix(RunFile.temporaryPrefix + "run.sqlite")
  }

  /// Removes the files that a process was about to rename when it was killed: nobody else works here.
  private static func removeLeftovers(in url: URL) {
    let files = FileManager.default
    for folder in [url, url.appending(path: "images")] {
      for name in (try? files.contentsOfDirectory(atPath: folder.path)) ?? [] where name.hasPrefix(".") {
        guard name.hasSuffix(".tmp") || name.hasPrefix(RunFile.temporaryPrefix + "run.sqlite") else { continue }
        try? files.removeItem(at: folder.appending(path: name))
      }
    }
  }

  private static func unwritable(_ path: String) -> InputError {
    InputError(
      .output, path, "the folder can't be made or read",
      remedy: "name an output folder in a place that exists and that you may write to")
  }
}
