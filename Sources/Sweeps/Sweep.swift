public import Attacks
public import Datasets
import Diagnostics
import Files
public import Models
public import Runs
import Tensors

/// Every attack on every model, with every goal at every budget, on every image of a data set.
///
/// The work is split into chunks of `Classifier.chunkSize` images of one model, which does not depend on the number of
/// threads, and stored in the order of the chunks: the same sweep gives the same records, whole or resumed.
public struct Sweep: Sendable {
  /// How far a sweep has come.
  public struct Progress: Sendable, Hashable {
    /// Images, counted once for each model.
    public let done: Int
    public let total: Int
    /// Which of the models is being attacked, by name.
    public let model: String
  }

  public let configuration: RunConfiguration
  public let models: [any Classifier]
  public let attacks: [any Attack]
  public let dataset: Dataset

  /// A sweep as `configuration` says, of the models, attacks and images that it describes.
  ///
  /// - Throws: `InputError` if the data set is empty, does not suit a model, or if an objective or a target has no
  ///   meaning for it: before any work is done or anything is written.
  /// - Precondition: `configuration` describes the other arguments.
  public init(
    _ configuration: RunConfiguration, models: [any Classifier], attacks: [any Attack], dataset: Dataset
  ) throws {
    precondition(
      configuration.models.count == models.count && configuration.dataset.count == dataset.count
        && configuration.attacks.map(\.description) == attacks.map(\.description),
      "Sweep: the configuration describes other models, attacks or images")
    guard dataset.count > 0 else {
      throw InputError(.dataset, dataset.name, "there is no image to attack", remedy: "ask for one image or more")
    }
    try Self.refuseBoundless(configuration)
    for model in models {
      try model.requireSuiting(dataset)
      for goal in configuration.goals {
        try goal.validate(classCount: model.classCount)
        for attack in attacks {
          try Self.requireKnowledge(attack, of: model)
          try attack.validate(
            classCount: model.classCount, isTargeted: goal != .untargeted, norm: configuration.norm)
        }
      }
    }
    self.configuration = configuration
    self.models = models
    self.attacks = attacks
    self.dataset = dataset
  }

  /// - Throws: `InputError` of kind `.usage` if the attack needs more than the model gives.
  private static func requireKnowledge(_ attack: any Attack, of model: any Classifier) throws {
    let needs = type(of: attack).profile.needs
    guard needs > model.gives else { return }
    let others = AttackCatalog.all.map { $0.profile }.filter { $0.needs <= model.gives }.map(\.name)
    throw InputError(
      .usage, .attacks, "\(attack.name) needs \(needs) of a model; \(model.name) gives \(model.gives) only",
      remedy: "use \(others.joined(separator: " or ")), or let the model give \(needs)")
  }

  /// - Throws: `InputError` of kind `.usage` for a budget that allows more than any two images differ.
  private static func refuseBoundless(_ configuration: RunConfiguration) throws {
    let (norm, shape) = (configuration.norm, Shape(configuration.dataset.shape))
    guard let budget = configuration.budgets.last, budget.value > norm.diameter(of: shape) else { return }
    throw InputError(
      .usage, .budgets,
      "found \(budget.text); no two images of \(shape) are farther apart in \(norm.title) than "
        + "\(norm.diameter(of: shape))", remedy: "for example \(Setting.budgets.set(to: norm.defaultBudgets))")
  }

