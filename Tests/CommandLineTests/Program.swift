import Files
import Foundation
import Testing

/// The built executable, run as a user would.
enum Program {
  struct Outcome {
    let code: Int32
    let output: String
    let errors: String
  }

  /// The build puts it beside the tests.
  static let url: URL = {
    var folder = URL(filePath: ResourceLocator.runningImage() ?? "/").deletingLastPathComponent()
    while folder.path != "/" {
      let candidate = folder.appending(path: "robust")
      if FileManager.default.isExecutableFile(atPath: candidate.path), !candidate.hasDirectoryPath { return candidate }
      folder.deleteLastPathComponent()
    }
    return folder
  }()

  /// Starts the program, with nowhere to print to.
  static func start(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    for handle in [\Process.standardInput, \Process.standardOutput, \Process.standardError] {
      process[keyPath: handle] = FileHandle.nullDevice
    }
    try process.run()
    return process
  }

  /// Sends a signal to a process that was started.
  static func send(_ signal: Int32, to process: Process) { _ = kill(process.processIdentifier, signal) }

  static func run(
    _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:], shell: String? = nil
  ) throws -> Outcome {
    let process = Process()
    if let shell {
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-c", shell, url.path] + arguments
    } else {
      process.executableURL = url
      process.arguments = arguments
    }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(filePath: folder, directoryHint: .isDirectory) }
    let scratch = FileManager.default.temporaryDirectory.appending(path: "robust-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let (outputURL, errorURL) = (scratch.appending(path: "out"), scratch.appending(path: "err"))
    for url in [outputURL, errorURL] { _ = FileManager.default.createFile(atPath: url.path, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: outputURL)
    process.standardError = try FileHandle(forWritingTo: errorURL)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationStatus, output: try String(contentsOf: outputURL, encoding: .utf8),
      errors: try String(contentsOf: errorURL, encoding: .utf8))
  }
}
