import Diagnostics
import Foundation

/// The job of GitHub Actions that the program may be a step of.
enum GitHubJob {
  static var isRunning: Bool { ProcessInfo.processInfo.environment["GITHUB_ACTIONS"] == "true" }

  /// Adds Markdown to what GitHub shows of the job, if it says where.
  ///
  /// - Throws: `InputError` of kind `.output` if it can't be added.
  static func addSummary(_ markdown: String) throws {
    guard let path = ProcessInfo.processInfo.environment["GITHUB_STEP_SUMMARY"], !path.isEmpty else { return }
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try file.write(contentsOf: Data((markdown + "\n").utf8))
    } catch {
      throw failure(path)
    }
  }

  private static func failure(_ path: String) -> InputError {
    InputError(
      .output, path, "the summary of the job can't be written: \(String(cString: strerror(errno)))",
      remedy: "give GITHUB_STEP_SUMMARY a file that can be written, or leave it out by --no-github")
  }
}
