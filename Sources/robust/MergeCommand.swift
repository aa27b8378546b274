import ArgumentParser
import Datasets
import Evaluation
import Files
import Foundation
import Reports

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

  @Option(name: [.short, .long], help: "The folder of the whole run.")
  var output: String

  @Option(help: "Where a model's file is now, if it has moved: NAME=PATH, separated by commas.")
  var model: String?

  @OptionGroup var data: DatasetOptions
  @OptionGroup var figures: FigureOptions
  @OptionGroup var threading: ThreadOptions

  func run() throws {
    let threads = try threading.resolved()
    let formats = try figures.formats()
    let shards = try ShardSet(opening: parts)
    var options = shards.options
    if let formats { options.figures = formats }
    _ = try FigureRenderer(options.figures)
    let sweep = try Sweep(
      reopening: shards.configuration, catalog: data.catalog, paths: ModelPath.list(parsing: model))
    let directory = try SweepDirectory.open(
      at: output, configuration: shards.configuration, options: options)
    defer { try? directory.store.close() }
    let session = try SweepSession(sweep, in: directory, at: output, threads: threads)
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
          → for the very numbers of one machine, compute all parts by one build (see ROBUST_CPU)\n
        """
      FileHandle.standardError.write(Data(text.utf8))
    }
    var facts = mine
    facts.startedAt = min(mine.startedAt, all.map(\.startedAt).min() ?? mine.startedAt)
    facts.seconds += all.reduce(0) { $0 + $1.seconds }
    facts.threads = all.map(\.threads).max() ?? mine.threads
    return facts
  }
}

/// Where a model of a run is now: `NAME=PATH`.
struct ModelPath {
  let name: String
  let path: String

  init?(_ text: some StringProtocol) {
    guard let sign = text.firstIndex(of: "="), sign > text.startIndex else { return nil }
    name = String(text[..<sign])
    path = String(text[text.index(after: sign)...])
  }

  /// Reads pieces separated by commas.
  /// - Throws: `InputError(.usage)` for a piece that is none.
  static func list(parsing text: String?) throws -> [(name: String, path: String)] {
    try (text ?? "").split(separator: ",").map { piece in
      guard let path = ModelPath(piece) else {
        throw InputError(
          .usage, "--model", "“\(piece)” does not say which model of the run it is", remedy: "write NAME=PATH")
      }
      return (path.name, path.path)
    }
  }
}
