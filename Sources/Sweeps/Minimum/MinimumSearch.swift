public import Attacks
public import Datasets
import Diagnostics
public import Models
import Runs
import Synchronization
import Tensors

/// The smallest ε at which attacks beat each image: a coarse scan, then bisection.
///
/// The scan finds the first of a few evenly spaced ε that succeeds; bisection then halves the interval between it and the
/// ε before, always keeping an end that succeeds and one that fails. So the ε reported really succeeds, with the image
/// that the attack returned. If success is not monotone in ε, as for a single step that may overshoot, it is *a* crossing
/// from failure to success; a smaller one between two ε of the scan may have been missed. The scan of a single step is finer
/// for that reason, and images it beat are tried again at a few larger ε, to say how many withstand them.
public struct MinimumSearch: Sendable {
  public let configuration: MinimumConfiguration
  private let sweep: Sweep

  /// A search with the models, attacks and images that `configuration` describes.
  ///
  /// - Throws: `InputError` where `Sweep` would.
  public init(
    _ configuration: MinimumConfiguration, models: [any Classifier], attacks: [any Attack], dataset: Dataset
  ) throws {
    self.configuration = configuration
    let run = RunConfiguration(
      models: configuration.models, dataset: configuration.dataset, attacks: configuration.attacks,
      norm: configuration.norm, goals: [configuration.goal], budgets: [configuration.maximum],
      limit: configuration.limit,
      seed: configuration.seed, toolVersion: configuration.toolVersion)
    sweep = try Sweep(run, models: models, attacks: attacks, dataset: dataset)
  }

  /// Searches on `threads` threads; the result does not depend on their number.
  ///
  /// - Parameters:
  ///   - isCancelled: asked before each chunk and between the steps of attacks.
  ///   - progress: called after each chunk, in order, from any thread.
  /// - Returns: records by model, then image, then attack; nil if it was cancelled.
  /// - Throws: `InputError(.model)` if scores of an image are not finite.
  public func run(
    threads: Int, isCancelled: @escaping @Sendable () -> Bool = { false },
    progress: @Sendable (Sweep.Progress) -> Void = { _ in }
  ) throws -> [MinimumRecord]? {
    var chunks: [(model: Int, positions: Range<Int>)] = []
    for (index, model) in sweep.models.enumerated() {
      for start in stride(from: 0, to: sweep.dataset.count, by: model.chunkSize) {
        chunks.append((index, start..<min(start + model.chunkSize, sweep.dataset.count)))
      }
    }
    let work = chunks
    let total = sweep.models.count * sweep.dataset.count
    let collected = Collected()
    let count = try inOrder(count: work.count, threads: threads, isCancelled: isCancelled) { index in
      (index, try search(work[index].model, work[index].positions, isCancelled))
    } consume: { index, records in
      let done = collected.add(records, images: work[index].positions.count)
      progress(Sweep.Progress(done: done, total: total, model: sweep.models[work[index].model].name))
    }
    return count == work.count && !isCancelled() ? collected.records : nil
  }

  /// The records of some images of one model.
  private func search(
    _ model: Int, _ positions: Range<Int>, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> [MinimumRecord] {
    let chunk = SweepChunk(sweep, model: model, positions: positions, isCancelled: isCancelled)
    if let row = chunk.clean.scores.rowsAreFinite().firstIndex(of: false) {
      // Such an image would pass for one that no ε beats.
      throw InputError(
        .model, sweep.models[model].name,
        "its scores of image \(chunk.ids[row]) are not finite, and say nothing of robustness",
        remedy: "use another checkpoint; `\(Action.sweep)` says how many images are affected")
    }
    let goal = chunk.goals(configuration.goal)[0]
    var byAttack: [[MinimumRecord]] = []
    for (index, attack) in sweep.attacks.enumerated() {
      var bisection = EpsilonSearch(
        configuration: configuration, chunk: chunk, attack: attack, goal: goal, clean: chunk.clean.predictions,
        attackIndex: index)
      byAttack.append(try bisection.run())
    }
    return positions.indices.flatMap { position in
      byAttack.map { $0[position - positions.startIndex] }
    }
  }
}

/// Records that arrive in order, from any thread.
private final class Collected: Sendable {
  private let state = Mutex((records: [MinimumRecord](), images: 0))

  var records: [MinimumRecord] { state.withLock { $0.records } }

  /// Adds the records of `images` more images; returns how many images there are now.
  func add(_ records: [MinimumRecord], images: Int) -> Int {
    state.withLock { state in
      state.records += records
      state.images += images
      return state.images
    }
  }
}
