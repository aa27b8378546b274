import Attacks
import Datasets
import Files
import Foundation
import Models
import Runs
import Sweeps
import Tensors

/// Attacks the images of a run again, which holds none, and compares what comes of it with what is stored.
struct ExampleSearch: Sendable {
  /// Some images of one model, attack, goal and, for the goal `each`, target.
  struct Batch: Sendable {
    let model: Int
    let attack: Int
    let goal: Int
    let target: Int?
    let positions: [Int]
  }

  /// What a batch gave, for every record that the selection includes whatever came of it.
  struct Result: Sendable {
    var examples: [Example]
    /// Records that came out differently now.
    let differences: [(stored: EvaluationRecord, now: EvaluationRecord)]
  }

  let sweep: Sweep
  let store: RunStore
  let selection: ExampleSelection
  let usesLattice: Bool

  /// The work, in the order of the records.
  func batches() throws -> [Batch] {
    let dataset = sweep.dataset
    var chosen = Array(dataset.labels.indices)
    if let classes = selection.classes { chosen = chosen.filter { classes.contains(dataset.labels[$0]) } }
    if let limit = selection.limit { chosen = Array(chosen.prefix(limit)) }
    let positions = Dictionary(chosen.map { (dataset.ids[$0], $0) }) { first, _ in first }
    var batches: [Batch] = []
    for model in selection.models {
      let size = sweep.models[model].chunkSize
      for attack in selection.attacks {
        for (goal, kind) in sweep.configuration.goals.enumerated() {
          let wanted = try store.records(model: model, attack: attack, goal: goal) {
            // On the lattice, what succeeds is not known before.
            positions[$0.image] != nil && selection.includes($0)
              && (usesLattice || selection.includes(success: $0.success))
          }
          let groups = Dictionary(grouping: wanted) { kind == .each ? $0.target : nil }
          for (target, records) in groups.sorted(by: { $0.key ?? 0 < $1.key ?? 0 }) {
            let images = Set(records.map { positions[$0.image]! }).sorted()
            batches += stride(from: 0, to: images.count, by: size).map { start in
              Batch(
                model: model, attack: attack, goal: goal, target: target,
                positions: Array(images[start..<min(start + size, images.count)]))
            }
          }
        }
      }
    }
    return batches
  }

  /// What the run holds of each image of a batch, by budget, up to the largest that is wanted.
  private func stored(_ batch: Batch, _ ids: [Int]) throws -> [[Int: EvaluationRecord]] {
    let records = try store.records(model: batch.model, attack: batch.attack, goal: batch.goal, images: ids) {
      $0.isTrial && $0.budget <= selection.budgets.last! && (batch.target == nil || $0.target == batch.target)
    }
    let byImage = Dictionary(grouping: records, by: \.image)
    return ids.map { id in Dictionary(uniqueKeysWithValues: byImage[id]!.map { ($0.budget, $0) }) }
  }

  /// The examples of a batch.
  /// - Throws: `CancellationError` soon after `isCancelled`.
  func run(_ batch: Batch, _ isCancelled: @escaping @Sendable () -> Bool) throws -> Result {
    let chunk = SweepChunk(sweep, model: batch.model, positions: batch.positions, isCancelled: isCancelled)
    let clean = Prediction.all(chunk.classifier, chunk.images, labels: chunk.labels)
    let attack = sweep.attacks[batch.attack]
    let used = (usesLattice ? attack.onLattice : nil) ?? attack
    let stored = try stored(batch, chunk.ids)
    let targets = stored.compactMap { $0.values.first!.target }
    let goal: Goal = targets.isEmpty ? .untargeted : .targeted(targets)
    var found = try attacked(by: attack, goal, batch, chunk)
    var differences = Self.differences(stored, found)
    if differences.contains(where: { !$0.isEmpty }) {
      try attackAsInSweep(batch, differences.indices.filter { !differences[$0].isEmpty }, &found, isCancelled)
      differences = Self.differences(stored, found)
    }
    let kept = usesLattice ? try attacked(by: used, goal, batch, chunk) : found
    let rounding = usesLattice ? roundings(found, batch) : nil
    var examples: [Example] = []
    for (row, records) in kept.enumerated() {
      let firstBudgets = FirstBudgets(records.values.map(\.record))
      for (budget, now) in records.sorted(by: { $0.key < $1.key }) where selection.includes(stored[row][budget]!) {
        examples.append(
          Example(
            stored: stored[row][budget]!, record: now.record, attack: RunConfiguration.Attack(used),
            firstBudget: firstBudgets.budget(of: now.record), position: batch.positions[row],
            image: now.image, clean: clean[row], run: rounding?[row][budget]))
      }
    }
    return Result(examples: examples, differences: differences.flatMap(\.self))
  }

  typealias Found = (record: EvaluationRecord, image: Tensor)

  /// For each image, the records that came out differently now, in the order of budgets.
  private static func differences(
    _ stored: [[Int: EvaluationRecord]], _ found: [[Int: Found]]
  ) -> [[(stored: EvaluationRecord, now: EvaluationRecord)]] {
    zip(stored, found).map { stored, found in
      found.sorted { $0.key < $1.key }.compactMap { budget, now in
        let stored = stored[budget]!
        var record = now.record
        // What was suspicious meanwhile is not part of the example.
        record.flags = stored.flags
        return record.isSame(as: stored) ? nil : (stored, record)
      }
    }
  }

  /// Replaces what was found of the images `rows` of a batch by what the attack does to them in the company of the sweep.
  ///
  /// Sums over a batch of another size may differ in the last bit. Steps that take signs hide it; those along the gradient
  /// itself, as in L2, do not.
  private func attackAsInSweep(
    _ batch: Batch, _ rows: [Int], _ found: inout [[Int: Found]], _ isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    let size = sweep.models[batch.model].chunkSize
    for (number, rows) in Dictionary(grouping: rows, by: { batch.positions[$0] / size }).sorted(by: { $0.key < $1.key })
    {
      let positions = number * size..<min((number + 1) * size, sweep.dataset.count)
      let chunk = SweepChunk(sweep, model: batch.model, positions: positions, isCancelled: isCancelled)
      let goal = chunk.goals(sweep.configuration.goals[batch.goal])[batch.target ?? 0]
      let again = try attacked(by: sweep.attacks[batch.attack], goal, batch, chunk)
      for row in rows { found[row] = again[batch.positions[row] - positions.lowerBound] }
    }
  }

  /// For each image of `chunk`, the outcome of `attack` at each budget above 0.
  private func attacked(
    by attack: any Attack, _ goal: Goal, _ batch: Batch, _ chunk: SweepChunk
  ) throws -> [[Int: Found]] {
    // The smaller budgets too: an image that one of them has beaten is carried on.
    let budgets = sweep.configuration.budgets.indices.filter { $0 <= selection.budgets.last! }
    var found = [[Int: Found]](repeating: [:], count: chunk.labels.count)
    for attacked in try chunk.attacked(by: attack, goal, indices: (batch.attack, batch.goal), budgets: budgets) {
      let record = attacked.record
      guard sweep.configuration.budgets[record.budget].value > 0 else { continue }
      found[attacked.row][record.budget] = (record, attacked.image)
    }
    return found
  }
}
