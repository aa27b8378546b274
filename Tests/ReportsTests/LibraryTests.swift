import Attacks
import Diagnostics
import Foundation
import Runs
import TestSupport
import Testing

/// The program of `docs/library.md` compiles with the imports it shows, runs, and is what the page shows.
struct LibraryTests {
  @Test func goesFromModelsToAReport() throws {
    let folder = try TemporaryFolder()
    try libraryProgram(in: folder("run"))
    #expect(FileManager.default.fileExists(atPath: folder("run/report.html")))
    let store = try RunStore.open(at: URL(filePath: folder("run/run.sqlite")))
    #expect(try store.recordCount() == 2 * 4 * 20 && store.configuration.norm.name == "l2")
  }

  @Test func isWhatThePageShows() throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
    func lines(_ text: String) -> [String] {
      text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter {
        !["///", "func ", "let folder"].contains(where: $0.hasPrefix) && $0 != "}"
      }
    }
    let file = try String(contentsOf: tests.appending(path: "LibraryProgram.swift"), encoding: .utf8)
    let page = try String(contentsOf: tests.appending(path: "../../docs/library.md"), encoding: .utf8)
    let shown = page.components(separatedBy: "```")[1].split(separator: "\n").dropFirst()
    #expect(lines(shown.joined(separator: "\n")) == lines(file))
    #expect((10...20).contains(shown.count))
  }

  /// No word of options, where none was installed.
  @Test func errorsAreAsThePageShows() throws {
    let page = try String(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/library.md"),
      encoding: .utf8)
    let shown = page.components(separatedBy: "```")[3].split(separator: "\n").dropFirst().joined(separator: "\n")
    let error = #expect(throws: InputError.self) { try StepSize(parsing: "a") }
    #expect(error?.description == shown)
  }
}
