import ArgumentParser
import Datasets
import Diagnostics
import Examples
import Files
import Foundation
import Runs
import Sweeps
import Text

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write adversarial examples of a finished run as files that are checked to still fool the model.",
    discussion: """
      The attacks are run again on the images that are selected, which gives the examples of the run bit for bit; a record \
      that comes out differently is an error. Every file is read back: manifest.csv and manifest.json say what its model makes \
      of it and whether it is inside the budget. Without --success, only examples that reached their goal are written.

      Examples:
        robust export runs/NAME --output adversarial
        robust export runs/NAME --attack bim --epsilon 8/255 --class shirt --lattice --grid --output shirts
        robust export runs/NAME --model cnn --format npz --output arrays
      """)

  @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"), completion: .directory)
  var folder: String

  @Option(name: [.short, .long], help: "The folder to make: a new or an empty one.", completion: .directory)
  var output: String

  @Option(
    help: "\(ExampleExport.Format.allCases.map(\.rawValue).joined(separator: ", ")).",
    completion: .list(ExampleExport.Format.allCases.map(\.rawValue)))
  var format: String = ExampleExport.Format.png.rawValue

  @Option(
    help: "Pixels of arrays: float32 as the attack returned them, or uint8, rounded inside the budget.",
    completion: .list(ExampleExport.Pixels.allCases.map(\.rawValue)))
  var pixels: String = ExampleExport.Pixels.float32.rawValue

  @Flag(help: "Compress .npy and .safetensors files by Zstandard.")
  var zstd = false

  @Option(help: "Only of these models of the run, by name, separated by commas; NAME=PATH if the file has moved.")
  var model: String?

  @Option(help: "Only of these attacks of the run.", completion: Completions.attacks)
  var attack: String?

  @Option(name: [.customShort("e"), .long], help: "Only at these ε of the run.")
  var epsilon: String?

  @Option(
    name: .customLong("class"), help: "Only images of these true classes, by number or name, separated by commas.")
  var trueClass: String?

  @Option(help: "Only attacks towards these classes, by number or name.")
  var target: String?

  @Option(
    help: "Whether the attack reached its goal: yes, no or all.",
    completion: .list(ExampleSelection.Outcome.allCases.map(\.rawValue)))
  var success: String = ExampleSelection.Outcome.yes.rawValue

  @Option(help: "Only the first N images of the run, or of --class, in the order of the run.")
  var limit: Int?

  @Flag(help: "Search again on the grid of 8-bit images, with ε in whole levels, and compare with rounding.")
  var lattice = false

  @Flag(help: "Write a picture per attack: originals, perturbations and examples, by ε.")
  var grid = false

  @Flag(help: "Write a picture of all examples.")
  var contactSheet = false

  @Flag(help: "Export what is found now, even where the run holds something else.")
  var allowDifferences = false

  @Option(help: "Where the file of the images is now, if it has moved.")
  var dataset: String?

  @OptionGroup var data: DatasetOptions

  @OptionGroup var threading: ThreadOptions

  func run() throws {
    let threads = try threading.resolved()
    try OutputPlace.requireEmptyFolder(output, option: "--output")
    var options = ExampleExport.Options()
    options.format = try .parse(format, option: "--format", what: "format")
    options.pixels = try .parse(pixels, option: "--pixels", what: "kind of pixels")
    options.isCompressed = zstd
    options.usesLattice = lattice
    options.writesGrids = grid
    options.writesContactSheet = contactSheet
    options.allowsDifferences = allowDifferences
    let outcome = try ExampleSelection.Outcome.parse(success, option: "--success", what: "choice")
    let (names, moved) = try models()
    let store = try RunStore.openRun(folder)
    if let limit, limit > store.configuration.dataset.count {
      Notice.show("--limit \(limit): the run attacked \(store.configuration.dataset.count.formatted) images")
    }
    let selection = try ExampleSelection(
      of: store.configuration, models: names, attacks: attack, epsilon: epsilon, classes: trueClass, targets: target,
      outcome: outcome, limit: limit)
    let sweep = try Sweep(
      reopening: store, catalog: data.catalog,
      places: RunPlaces(models: moved, dataset: dataset.map { NamedPath($0).value }))
    let export = try ExampleExport(sweep, store: store, selection: selection, options: options)
    Interruption.watch("nothing is written.")
    let progress = ProgressLine()
    let report = try export.write(
      to: output, threads: threads, isCancelled: { Interruption.isRequested },
      progress: { progress.show("attacking again", share: $0) })
    progress.clear()
    try store.close()
    guard let report else {
      progress.note("interrupted: nothing was written")
      throw Interruption()
    }
    show(report)
  }

  /// The names of `--model`, and the files of those that have moved.
  private func models() throws -> (names: String?, moved: [(name: String?, path: String)]) {
    guard let model else { return (nil, []) }
    let pieces = try NamedPath.list(parsing: model, option: "--model")
    return (
      pieces.map { $0.name ?? $0.value }.joined(separator: ","),
      pieces.filter { $0.name != nil }.map { ($0.name, $0.value) }
    )
  }

  private func show(_ report: ExampleExport.Report) {
    print(TextTable.aligned(rows(report.summary), flushRight: 3...10, width: Terminal.outputWidth), terminator: "")
    print("")
    if holdsLevels {
      for (epsilon, levels) in report.summary.floored {
        print("ε = \(epsilon) holds \(levels) whole levels of 1/255")
      }
    }
    let goal = report.fooling == report.count ? "" : ", \(report.fooling.formatted) of which reached their goal"
    let share = report.surviving == report.fooling ? "all" : report.surviving.formatted
    if report.fooling > 0 {
      print(
        "\(report.count.formatted) examples\(goal); read back, \(share) of them still fool the model inside the budget"
          + (report.surviving == report.fooling ? "" : "; --lattice finds ones that do"))
    } else {
      print("\(report.count.formatted) examples, none of which reached its goal")
    }
    switch report.differences {
    case 0: break
    case 1: print("one record came out differently from the run")
    default: print("\(report.differences.formatted) records came out differently from the run")
    }
    print(PrintableText.line("Wrote \(report.files.joined(separator: ", ")) into \(output)/"))
  }

  /// Whether the files hold whole levels.
  private var holdsLevels: Bool {
    lattice || format == ExampleExport.Format.png.rawValue || pixels == ExampleExport.Pixels.uint8.rawValue
  }

  private func rows(_ summary: ExampleSummary) -> [[String]] {
    let compared = lattice ? ["attacked", "succeeded", "cast to bytes", "rounded", "lattice"] : []
    return [["model", "attack", "goal", "ε"] + compared + ["exported", "survive"]]
      + summary.cells.map { cell in
        [cell.model, cell.attack, cell.goal, cell.epsilon]
          + [cell.attacked, cell.succeeded, cell.truncatedSurviving, cell.roundedSurviving, cell.latticeSucceeded]
          .compactMap { $0?.formatted } + [cell.exported.formatted, cell.surviving.formatted]
      }
  }
}
