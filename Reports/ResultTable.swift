import Runs

/// Every cell of a run as text, in groups of one model, attack and goal.
enum ResultTable {
  static let columns = [
    "ε", "accuracy", "correct", "success rate", "successes", "attacked", "mean L∞", "max L∞", "mean L2", "forwards",
    "backwards",
  ]

  static func groups(_ summary: RunSummary) -> [(name: String, rows: [[String]])] {
    let names = Names(summary.configuration)
    var groups: [(name: String, rows: [[String]])] = []
    var previous: [Int] = []
    for cell in summary.results {
      let block = [cell.modelIndex, cell.attackIndex, cell.goalIndex]
      if block != previous {
        let name = "\(names.models[cell.modelIndex]), \(names.attacks[cell.attackIndex]), \(names.goal(cell.goal))"
        groups.append((name, []))
      }
      previous = block
      groups[groups.count - 1].rows.append([
        cell.epsilonText, cell.accuracy.text, "\(cell.correct) / \(cell.count)", cell.successRate.text,
        "\(cell.successes) / \(cell.trials)", "\(cell.attacked)", NumberFormat.fixed(cell.norms.meanLinf, 4),
        NumberFormat.fixed(cell.norms.maxLinf, 4), NumberFormat.fixed(cell.norms.meanL2, 3), "\(cell.forwards)",
        "\(cell.backwards)",
      ])
    }
    return groups
  }
}
