import ArgumentParser
import Datasets
import Diagnostics
import Files
import Foundation
import Inspection
import Models
import Runs
import Tensors
import Text

struct ReconstructCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reconstruct",
    abstract: "Make images again from the poses of class capsules, and move these poses.",
    discussion: """
      The decoder of a capsule network gets the pose of the class with the largest score and nothing else. \
      reconstructions.csv has the mean squared error of every image; reconstructions.png shows images above what was made of \
      them, framed in orange where the class was wrong; pose-ID.png has a row for each element of the pose, which is moved by \
      ±0.25 in steps of 0.05 from left to right (Sabour, Frosst & Hinton 2017, Fig. 4), and dimensions.csv says how much that \
      changes the picture. Models without a decoder get one by `robust train --decoder 512,1024`; with --initial FILE --only \
      decoder, their other weights stay as they are.

      Example: robust reconstruct dynamic-capsules-small --output poses
      """)

  @OptionGroup var given: ModelImagesOptions

  @Option(help: "Measure the first N images only, in class-balanced order.")
  var limit: Int?

  @Option(help: "Pictures of the images with these ids, separated by commas, instead of the first of each class.")
  var images: String?

  @Option(help: "How far elements of a pose are moved each way.")
  var range: Float = 0.25

  @OptionGroup var threading: ThreadOptions

  @Option(name: [.short, .long], help: "The folder to make: a new or an empty one.")
  var output: String

  func run() throws {
    let threads = try threading.resolved()
    try OutputPlace.requireEmptyFolder(output, option: "--output")
    let loaded = try given.load(for: "have a decoder to make images again")
    let dataset = try given.images(limit: limit, classCount: loaded.model.classCount)
    let reconstructor = try Reconstructor(loaded.model, dataset: dataset)
    let export = try ReconstructionExport(reconstructor, range: range)
    let pictures = try positions(in: dataset)
    Interruption.watch("nothing is written.")
    let progress = ProgressLine()
    let outcome = try unlessCancelled {
      try export.write(
        pictures: pictures, to: output, threads: threads, isCancelled: { Interruption.isRequested },
        progress: { progress.show("reconstructing", share: $0) })
    }
    progress.clear()
    guard let (results, files) = outcome else {
      progress.note("interrupted: nothing was written")
      throw Interruption()
    }
    show(ReconstructionSummary(results), dataset)
    print(PrintableText.line("Wrote \(files.joined(separator: ", ")) into \(output)/"))
  }

  /// Where the images of which there are pictures come in `dataset`.
  private func positions(in dataset: Dataset) throws -> [Int] {
    guard let images else { return Array(dataset.balancedOrder().prefix(min(dataset.classCount, 10))) }
    let places = Dictionary(zip(dataset.ids, dataset.ids.indices)) { first, _ in first }
    let ids = images.split(separator: ",", omittingEmptySubsequences: false)
    guard ids.count <= ReconstructionExport.largestPictureCount else {
      throw InputError(
        .usage, "--images", "\(ids.count) images",
        remedy: "name at most \(ReconstructionExport.largestPictureCount.formatted)")
    }
    var seen: Set<Int> = []
    return try ids.map { text -> Int in
      guard let id = Int(text) else {
        throw InputError(.usage, "--images", "“\(images)”", remedy: "write ids separated by commas, for example 0,7")
      }
      guard let place = places[id] else {
        throw InputError(
          .usage, "--images", "no image of \(dataset.name) that is measured has the id \(id)",
          remedy: "name ids among \(dataset.ids.min() ?? 0) to \(dataset.ids.max() ?? 0), or leave --limit out")
      }
      return place
    }.filter { seen.insert($0).inserted }
  }

  private func show(_ summary: ReconstructionSummary, _ dataset: Dataset) {
    print(
      "\(summary.count.formatted) images of \(dataset.name) (\(dataset.split.rawValue)), made again by \(given.model) from the pose "
        + "of one class\n")
    func line(_ name: String, _ count: Int, _ error: Double?) -> [String] {
      [name, count.formatted, error.map { String(format: "%.4f", $0) } ?? "–"]
    }
    let rows = [
      ["pose", "images", "mean squared error"], line("of the predicted class", summary.count, summary.error),
      line("… which is right", summary.rightCount, summary.errorOfRight),
      line("… which is wrong", summary.count - summary.rightCount, summary.errorOfWrong),
      line("of the true class", summary.count, summary.errorOfLabel),
    ]
    print(TextTable.aligned(rows, flushRight: 1...2, width: Terminal.outputWidth), terminator: "\n")
  }
}
