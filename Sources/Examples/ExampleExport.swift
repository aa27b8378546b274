import Attacks
import Datasets
import Diagnostics
import Files
import Foundation
import Models
public import Runs
public import Sweeps
import Synchronization
import Tensors

/// Writes adversarial examples of a finished run as files, reads them back, and says of each whether it still fools its
/// model.
///
/// A run holds no images: its attacks are run again on the images that are selected, which gives the same examples bit for
/// bit, and a record that comes out differently is an error.
public struct ExampleExport: Sendable {
  /// One PNG an example, or one file of arrays with all of them.
  public enum Format: String, Sendable, CaseIterable {
    case png, npy, npz, safetensors
  }

  /// How arrays hold pixels: as the attack returned them, or as the levels of an 8-bit file.
  public enum Pixels: String, Sendable, CaseIterable {
    case float32, uint8
  }

  /// What is written, and how.
  public struct Options: Sendable {
    public var format = Format.png
    public var pixels = Pixels.float32
    /// Compress arrays by Zstandard.
    public var isCompressed = false
    /// Attack once more on the grid of 8-bit images, and export what that finds.
    public var usesLattice = false
    /// Write pictures of originals, perturbations and examples side by side.
    public var writesGrids = false
    /// Write a picture of all examples.
    public var writesContactSheet = false
    /// Export what is found now even if the run holds something else.
    public var allowsDifferences = false

    public init() {}

    /// Whether files hold whole levels.
    var holdsLevels: Bool { format == .png || pixels == .uint8 }
  }

  /// What was exported.
  public struct Report: Sendable {
    public let summary: ExampleSummary
    /// Examples exported, how many of them reached their goal, and how many of these do as files inside the budget.
    public let count: Int
    public let fooling: Int
    public let surviving: Int
    /// Records that came out differently.
    public let differences: Int
    /// The names of the files, but for the examples themselves.
    public let files: [String]
  }

  let sweep: Sweep
  let store: RunStore
  let selection: ExampleSelection
  let options: Options

  /// - Throws: `InputError(.usage)` for options that contradict each other or the run.
  public init(_ sweep: Sweep, store: RunStore, selection: ExampleSelection, options: Options) throws {
    if options.isCompressed, options.format == .png || options.format == .npz {
      throw InputError(
        .usage, .isCompressed, "\(options.format.rawValue) files are read as they are by other programs",
        remedy: "leave it out, or use \(Setting.format.set(to: "npy")) or safetensors")
    }
    if options.usesLattice,
      let other = selection.attacks.first(where: {
        sweep.attacks[$0].onLattice == nil || sweep.configuration.norm.onLattice == nil
      })
    {
      throw InputError(
        .usage, .usesLattice, "\(sweep.attacks[other].name) can't search on the grid of levels",
        remedy: "leave it out, or choose another \(Setting.attacks)")
    }
    (self.sweep, self.store, self.selection, self.options) = (sweep, store, selection, options)
  }

  /// Makes the folder at `path`, complete or not at all.
  ///
  /// - Parameters:
  ///   - isCancelled: asked between the steps of attacks, before each file, and while files are read back.
  ///   - progress: called with the share of images done.
  /// - Returns: what was exported; `nil` if cancelled.
  /// - Throws: `InputError` of kind `.output` if the folder can't be written or holds something, of kind `.file` if the run
  ///   is not complete or can't be reproduced, and of kind `.usage` if there is nothing to export.
  public func write(
    to path: String, threads: Int, isCancelled: @escaping @Sendable () -> Bool = { false },
    progress: @Sendable (Double) -> Void = { _ in }
  ) throws -> Report? {
    try unlessCancelled { try report(path, threads: threads, isCancelled: isCancelled, progress: progress) }
  }

  /// - Throws: `CancellationError` soon after `isCancelled`.
  private func report(
    _ path: String, threads: Int, isCancelled: @escaping @Sendable () -> Bool, progress: @Sendable (Double) -> Void
  ) throws -> Report {
    try store.requireComplete()
    let folder = try ExportFolder(path, isCancelled: isCancelled)
    defer { folder.discard() }
    let search = ExampleSearch(
      sweep: sweep, store: store, selection: selection, usesLattice: options.usesLattice)
    let batches = try search.batches()
    let total = batches.reduce(0) { $0 + $1.positions.count }
    let pictures = ExamplePictures(sweep)
    let files = ExampleFiles(pictures: pictures, options: options, folder: folder)
    let output = Mutex(ExampleOutput(pictures, options, folder))
    let done = try inOrder(count: batches.count, threads: threads, isCancelled: isCancelled) { index in
      let batch = batches[index]
      var found = try search.run(batch, isCancelled)
      guard found.differences.isEmpty || options.allowsDifferences else { throw irreproducible(found.differences[0]) }
      let exported = found.examples.indices.filter { selection.includes(success: found.examples[$0].record.success) }
      let contents = try files.files(exported.map { found.examples[$0] }, sweep.models[batch.model])
      for (index, file) in zip(exported, contents) { found.examples[index].file = file }
      return (found, batch.positions.count)
    } consume: { found, count in
      try output.withLock {
        try $0.append(found)
        $0.done += count
        progress(Double($0.done) / Double(total))
      }
    }
    guard done == batches.count, !isCancelled() else { throw CancellationError() }
    let report = try output.withLock { try $0.finish(selection) }
    guard report.count > 0 else { throw try nothing() }
    try folder.finish()
    return report
  }

  /// Nothing matches, or nothing that does came out as asked for.
  private func nothing() throws -> InputError {
    var matching = 0
    for model in selection.models {
      for attack in selection.attacks {
        for goal in sweep.configuration.goals.indices {
          matching += try store.records(model: model, attack: attack, goal: goal, where: { selection.includes($0) })
            .count
        }
      }
    }
    let outcome = selection.outcome == .no ? "failed" : "succeeded"
    return InputError(
      .usage, "the selection",
      matching == 0
        ? "no attack of the run matches it" : "none of its attacks (\(matching) without \(Setting.limit)) \(outcome)",
      remedy: "widen \(Setting.classes), \(Setting.targets), \(Setting.epsilon) or \(Setting.limit), or choose by "
        + "\(Setting.outcome.set(to: "yes")), no or all")
  }

  private func irreproducible(_ difference: (stored: EvaluationRecord, now: EvaluationRecord)) -> InputError {
    let (stored, now) = difference
    let what = sweep.configuration.models[stored.model].name
    let epsilon = sweep.configuration.budgets[stored.budget].text
    let (made, mine) = ((try? store.facts())?.host.software, RunFacts.Host.current.software)
    let build =
      made == mine || made == nil
      ? "make the run again: it was changed, or made by another build"
      : "use the build that made the run (\(made!); this one: \(mine))"
    return InputError(
      .file, store.url.path,
      "image \(stored.image) at ε = \(epsilon) on \(what) came out as class \(now.prediction) (‖x′ − x‖₂ = \(now.distances["l2"] ?? .nan), "
        + "\(now.forwards) passes); the run holds class \(stored.prediction) (\(stored.distances["l2"] ?? .nan), \(stored.forwards))",
      remedy: build + ", or export what is found now by \(Setting.allowsDifferences)")
  }
}
