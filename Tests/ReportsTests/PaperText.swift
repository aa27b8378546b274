import Foundation
import TestSupport

/// The text of a PDF without white space, since lines end anywhere, if `pdftotext` is installed.
enum PaperText {
  static let program: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").lazy
    .map { "\($0)/pdftotext" }.first { FileManager.default.isExecutableFile(atPath: $0) }

  static func read(_ path: String, in folder: TemporaryFolder) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: program!)
    process.arguments = [path, folder("paper.txt")]
    try process.run()
    process.waitUntilExit()
    return try String(contentsOfFile: folder("paper.txt"), encoding: .utf8).filter { !$0.isWhitespace }
  }
}
