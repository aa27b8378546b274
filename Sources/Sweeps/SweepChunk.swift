package import Attacks
import Datasets
package import Models
package import Runs
package import Tensors

/// Some images of one model of a sweep, and what the model says of them before any attack.
///
/// The one place where attacks are run for a record: sweeps, exports and searches for the smallest ε start here.
package struct SweepChunk {
  package let configuration: RunConfiguration
  package let model: Int
  package let classifier: any Classifier
  /// Where the images come in the data set of the sweep.
  package let positions: [Int]
  /// `[image, channel, row, column]`.
  package let images: Tensor
  package let labels: [Int]
  /// The images' numbers in their data set.
  package let ids: [Int]
  package let clean: CleanPass
  package let isCancelled: @Sendable () -> Bool
  private let cleanPredictions: [Int]
  /// What the scores of the original images tell by themselves.
  private let cleanFlags: [RecordFlags]

  package init(
    _ sweep: Sweep, model: Int, positions: some Collection<Int>, isCancelled: @escaping @Sendable () -> Bool
  ) {
    configuration = sweep.configuration
    self.model = model
    classifier = sweep.models[model]
    self.positions = Array(positions)
    images = sweep.dataset.images(at: self.positions)
    labels = sweep.dataset.labels(at: self.positions)
    ids = self.positions.map { sweep.dataset.ids[$0] }
    clean = CleanPass(classifier, images: images)
    self.isCancelled = isCancelled
    cleanPredictions = clean.predictions
    cleanFlags = RecordFlags.ofScores(clean.scores, labels: labels)
  }

  /// The goals of these images, as a choice of targets has them.
  package func goals(_ choice: TargetChoice) -> [Goal] {
    choice.goals(labels: labels, imageIDs: ids, cleanScores: clean.scores, seed: configuration.seed)
  }

  /// One image at one budget: its record, and the image that was returned, `[1, channel, row, column]`.
  package struct Attacked {
    /// The image's place in the chunk.
    package let row: Int
    package let record: EvaluationRecord
    /// Of the whole chunk.
    fileprivate let images: Tensor

    package var image: Tensor { images.rows(row..<row + 1) }
  }

  /// Every image attacked at `budgets`, positions in the configuration, in the order of budgets, then images.
  ///
  /// - Parameters:
  ///   - indices: the positions of `attack` and of the goal's kind in the configuration.
  /// - Throws: `CancellationError` soon after `isCancelled`, what the attack does, and `InputError` if the model failed.
  package func attacked(
    by attack: any Attack, _ goal: Goal, indices: (attack: Int, goal: Int), budgets: [Int]
  ) throws -> [Attacked] {
    let options = AttackOptions(
      rawCurves: configuration.rawCurves, seed: configuration.seed, imageIDs: ids,
      cleanPredictions: cleanPredictions, cleanPass: clean, isCancelled: isCancelled)
    let outcomes = try attack.run(
      on: classifier, images: images, labels: labels, goal: goal, norm: configuration.norm,
      budgets: budgets.map { configuration.budgets[$0].value }, options: options)
    try classifier.check()
    return zip(budgets, outcomes).flatMap { budget, outcome in
      let distances = NormDistances.all(of: outcome.images, from: images)
      return outcome.accounts.enumerated().map { row, account in
        let record = EvaluationRecord(
          model: model, attack: indices.attack, goal: indices.goal, target: goal.target(of: row), budget: budget,
          image: ids[row], label: labels[row], cleanPrediction: cleanPredictions[row], prediction: account.prediction,
          success: account.succeeded, attacked: account.attacked && outcome.budget > 0, distances: distances[row],
          forwards: account.forwards, backwards: account.backwards, seed: configuration.seed,
          flags: RecordFlags(account).union(cleanFlags[row]))
        return Attacked(row: row, record: record, images: outcome.images)
      }
    }
  }
}

extension Goal {
  /// The class that image `row` is to be taken for.
  package func target(of row: Int) -> Int? {
    if case .targeted(let targets) = self { targets[row] } else { nil }
  }
}
