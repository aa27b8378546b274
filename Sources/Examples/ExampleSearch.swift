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
    let positions: [Int]
    /// For each image, its records by budget, up to the largest that is wanted.
    let records: [[Int: EvaluationRecord]]
  }

  /// What a batch gave, for every record that the selection includes whatever came of it.
  struct Result: Sendable {
    let examples: [Example]
    /// Records that came out differently now.
    let differences: [(stored: EvaluationRecord, now: EvaluationRecord)]
  }

  let sweep: Sweep
  let selection: ExampleSelection
  let usesLattice: Bool

  /// The work, in the order of the records.
  func batches(_ store: RunStore) throws -> [Batch] {
    let dataset = sweep.dataset
    var chosen = Array(dataset.labels.indices)
    if let classes = selection.classes { chosen = chosen.filter { classes.contains(dataset.labels[$0]) } }
    if let limit = selection.limit { chosen = Array(chosen.prefix(limit)) }
    let positions = Dictionary(chosen.map { (dataset.ids[$0], $0) }) { first, _ in first }
    let largest = selection.budgets.last ?? 0
    var batches: [Batch] = []
    for model in selection.models {
      for attack in selection.attacks {
        for (goal, kind) in sweep.configuration.goals.enumerated() {
          let records = try store.records(model: model, attack: attack, goal: goal) {
            $0.isTrial && $0.budget <= largest && positions[$0.image] != nil
          }
          let groups = Dictionary(grouping: records) { kind == .each ? $0.target ?? 0 : 0 }
          for (_, group) in groups.sorted(by: { $0.key < $1.key }) {
            batches += self.batches(group, model, attack, positions)
          }
        }
      }
    }
    return batches
  }

  private func batches(
    _ records: [EvaluationRecord], _ model: Int, _ attack: Int, _ positions: [Int: Int]
  ) -> [Batch] {
    let images = Dictionary(grouping: records, by: \.image).filter { _, records in
      // On the lattice, what succeeds is not known before.
      records.contains { selection.includes($0) && (usesLattice || selection.includes(success: $0.success)) }
    }
    let ordered = images.sorted { positions[$0.key]! < positions[$1.key]! }
    let size = sweep.models[model].chunkSize
    return stride(from: 0, to: ordered.count, by: size).map { start in
      let part = ordered[start..<min(start + size, ordered.count)]
      return Batch(
        model: model, attack: attack, positions: part.map { positions[$0.key]! },
        records: part.map { Dictionary(uniqueKeysWithValues: $0.value.map { ($0.budget, $0) }) })
    }
  }

  /// The examples of a batch.
  /// - Throws: `CancellationError` soon after `isCancelled`.
  func run(_ batch: Batch, _ isCancelled: @escaping @Sendable () -> Bool) throws -> Result {
    let chunk = SweepChunk(sweep, model: batch.model, positions: batch.positions, isCancelled: isCancelled)
    let clean = Judgement.all(chunk.classifier, chunk.images, labels: chunk.labels)
    let attack = sweep.attacks[batch.attack]
    let found = try records(of: attack, batch, chunk)
    var differences: [(EvaluationRecord, EvaluationRecord)] = []
    for (row, records) in found.enumerated() {
      for (budget, now) in records.sorted(by: { $0.key < $1.key }) {
        let stored = batch.records[row][budget]!
        if !now.record.isSame(as: stored) { differences.append((stored, now.record)) }
      }
    }
    var kept = found
    var rounding: [[Int: Example.Rounding]]?
    if usesLattice, let attack = attack.onLattice {
      kept = try records(of: attack, batch, chunk)
      rounding = try roundings(found, batch, chunk.classifier, chunk.labels)
    }
    var examples: [Example] = []
    for (row, records) in kept.enumerated() {
      let firstBudgets = FirstBudgets(records.values.map(\.record))
      for (budget, now) in records.sorted(by: { $0.key < $1.key }) where selection.includes(batch.records[row][budget]!)
      {
        examples.append(
          Example(
            stored: batch.records[row][budget]!, record: now.record,
            firstBudget: firstBudgets.budget(of: now.record), position: batch.positions[row],
            pixels: now.pixels, clean: clean[row], run: rounding?[row][budget]))
      }
    }
    return Result(examples: examples, differences: differences)
  }

  typealias Found = (record: EvaluationRecord, pixels: [Float])

  /// For each image of a batch, the outcome of `attack` at each budget above 0.
  private func records(of attack: any Attack, _ batch: Batch, _ chunk: SweepChunk) throws -> [[Int: Found]] {
    let first = batch.records.map { $0.values.first! }
    let goal: Goal = first[0].target == nil ? .untargeted : .targeted(first.map { $0.target! })
    // The smaller budgets too: an image that one of them has beaten is carried on.
    let budgets = sweep.configuration.budgets.indices.filter { $0 <= selection.budgets.last! }
    var found = [[Int: Found]](repeating: [:], count: chunk.labels.count)
    for attacked in try chunk.attacked(by: attack, goal, indices: (batch.attack, first[0].goal), budgets: budgets) {
      var record = attacked.record
      guard sweep.configuration.budgets[record.budget].value > 0 else { continue }
      // What was suspicious meanwhile is not part of the example.
      record.flags = batch.records[attacked.row][record.budget]?.flags ?? []
      found[attacked.row][record.budget] = (record, attacked.image.scalars)
    }
    return found
  }
}
