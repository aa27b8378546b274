import Attacks
import Datasets
import Files
import Foundation
import Models
import Reports
import Runs
import Sweeps
import TestSupport
import Testing

/// The program of `docs/library.md`: it compiles, runs, and is what the page shows.
struct LibraryTests {
  @Test func goesFromModelsToAReport() throws {
    let temporary = try TemporaryFolder()
    let folder = temporary("run")
    // The program.
    let models = try ["cnn"].map { try ModelCatalog.load($0) }
    let images = try DatasetCatalog().load().first(20)
    let attacks: [any Attack] = [FGSM(), PGD(steps: 20, restarts: 2)]
    let configuration = RunConfiguration(
      models: models.map { RunConfiguration.Model($0.model.name, $0) }, dataset: .init(images),
      attacks: attacks.map { .init($0) }, norm: L2(), goals: [.untargeted],
      budgets: try Budgets(parsing: "0,0.25,0.5,1", norm: L2()).all, seed: 0, toolVersion: "mine")
    let sweep = try Sweep(configuration, models: models.map(\.model), attacks: attacks, dataset: images)
    if let run = try sweep.report(into: folder) { print(run.files, run.summary.results.count) }
    // The end.
    #expect(FileManager.default.fileExists(atPath: folder + "/report.html"))
    let store = try RunStore.open(at: URL(filePath: folder + "/run.sqlite"))
    #expect(try store.recordCount() == 2 * 4 * 20 && store.configuration.norm.name == "l2")
  }

  @Test func isWhatThePageShows() throws {
    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let program = try #require(source.components(separatedBy: "// The program.\n").dropFirst().first)
    let body = try #require(program.components(separatedBy: "    // The end.").first)
    let lines = body.split(separator: "\n").map { $0.dropFirst(4) }
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/library.md")
    let shown = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```")[1]
    let program20 = shown.split(separator: "\n").dropFirst().filter {
      !$0.hasPrefix("import ") && !$0.hasPrefix("let folder")
    }
    #expect(program20.map(String.init) == lines.map(String.init))
    #expect(shown.split(separator: "\n").count - 1 <= 20)
  }
}
