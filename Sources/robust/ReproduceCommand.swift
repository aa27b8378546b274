import ArgumentParser
import Datasets
import Diagnostics
import Figures
import Files
import Foundation
import Reproduction

struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract: "Make the tables and figures of “Matrix capsules with EM routing” anew, beside the published numbers.",
    discussion: """
      Experiments: \(ExperimentCatalog.names.joined(separator: ", ")).

      They run on smallNORB if its files are found, else on ToyNORB, which is synthetic and always called so. Each writes a page, \
      tables as CSV and JSON, and pictures into the output folder, whose README.md sums them up. Networks are trained once and \
      kept in its models/. After Ctrl-C or any other stop the same command goes on from there.

      Examples:
        robust reproduce parameters
        robust reproduce all --quick
        robust reproduce table-1 table-2 --data ~/smallnorb
        robust reproduce figure-3 --dataset toynorb-48 --epochs 20 --iterations 2
      """)

  @Argument(
    help: "What to make: \(ExperimentCatalog.names.joined(separator: ", ")).",
    completion: .list(ExperimentCatalog.names))
  var experiments: [String]

  @OptionGroup var data: DatasetOptions

  @Option(
    help: """
      The images: \(ImageSource.names.joined(separator: " or ")), or any other data set (see `robust data`). \
      Default: the first of these that is found.
      """)
  var dataset: String?

  @Flag(help: "Few images and epochs: everything in minutes, to see that it works.")
  var quick = false

  @Option(
    help: "The size of the capsule network: \(Settings.Network.allCases.map(\.rawValue).joined(separator: " or ")).")
  var network: String = Settings.Network.small.rawValue

  @Option(
    help: "Iterations of EM routing, 1 to 5, for figures and attacks; rows of Table 1 have their own, Table 2 has two.")
  var iterations: Int = 3

  @Option(help: "Passes over the training images. Default: 10, with --quick 2.")
  var epochs: Int?

  @Option(help: "How many test images are attacked. Default: 500, with --quick 50.")
  var limit: Int?

  @OptionGroup var figures: FigureOptions

  @OptionGroup var threading: ThreadOptions

  @Option(
    name: [.short, .long], help: "The folder to write into: a new or an empty one, or one to go on from.",
    completion: .directory)
  var output: String = "runs/reproduction"

  func run() throws {
    let chosen = try ExperimentCatalog.experiments(experiments)
    let settings = try Settings(
      network: .parse(network, option: "--network", what: "network"), iterations: iterations, isQuick: quick,
      epochs: epochs, attackedImages: limit)
    let threads = try threading.resolved()
    let renderer = try figures.renderer()
    let folder = try ReproductionFolder(output)
    defer { folder.close() }
    Interruption.watch("what is done is kept, and the same command goes on from there.")
    let workplace = ExperimentEnvironment(
      threads: threads, toolVersion: Robust.version, display: { ProgressLine(from: $0) },
      isCancelled: { Interruption.isRequested })
    let context = ReproductionContext(
      settings: settings, folder: folder, source: ImageSource(dataset, in: data.catalog), workplace: workplace)
    do {
      try Reproduction(chosen, context).run { print($0) }
    } catch is Interrupted {
      ProgressLine().note("interrupted: what was done is kept in \(output)/, and the same command goes on from there")
      throw Interruption()
    }
    let url = URL(filePath: output, directoryHint: .isDirectory)
    _ = try renderer.render(FileManager.default.contentsOfDirectory(atPath: url.path).sorted(), in: url)
    print(PrintableText.line("Wrote \(output)/: see README.md there."))
  }
}

extension ProgressLine: ProgressDisplay {}
