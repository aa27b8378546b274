public import Attacks
public import Datasets
import Files
public import Models
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
  let goals: [TargetChoice]

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
    goals = configuration.goals.map(\.targetChoice)
    guard dataset.count > 0 else {
      throw InputError(.dataset, dataset.name, "there is no image to attack", remedy: "ask for one image or more")
    }
    for model in models {
      guard model.inputShape == dataset.shape, model.classCount == dataset.classCount else {
        throw InputError(
          .model, model.name,
          "it takes images of \(model.inputShape) in \(model.classCount) classes; those of \(dataset.name) are "
            + "\(dataset.shape) in \(dataset.classCount) classes",
          remedy: "choose a model that was trained on such images, or the data set it was trained on")
      }
      for goal in goals {
        try goal.validate(classCount: model.classCount)
        for attack in attacks {
          try attack.objective.validate(classCount: model.classCount, isTargeted: goal != .untargeted)
        }
      }
    }
    self.configuration = configuration
    self.models = models
    self.attacks = attacks
    self.dataset = dataset
  }

  /// Does what is not yet in `directory`, and writes the pictures of `examples`.
  ///
  /// - Parameters:
  ///   - isCancelled: asked before each chunk; those in flight are finished and stored.
  ///   - progress: called after each chunk, in order, from any thread.
  /// - Returns: whether the run is complete; if not, running it again goes on where it stopped.
  /// - Throws: `InputError` of kind `.output` if the folder can't be written. What was stored stays.
  public func run(
    into directory: SweepDirectory, threads: Int, examples: SweepExamples.Count = .first(10),
    isCancelled: @Sendable () -> Bool = { false }, progress: @Sendable (Progress) -> Void = { _ in }
  ) throws -> Bool {
    let exporter = SweepExamples(self, directory: directory, count: examples)
    let chunks = try pendingChunks(directory, exporter)
    let total = models.count * dataset.count
    let before = total - chunks.reduce(0) { $0 + $1.positions.count }
    let done = Counter(before)
    let count = try inOrder(count: chunks.count, threads: threads, isCancelled: isCancelled) { index in
      let chunk = chunks[index]
      let work = try evaluate(chunk.model, chunk.positions, exporter)
      return (chunk, work)
    } consume: { chunk, work in
      // Pictures first: a chunk that is in the store is then complete.
      try exporter.write(work.pictures)
      if !chunk.isStored { try directory.store.append(work.records) }
      progress(
        Progress(done: done.adding(chunk.positions.count), total: total, model: models[chunk.model].name))
    }
    guard count == chunks.count, !isCancelled() else { return false }
    try exporter.writeManifest(threads: threads)
    return true
  }

  /// Some images of one model.
  struct Chunk: Sendable {
    let model: Int
    let positions: Range<Int>
    /// Whether the records are there, and only pictures are missing.
    let isStored: Bool
  }

  private func pendingChunks(_ directory: SweepDirectory, _ exporter: SweepExamples) throws -> [Chunk] {
    var chunks: [Chunk] = []
    for (index, model) in models.enumerated() {
      var stored = Set<Int>()
      var incomplete = Set<Int>()
      if directory.isResumed {
        stored = try directory.store.images(model: index, attack: 0, goal: 0)
        incomplete = try exporter.imagesWithoutPictures(model: index)
      }
      for start in stride(from: 0, to: dataset.count, by: model.chunkSize) {
        let positions = start..<min(start + model.chunkSize, dataset.count)
        let isStored = positions.allSatisfy { stored.contains(dataset.ids[$0]) }
        if isStored, !positions.contains(where: { incomplete.contains(dataset.ids[$0]) }) { continue }
        chunks.append(Chunk(model: index, positions: positions, isStored: isStored))
      }
    }
    return chunks
  }

  /// The records of some images of one model, and the pictures to be exported.
  private func evaluate(
    _ model: Int, _ positions: Range<Int>, _ exporter: SweepExamples
  ) throws -> (records: [EvaluationRecord], pictures: [SweepExamples.Picture]) {
    let classifier = models[model]
    let images = dataset.images(at: positions)
    let (labels, ids) = (dataset.labels(at: positions), positions.map { dataset.ids[$0] })
    let cleanPass = CleanPass(classifier, images: images)
    let (cleanScores, clean) = (cleanPass.scores, cleanPass.predictions)
    let cleanFlags = RecordFlags.ofScores(cleanScores, labels: labels)
    let options = AttackOptions(
      rawCurves: configuration.rawCurves, seed: configuration.seed, imageIDs: ids, cleanPredictions: clean,
      cleanPass: cleanPass)
    var records: [EvaluationRecord] = []
    var pictures: [SweepExamples.Picture] = []
    for (attackIndex, attack) in attacks.enumerated() {
      for (goalIndex, choice) in goals.enumerated() {
        let goals = choice.goals(labels: labels, imageIDs: ids, cleanScores: cleanScores, seed: configuration.seed)
        for goal in goals {
          let outcomes = try attack.run(
            on: classifier, images: images, labels: labels, goal: goal, budgets: configuration.budgets.map(\.value),
            options: options)
          for (budgetIndex, outcome) in outcomes.enumerated() {
            let norms = (
              LInfinity().distances(of: outcome.images, from: images), euclidean(outcome.images, images)
            )
            for (row, account) in outcome.accounts.enumerated() {
              let record = EvaluationRecord(
                model: model, attack: attackIndex, goal: goalIndex, target: goal.target(of: row),
                budget: budgetIndex, image: ids[row], label: labels[row], cleanPrediction: clean[row],
                prediction: account.prediction, success: account.succeeded,
                attacked: account.attacked && outcome.budget > 0, linfNorm: norms.0[row], l2Norm: norms.1[row],
                forwards: account.forwards, backwards: account.backwards, seed: configuration.seed,
                flags: RecordFlags(account).union(cleanFlags[row]))
              records.append(record)
              if exporter.includes(record, at: positions.lowerBound + row) {
                pictures.append(
                  exporter.picture(record, of: outcome.images.rows(row..<row + 1), at: positions.lowerBound + row))
              }
            }
          }
        }
      }
    }
    return (records, pictures)
  }

  /// ‖x′ − x‖₂ of each image, summed in double precision.
  func euclidean(_ perturbed: Tensor, _ originals: Tensor) -> [Float] {
    let stride = originals.shape.withoutBatch.count
    return perturbed.withUnsafeBuffer { a in
      originals.withUnsafeBuffer { b in
        (0..<originals.shape[0]).map { image in
          var sum = 0.0
          for i in image * stride..<(image + 1) * stride {
            let difference = Double(a[i] - b[i])
            sum += difference * difference
          }
          return Float(sum.squareRoot())
        }
      }
    }
  }
}

extension Goal {
  /// The class that image `row` is to be taken for.
  fileprivate func target(of row: Int) -> Int? {
    if case .targeted(let targets) = self { targets[row] } else { nil }
  }
}
