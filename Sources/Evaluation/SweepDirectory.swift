import Files
public import Foundation

/// The folder of a run: its store, its pictures, and what reports write beside them.
public struct SweepDirectory: Sendable {
  public let url: URL
  public let store: RunStore
  /// Whether the store was there before: the run goes on where it stopped.
  public let isResumed: Bool

  /// `images/`, where adversarial examples go.
  public var images: URL { url.appending(path: "images", directoryHint: .isDirectory) }

  /// Opens the folder at `path` for a run of `configuration`: a new or empty one, or one that holds the beginning of the
  /// same run.
  ///
  /// - Throws: `InputError` of kind `.output` if it can't be written, holds another run, or holds anything else. Nothing
  ///   that was not there before is left behind.
  public static func open(at path: String, configuration: RunConfiguration) throws -> SweepDirectory {
    let files = FileManager.default
    let url = URL(filePath: path, directoryHint: .isDirectory)
    let storeURL = url.appending(path: "run.sqlite")
    if files.fileExists(atPath: storeURL.path) {
      let store = try RunStore.open(at: storeURL, expecting: configuration)
      return SweepDirectory(url: url, store: store, isResumed: true)
    }
    var isDirectory: ObjCBool = false
    let exists = files.fileExists(atPath: url.path, isDirectory: &isDirectory)
    if exists {
      guard isDirectory.boolValue else {
        throw InputError(.output, path, "is a file; expected a folder", remedy: "name another output folder")
      }
      guard let contents = try? files.contentsOfDirectory(atPath: url.path) else { throw unwritable(path) }
      guard contents.isEmpty else {
        throw InputError(
          .output, path, "holds other files (\(contents.sorted()[0])…) and no run",
          remedy: "name a new or an empty output folder")
      }
    } else {
      do {
        try files.createDirectory(at: url, withIntermediateDirectories: true)
      } catch {
        throw unwritable(path)
      }
    }
    do {
      let store = try RunStore.create(at: storeURL, configuration: configuration)
      return SweepDirectory(url: url, store: store, isResumed: false)
    } catch {
      if !exists { try? files.removeItem(at: url) }
      throw error
    }
  }

  private static func unwritable(_ path: String) -> InputError {
    InputError(
      .output, path, "the folder can't be made or read",
      remedy: "name an output folder in a place that exists and that you may write to")
  }
}