  /// Does what is not yet in `directory`, or of the part that it is for, and writes the pictures of `examples`.
  ///
  /// - Parameters:
  ///   - examples: those that the directory was opened for, if nil.
  ///   - isCancelled: asked before each chunk and between the steps of attacks; chunks in flight are then dropped, and
  ///     attacked anew by whoever goes on.
  ///   - progress: called after each chunk, in order, from any thread.
  /// - Returns: whether the run, or the part, is complete; if not, running it again goes on where it stopped.
  /// - Throws: `InputError` of kind `.output` if the folder can't be written. What was stored stays.
  public func run(
    into directory: SweepDirectory, threads: Int, examples: ExampleCount? = nil,
    isCancelled: @escaping @Sendable () -> Bool = { false }, progress: @Sendable (Progress) -> Void = { _ in }
  ) throws -> Bool {
    let exporter = SweepExamples(self, directory: directory, count: examples ?? directory.options.examples)
    let all = chunks(of: directory.options.shard)
    let chunks = try pending(all, directory, exporter)
    let total = all.reduce(0) { $0 + $1.positions.count }
    let before = total - chunks.reduce(0) { $0 + $1.chunk.positions.count }
    let done = Counter(before)
    let count = try inOrder(count: chunks.count, threads: threads, isCancelled: isCancelled) { index in
      let (chunk, isStored) = chunks[index]
      let work = try evaluate(chunk.model, chunk.positions, exporter, isCancelled)
      return (chunk, isStored, work)
    } consume: { chunk, isStored, work in
      // Pictures first: a chunk that is in the store is then complete.
      try exporter.write(work.pictures)
      if !isStored { try directory.store.append(work.records) }
      progress(
        Progress(done: done.adding(chunk.positions.count), total: total, model: models[chunk.model].name))
    }
    guard count == chunks.count, !isCancelled() else { return false }
    // The manifest of a part would be of no use: that of the whole is written when the parts are merged.
    guard directory.options.shard == nil else { return true }
    return try unlessCancelled { try exporter.writeManifest(threads: threads, isCancelled: isCancelled) } != nil
  }

  /// Some images of one model.
  struct Chunk: Sendable {
    let model: Int
    let positions: Range<Int>
  }

  /// The work in its order, or the `shard` of it.
  func chunks(of shard: Shard?) -> [Chunk] {
    var chunks: [Chunk] = []
    for (index, model) in configuration.models.enumerated() {
      for start in stride(from: 0, to: dataset.count, by: model.chunkSize) {
        chunks.append(Chunk(model: index, positions: start..<min(start + model.chunkSize, dataset.count)))
      }
    }
    return chunks.enumerated().filter { number, _ in shard?.includes(chunk: number) ?? true }.map(\.element)
  }

  /// Those of `chunks` that lack records or pictures, and whether their records are there.
  private func pending(
    _ chunks: [Chunk], _ directory: SweepDirectory, _ exporter: SweepExamples
  ) throws -> [(chunk: Chunk, isStored: Bool)] {
    let stored = try models.indices.map { try directory.store.images(model: $0, attack: 0, goal: 0) }
    let incomplete = try models.indices.map { try exporter.imagesWithoutPictures(model: $0) }
    return chunks.compactMap { chunk in
      let ids = chunk.positions.map { dataset.ids[$0] }
      let isStored = ids.allSatisfy(stored[chunk.model].contains)
      let isComplete = isStored && !ids.contains(where: incomplete[chunk.model].contains)
      return isComplete ? nil : (chunk, isStored)
    }
  }

  /// The records of some images of one model, and the pictures to be exported.
  private func evaluate(
    _ model: Int, _ positions: Range<Int>, _ exporter: SweepExamples, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> (records: [EvaluationRecord], pictures: [SweepExamples.Picture]) {
    let chunk = SweepChunk(self, model: model, positions: positions, isCancelled: isCancelled)
    let budgets = Array(configuration.budgets.indices)
    var records: [EvaluationRecord] = []
    var pictures: [SweepExamples.Picture] = []
    for (attackIndex, attack) in attacks.enumerated() {
      for (goalIndex, choice) in configuration.goals.enumerated() {
        for goal in chunk.goals(choice) {
          for found in try chunk.attacked(by: attack, goal, indices: (attackIndex, goalIndex), budgets: budgets) {
            records.append(found.record)
            let position = positions.lowerBound + found.row
            if exporter.includes(found.record, at: position) {
              pictures.append(exporter.picture(found.record, of: found.image, at: position))
            }
          }
        }
      }
    }
    return (records, pictures)
  }
}
