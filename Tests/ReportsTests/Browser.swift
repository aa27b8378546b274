import Foundation
import TestSupport

/// A Chromium without a window, if one is installed: the path in `ROBUST_BROWSER`, else a usual name.
enum Browser {
  static let path: String? = {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["ROBUST_BROWSER"] { return path.isEmpty ? nil : path }
    let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    return names.lazy.flatMap { name in folders.map { "\($0)/\(name)" } }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// Runs the browser with `arguments` on the page at `page`; what it prints.
  @discardableResult
  static func run(_ arguments: [String], on page: String, in folder: TemporaryFolder) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: path!)
    process.arguments =
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--user-data-dir=\(folder("profile"))",
      ] + arguments + [URL(filePath: page).absoluteString]
    let output = URL(filePath: try folder.write(Data(), to: "output.txt"))
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return String(decoding: try Data(contentsOf: output), as: UTF8.self)
  }
}
