import ArgumentParser
import Evaluation
import Files
import Foundation
import Reports

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Put models and runs side by side: curves, paired differences, flipped images.",
    discussion: """
      Every model of every run is compared with one of them, the first unless --reference names another, image by image \
      under each attack, goal and ε that both have. Runs have to be of the same data set. Writes compare.html, compare.md, \
      compare.tex, differences.csv, flips.csv and the figures.

      Examples:
        robust compare runs/before runs/after
        robust compare runs/both --reference cnn --output comparison
      """)

  @Argument(help: "Folders of finished runs.", completion: .directory)
  var runs: [String]

  @Option(help: "The model that the others are compared with, as the table calls it. Default: the first.")
  var reference: String?

  @Option(name: [.short, .long], help: "The folder to write into.")
  var output: String = "comparison"

  func run() throws {
    let names = runNames()
    let inputs = try zip(names, runs).map { name, path in
      let store = try RunStore.openRun(path)
      let input = try RunComparison.Input(name: name, store: store)
      try store.close()
      return input
    }
    let comparison = try RunComparison(inputs, reference: reference)
    let folder = try OutputFolder.make(output)
    Interruption.watch("the files are written.")
    let files = try ComparisonWriter.write(comparison, to: folder)
    print(ComparisonText.text(comparison, width: Terminal.outputWidth))
    print(PrintableText.line("Wrote \(files.joined(separator: ", ")) into \(output)/"))
  }

  /// The last part of each path, or the whole path where that is not distinct.
  private func runNames() -> [String] {
    let short = runs.map { URL(filePath: $0).standardizedFileURL.lastPathComponent }
    return zip(short, runs).map { name, path in short.count { $0 == name } > 1 ? path : name }
  }
}

/// A folder that results are written into, beside what is there.
enum OutputFolder {
  /// - Throws: `InputError` of kind `.output` if it can't be made.
  static func make(_ path: String) throws -> URL {
    let url = URL(filePath: path, directoryHint: .isDirectory)
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw InputError(
        .output, path, "the folder can't be made",
        remedy: "name a folder in a place that exists and that you may write to")
    }
    return url
  }
}
