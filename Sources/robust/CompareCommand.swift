import ArgumentParser
import Comparison
import Diagnostics
import Figures
import Files
import Foundation
import Reports
import Runs

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

  @OptionGroup var figures: FigureOptions

  @Option(
    name: [.short, .long],
    help: "The folder to write into: a new or an empty one, or one with an earlier comparison, which is replaced.")
  var output: String = "comparison"

  func run() throws {
    let renderer = try figures.renderer()
    let folder = try ResultFolder(output, for: .comparison)
    defer { folder.close() }
    let names = runNames()
    let inputs = try zip(names, runs).map { name, path in
      let store = try RunStore.openRun(path)
      let input = try RunStore.asInput { try RunComparison.Input(name: name, store: store) }
      try store.close()
      return input
    }
    let comparison = try RunComparison(inputs, reference: reference)
    Interruption.watch("the files are written.")
    var files = try ComparisonWriter.write(comparison, to: folder.url)
    files += try renderer.render(files, in: folder.url)
    print(ComparisonText.text(comparison, width: Terminal.outputWidth))
    print(PrintableText.line("Wrote \(files.joined(separator: ", ")) into \(output)/"))
  }

  /// The last part of each path, or the whole path where that is not distinct.
  private func runNames() -> [String] {
    let short = runs.map { URL(filePath: $0).standardizedFileURL.lastPathComponent }
    return zip(short, runs).map { name, path in short.count { $0 == name } > 1 ? path : name }
  }
}
