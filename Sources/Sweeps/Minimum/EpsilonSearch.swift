import Attacks
import Models
import Runs
import Tensors

/// The search on one chunk of images with one attack.
///
/// Images that stand at the same ε are attacked together. What an attack does to an image does not depend on its batch.
struct EpsilonSearch {
  let configuration: MinimumConfiguration
  let chunk: SweepChunk
  let attack: any Attack
  let goal: Goal
  /// What the model says of the images before any attack.
  let clean: [Int]
  let attackIndex: Int

  private var classifier: any Classifier { chunk.classifier }
  private var images: Tensor { chunk.images }
  private var labels: [Int] { chunk.labels }
  private var ids: [Int] { chunk.ids }
  private var isCancelled: @Sendable () -> Bool { chunk.isCancelled }

  /// Levels, see `MinimumConfiguration.epsilon`: the attack fails at the lower and succeeds at the upper one.
  private struct Bracket {
    var failed = 0
    var succeeded: Int?
  }

  mutating func run() throws -> [MinimumRecord] {
    var records = labels.indices.map(unbeaten)
    var brackets = [Bracket](repeating: Bracket(), count: labels.count)
    let halvings = configuration.halvings(attack: attackIndex)
    let scan = configuration.scans[attackIndex]
    let levels = (1...scan).map { $0 << halvings }
    let options = AttackOptions(
      seed: configuration.seed, imageIDs: ids, cleanPredictions: clean, cleanPass: chunk.clean,
      isCancelled: isCancelled)
    let outcomes = try attack.run(
      on: classifier, images: images, labels: labels, goal: goal, norm: configuration.norm,
      budgets: levels.map(epsilon),
      options: options)
    for (level, outcome) in zip(levels, outcomes) {
      for row in labels.indices where records[row].status == .withstood || records[row].status == .beaten {
        note(outcome, at: row, in: &records[row], row, level, &brackets[row])
      }
    }
    for _ in 0..<halvings { try halve(&records, &brackets) }
    for row in records.indices { records[row].failedEpsilon = epsilon(brackets[row].failed) }
    if attack.isSingleStep(at: configuration.maximum.value) { try repeatAbove(&records) }
    return records
  }

  private func epsilon(_ level: Int) -> Float { configuration.epsilon(level, attack: attackIndex) }

  /// Tries the larger ε with every image that was beaten: a single step may go too far.
  private func repeatAbove(_ records: inout [MinimumRecord]) throws {
    let epsilons = configuration.repeats
    let beaten = records.indices.filter { row in records[row].epsilon.map { $0 < epsilons.last! } ?? false }
    guard let smallest = beaten.compactMap({ records[$0].epsilon }).min() else { return }
    let above = epsilons.filter { $0 > smallest }
    let options = AttackOptions(
      rawCurves: true, seed: configuration.seed, imageIDs: ids, cleanPredictions: clean, cleanPass: chunk.clean,
      isCancelled: isCancelled)
    let outcomes = try attack.run(
      on: classifier, images: images, labels: labels, goal: goal, norm: configuration.norm, budgets: above,
      options: options)
    for (epsilon, outcome) in zip(above, outcomes) {
      for row in beaten where records[row].epsilon! < epsilon {
        records[row].forwards += outcome.accounts[row].forwards
        records[row].backwards += outcome.accounts[row].backwards
        if !outcome.accounts[row].succeeded, records[row].failedAgainEpsilon == nil {
          records[row].failedAgainEpsilon = epsilon
        }
      }
    }
  }

  /// Attacks every image that was beaten at the middle of its bracket.
  private func halve(_ records: inout [MinimumRecord], _ brackets: inout [Bracket]) throws {
    var rows: [Int: [Int]] = [:]
    for (row, bracket) in brackets.enumerated() {
      if let succeeded = bracket.succeeded { rows[(bracket.failed + succeeded) / 2, default: []].append(row) }
    }
    for level in rows.keys.sorted() {
      let group = rows[level]!
      let options = AttackOptions(
        seed: configuration.seed, imageIDs: group.map { ids[$0] }, cleanPredictions: group.map { clean[$0] },
        isCancelled: isCancelled)
      let outcome = try attack.run(
        on: classifier, images: images.rows(at: group), labels: group.map { labels[$0] }, goal: goal(of: group),
        norm: configuration.norm, budgets: [epsilon(level)], options: options)[0]
      for (position, row) in group.enumerated() {
        note(outcome, at: position, in: &records[row], row, level, &brackets[row])
      }
    }
  }

  /// Records what happened to image `row`, which is number `position` of `outcome`, at `level`.
  private func note(
    _ outcome: AttackOutcome, at position: Int, in record: inout MinimumRecord, _ row: Int, _ level: Int,
    _ bracket: inout Bracket
  ) {
    let account = outcome.accounts[position]
    record.forwards += account.forwards
    record.backwards += account.backwards
    // Beaten at a smaller ε of the scan: nothing was tried here.
    guard account.attacked else { return }
    guard account.succeeded else {
      bracket.failed = level
      if record.status == .withstood { record.prediction = account.prediction }
      return
    }
    bracket.succeeded = level
    record.status = .beaten
    record.epsilon = epsilon(level)
    record.prediction = account.prediction
    let (perturbed, original) = (outcome.images.rows(position..<position + 1), images.rows(row..<row + 1))
    record.distances = NormDistances.all(of: perturbed, from: original)[0]
  }

  private func unbeaten(_ row: Int) -> MinimumRecord {
    let status: MinimumRecord.Status =
      clean[row] != labels[row] ? .alreadyWrong : goal.target(of: row) == labels[row] ? .labelIsTarget : .withstood
    return MinimumRecord(
      model: chunk.model, attack: attackIndex, image: ids[row], label: labels[row], target: goal.target(of: row),
      cleanPrediction: clean[row], prediction: clean[row], status: status, epsilon: nil, failedEpsilon: 0,
      failedAgainEpsilon: nil, distances: .zero, forwards: 0, backwards: 0)
  }

  private func goal(of rows: [Int]) -> Goal {
    if case .targeted(let targets) = goal { .targeted(rows.map { targets[$0] }) } else { .untargeted }
  }
}
