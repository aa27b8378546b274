import Diagnostics
public import Foundation

/// Where robust keeps what it can make again.
public enum CacheFolder {
  /// `$ROBUST_CACHE`; else `robust` in `$XDG_CACHE_HOME`, in `~/Library/Caches` on macOS, or in `~/.cache`.
  public static func path(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
    if let own = environment["ROBUST_CACHE"], !own.isEmpty { return own }
    if let caches = environment["XDG_CACHE_HOME"], caches.hasPrefix("/") { return caches + "/robust" }
    let home = environment["HOME"] ?? NSHomeDirectory()
    #if os(macOS)
      return home + "/Library/Caches/robust"
    #else
      return home + "/.cache/robust"
    #endif
  }

  /// Makes the folder at `path`, and those that it lies in.
  /// - Throws: `InputError(.output)` if that is impossible.
  public static func make(_ path: String) throws {
    // The environment came as bytes that were no text: another folder would be made.
    guard !path.contains("\u{FFFD}") else {
      throw InputError(.output, path, "its path is not UTF-8", remedy: "set ROBUST_CACHE to a folder whose path is")
    }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw InputError(
        .output, path, "the folder can't be made: \(error.localizedDescription)",
        remedy: "name another folder, or set ROBUST_CACHE to one that can be written to")
    }
  }
}
