import ArgumentParser
import Comparison
import Files
import Foundation
import Runs

struct BaselineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Make the small file that `robust check` compares later runs with.",
    discussion: """
      The file is to be committed. It holds, for every model, attack, goal and ε, which images the model got right, and the \
      hashes of models, data and configuration; a group that changes changes one line.

      Example: robust baseline runs/nightly --output robustness.json
      """)

  @Argument(help: ArgumentHelp("The folder of a finished run.", valueName: "run"), completion: .directory)
  var folder: String

  @Option(
    name: [.short, .long],
    help: "Where to write it; `-` is standard output. An earlier baseline is replaced, any other file is not.",
    completion: .file())
  var output: String = "robustness.json"

  func run() throws {
    if output != "-" { try OutputFile(output, option: "--output", replacing: .baseline) }
    let store = try RunStore.openRun(folder)
    let (baseline, doubts) = try RunStore.asInput {
      (try Baseline(of: store), try Gate.doubts(of: store))
    }
    try store.close()
    for doubt in doubts {
      FileHandle.standardError.write(Data("robust: the run is not to be trusted: \(doubt)\n".utf8))
    }
    let json = baseline.json
    guard output != "-" else { return StandardOutput.write(json) }
    try AtomicFile.write(json, to: output)
    print(
      "Wrote \(output): \(baseline.outcomes.groups.count) \(baseline.outcomes.groups.count == 1 ? "group" : "groups") of "
        + "\(baseline.outcomes.images.count.formatted) images, "
        + "\(json.count.formatted) bytes")
  }
}
