import ArgumentParser
import Datasets
import Figures
import Foundation
import Reports
import Runs
import Sweeps

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Join the parts of a sweep that `robust sweep --shard` made.",
    discussion: """
      Writes the records, examples and reports that the whole sweep would have written: the same bytes, but for times and \
      machine. Parts of different runs, a part that is missing, incomplete or there twice are refused by name.

      Examples:
        robust sweep --attack fgsm --shard 1/2 --output runs/part-1
        robust sweep --attack fgsm --shard 2/2 --output runs/part-2
        robust merge --output runs/whole runs/part-1 runs/part-2
      """)

  @Argument(help: "The folders of all parts, in any order.", completion: .directory)
  var parts: [String]

  @Option(name: [.short, .long], help: "The folder of the whole run: a new or an empty one.")
  var output: String

  @Option(help: "Where a model's file is now, if it has moved: NAME=PATH, separated by commas.")
  var model: String?

  @Option(help: "Where the file of the images is now, if it has moved.")
  var dataset: String?

  @OptionGroup var data: DatasetOptions
  @OptionGroup var figures: FigureOptions
  @OptionGroup var threading: ThreadOptions

  func run() throws {
    let threads = try threading.resolved()
    let formats = try figures.formats()
    try SweepDirectory.refuseIfBusy(output)
    let shards = try ShardSet(opening: parts)
    var options = shards.options
    if let formats { options.figures = formats }
    _ = try FigureRenderer(options.figures)
    let sweep = try Sweep(
      reopening: shards.configuration, catalog: data.catalog, places: RunPlaces(model: model, dataset: dataset))
    let directory = try SweepDirectory.open(
      at: output, configuration: shards.configuration, options: options)
    defer { try? directory.store.close() }
    let session = try SweepSession(sweep, in: directory, at: output, threads: threads)
    Interruption.watch("the parts are joined, and the rest is left for --resume.")
    try shards.merge(into: directory, of: sweep)
    // Nothing is left to attack, unless examples are missing; the manifest is written.
    try session.attack()
    try session.finish(facts(of: shards, session.facts))
  }

  /// The time and work of all parts, merged by the process of `mine`.
  private func facts(of shards: ShardSet, _ mine: RunFacts) -> RunFacts {
    let all = shards.facts
    let software = Set(all.map(\.host.software)).sorted()
    if software.count > 1 {
      let text = """
        robust: the parts were computed by different kernels, which round differently:
          \(software.joined(separator: "\n  "))
          → for the very numbers of one machine, compute all parts by one build (see ROBUST_CPU)
        """
      StandardError.note(text)
    }
    var facts = mine
    facts.startedAt = min(mine.startedAt, all.map(\.startedAt).min() ?? mine.startedAt)
    facts.seconds += all.reduce(0) { $0 + $1.seconds }
    facts.threads = all.map(\.threads).max() ?? mine.threads
    return facts
  }
}
