import Attacks
import Diagnostics
import Files
import Runs
import Statistics

extension RunComparison {
  /// The rows of `runs`, with Holm's adjustment over all of them.
  mutating func addRows(_ runs: [Input]) throws {
    // Numbers of different norms say different things: they stand in different rows.
    let norms = Set(runs.map(\.configuration.norm.name))
    func rowKey(_ key: Outcomes.Key, _ run: Input) -> RowKey {
      RowKey(key, run.configuration.norm, isNamed: norms.count > 1)
    }
    // By column: what is right among the shared images, by what was done to them.
    let tables = runs.flatMap { run -> [[RowKey: [Bool]]] in
      let places = Dictionary(uniqueKeysWithValues: zip(run.outcomes.images, run.outcomes.images.indices))
      let positions = images.map { places[$0]! }
      return run.configuration.distinctModelNames.map { model in
        Dictionary(
          run.outcomes.groups.filter { $0.key.model == model }.map { group in
            (rowKey(group.key, run), positions.map { group.correct[$0] })
          }, uniquingKeysWith: { first, _ in first })
      }
    }
    var keys: [RowKey] = []
    var known: Set<RowKey> = []
    for run in runs {
      for group in run.outcomes.groups where known.insert(rowKey(group.key, run)).inserted {
        keys.append(rowKey(group.key, run))
      }
    }
    let attacks = keys.map(\.attack)
    keys.sort { a, b in
      // Attacks and goals as they come first; budgets of several runs in order.
      let (x, y) = (attacks.firstIndex(of: a.attack)!, attacks.firstIndex(of: b.attack)!)
      return (x, a.goal?.rawValue ?? "", a.epsilon) < (y, b.goal?.rawValue ?? "", b.epsilon)
    }
    rows = keys.map { row($0, tables) }
    guard rows.contains(where: { $0.attack != nil && $0.differences.contains { $0 != nil } }) else {
      throw InputError(
        .file, runs.last!.name, "it has no attack, goal and ε in common with \(columns[reference].label)",
        remedy: "compare runs of the same attacks and norm; those of this one are "
          + runs.last!.configuration.attacks.map(\.description).joined(separator: ", "))
    }
    adjust()
  }

  private func row(_ key: RowKey, _ tables: [[RowKey: [Bool]]]) -> Row {
    let before = tables[reference][key]
    return Row(
      attack: key.attack, goal: key.goal, budget: key.budget, normName: key.normName,
      accuracies: tables.map { table in
        table[key].map { correct in Proportion(correct.count { $0 }, of: correct.count) }
      },
      differences: tables.enumerated().map { index, table in
        guard index != reference, let now = table[key], let before else { return nil }
        return Difference(images, now, before)
      })
  }

  /// Holm's adjustment, over all differences.
  private mutating func adjust() {
    var places: [(row: Int, column: Int)] = []
    var pValues: [Double] = []
    for (row, cells) in rows.enumerated() {
      for (column, difference) in cells.differences.enumerated() {
        guard let difference else { continue }
        places.append((row, column))
        pValues.append(difference.mcNemar.pValue)
      }
    }
    for (place, value) in zip(places, Statistics.holmAdjusted(pValues)) {
      rows[place.row].differences[place.column]?.adjustedPValue = value
    }
  }
}

extension RunComparison.Difference {
  fileprivate init(_ images: [Int], _ now: [Bool], _ before: [Bool]) {
    let outcomes = PairedOutcomes(images, now, before)
    (pairs, gained, lost) = (outcomes.proportions, outcomes.onlyFirst, outcomes.onlySecond)
    let bounds = TangoScore(pairs).interval()
    interval = bounds.lower...bounds.upper
    mcNemar = McNemarTest(pairs)
    adjustedPValue = mcNemar.pValue
  }
}

/// What was done to the images, however the budget was written.
private struct RowKey: Hashable {
  let attack: String?
  let goal: TargetChoice?
  let budget: Budget?

  /// What the budget is measured by; of no account before any attack.
  let normName: String

  /// - Parameter isNamed: whether the attack is called with its norm, since runs differ in it.
  init(_ key: Outcomes.Key, _ norm: any Norm, isNamed: Bool) {
    attack = key.attack.map { isNamed ? "\($0) in \(norm.title)" : $0 }
    normName = norm.name
    goal = key.goal
    budget = key.budget
  }

  var epsilon: Float { budget?.value ?? 0 }

  static func == (a: RowKey, b: RowKey) -> Bool {
    (a.attack, a.goal, a.epsilon) == (b.attack, b.goal, b.epsilon)
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(attack)
    hasher.combine(goal)
    hasher.combine(epsilon)
  }
}
