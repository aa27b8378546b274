import ArgumentParser
import Datasets
import Diagnostics
import Figures
import Files
import Foundation
import Inspection
import Models
import Reports
import Runs
import Tensors

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what the layers of a model do: activations, dead units, and how routing goes.",
    discussion: """
      Prints, for each layer, the distribution of its activations and the units that no image activates; for layers that \
      route, free energy, entropy of the assignments and agreement of the votes in each iteration. Writes inspection.json, \
      activations.svg, for capsules routing.svg, and for EM routing how the votes for the class capsules are routed in the \
      first image that is classified correctly (votes-right.svg), in the first that is not (votes-wrong.svg), and in both \
      (votes.csv).

      Examples:
        robust inspect matrix-capsules-small
        robust inspect cnn.safetensors --dataset fashion-mnist --limit 1000 --output inspection/cnn
      """)

  @OptionGroup var given: ModelImagesOptions

  @Option(help: "Look at the first N images only, in class-balanced order. Default: 200.")
  var limit: Int?

  @Option(
    parsing: .unconditional,
    help: """
      How active a unit has to be once not to be dead: as a share of the way from its activation at rest to 1, or for mixing \
      proportions to the uniform share. Rectified units are alive if they are ever above 0.
      """)
  var threshold: Double = 0.1

  @OptionGroup var figures: FigureOptions

  @OptionGroup var threading: ThreadOptions

  @Option(
    name: [.short, .long],
    help: """
      The folder to write into: a new or an empty one, or one with an earlier inspection, which is replaced. Default: \
      runs/inspect- and the names of model and data.
      """)
  var output: String?

  func run() throws {
    guard threshold >= 0, threshold.isFinite else {
      throw InputError(.usage, "--threshold", "\(threshold)", remedy: "use 0 or more, for example 0.1")
    }
    // A place that was named is looked at before anything is loaded.
    let named = try output.map { try ResultFolder($0, for: .inspection) }
    defer { named?.close() }
    let threads = try threading.resolved()
    let renderer = try figures.renderer()
    let loaded = try given.load(for: "can be inspected")
    guard let inspectable = loaded.model as? any Inspectable else {
      throw InputError(
        .model, given.model, "the layers of a model of the architecture \(loaded.architecture) can't be inspected",
        remedy: "inspect matrix capsules, dynamic capsules or a CNN")
    }
    let images = try given.images(
      limit: limit ?? 200, isGiven: limit != nil, classCount: inspectable.classCount)
    guard images.shape == inspectable.inputShape, images.classCount == inspectable.classCount else {
      throw InputError(
        .dataset, images.name,
        "it has \(images.shape) images in \(images.classCount) classes, and \(given.model) takes \(inspectable.inputShape) in "
          + "\(inspectable.classCount)", remedy: "name the data set that the model was made for by --dataset")
    }
    let path = "runs/inspect-\(FileName.safe(inspectable.name))-\(FileName.safe(PathParts.name(images.name)))"
    let folder = try named ?? ResultFolder(path, for: .inspection)
    defer { if named == nil { folder.close() } }
    try inspect(inspectable, images, renderer, into: folder, called: output ?? path, threads: threads)
  }

  private func inspect(
    _ model: some Inspectable, _ images: Dataset, _ renderer: FigureRenderer, into folder: ResultFolder,
    called path: String,
    threads: Int
  ) throws {
    let dropped = "interrupted: nothing was written"
    Interruption.watch("nothing is written.") {
      folder.close()
      return dropped
    }
    let progress = ProgressLine()
    let inspection = try ModelInspection.run(
      model, on: images, threshold: threshold, threads: threads, isCancelled: { Interruption.isRequested },
      progress: { done in
        progress.show(
          model.name, share: Double(done) / Double(images.count), detail: "\(done)/\(images.count) images")
      })
    progress.clear()
    guard let inspection, let votes = try unlessCancelled({ try votes(model, images, threads: threads) }) else {
      progress.note(dropped)
      throw Interruption()
    }
    Interruption.watch("the files are written.")
    var files = [
      ("inspection.json", try InspectionReport.json(inspection)),
      ("activations.svg", Data(InspectionReport.activationsFigure(inspection).utf8)),
    ]
    if let figure = InspectionReport.routingFigure(inspection) { files.append(("routing.svg", Data(figure.utf8))) }
    files += votes
    for (name, data) in files { try AtomicFile.write(data, to: folder.url.appending(path: name).path) }
    let rendered = try renderer.render(files.map(\.0), in: folder.url)
    print(InspectionReport.text(inspection, width: Terminal.outputWidth))
    print(PrintableText.line("Wrote \((files.map(\.0) + rendered).joined(separator: ", ")) into \(path)/"))
  }

  /// How votes are routed in an image that is classified correctly, and in one that is not.
  private func votes(_ model: some Inspectable, _ images: Dataset, threads: Int) throws -> [(String, Data)] {
    let examples = try RoutingExample.choose(
      [.right(), .wrong()], model: model, dataset: images, threads: threads,
      isCancelled: { Interruption.isRequested })
    var files: [(String, Data)] = []
    var table: [(name: String, distances: VoteDistances)] = []
    for (name, example) in zip(["right", "wrong"], examples) {
      guard let example else { continue }
      let distances = VoteDistances(example.trace, bins: 60)
      let title =
        "\(model.name): votes for the class capsules, \(RoutingFigures.title(example, images.classNames))"
      let figure = VoteDistanceFigure.complete(distances, classes: images.classNames, title: title)
      files.append(("votes-\(name).svg", Data(figure.utf8)))
      table.append((name, distances))
    }
    guard !table.isEmpty else { return [] }
    return files + [("votes.csv", Data(VoteDistanceFigure.csv(table, classes: images.classNames).utf8))]
  }
}
