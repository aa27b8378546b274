import Diagnostics
public import Foundation

/// Finds the folders of data files that ship with the program, wherever it was installed.
///
/// Looked into, in this order: `$ROBUST_RESOURCES`; the folder of the running executable, symbolic links resolved, where
/// the build system puts `robust_<Module>.resources`; `../share/robust` seen from there; and the folders of the caller.
public struct ResourceLocator: Sendable {
  /// The folders looked into.
  public let roots: [String]

  /// - Parameter additional: more folders, looked into last.
  public init(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    executable: String? = ResourceLocator.runningImage(), additional: [String] = []
  ) {
    var roots: [String] = []
    if let explicit = environment["ROBUST_RESOURCES"], !explicit.isEmpty { roots.append(explicit) }
    if let executable {
      let folder = (executable as NSString).deletingLastPathComponent
      roots += [folder, ((folder as NSString).appendingPathComponent("../share/robust") as NSString).standardizingPath]
      // A test bundle on macOS holds its executable in Name.xctest/Contents/MacOS, three folders below the resources.
      if folder.hasSuffix(".xctest/Contents/MacOS") { roots.append((folder as NSString).standardizing("../../..")) }
    }
    self.roots = roots + additional
  }

  /// The folder with the resources of `module`, such as `Datasets`.
  /// - Throws: `InputError(.file)` if there is none, naming the places looked into.
  public func folder(of module: String) throws -> String {
    let names = [
      "robust_\(module).resources/Resources", "robust_\(module).bundle/Contents/Resources/Resources",
      "robust_\(module).bundle/Resources", module,
    ]
    for root in roots {
      for name in names {
        let path = (root as NSString).appendingPathComponent(name)
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue { return path }
      }
    }
    throw InputError(
      .file, "robust_\(module).resources",
      "the files shipped with robust are in none of \(roots.joined(separator: ", "))",
      remedy: "keep them beside the executable, install with `make install`, or set ROBUST_RESOURCES to their folder")
  }

  /// The path of the program that is running, or on macOS of the loaded image that holds this code.
  public static func runningImage() -> String? {
    #if canImport(Darwin)
      var info = Dl_info()
      guard dladdr(#dsohandle, &info) != 0, let name = info.dli_fname else { return nil }
      let path = String(cString: name)
    #else
      let path = "/proc/self/exe"
    #endif
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

extension NSString {
  fileprivate func standardizing(_ relative: String) -> String {
    (appendingPathComponent(relative) as NSString).standardizingPath
  }
}
