import Attacks
import Runs
import Text

/// Every cell of a run as text, in groups of one model, attack and goal.
enum ResultTable {
  static func columns(_ configuration: RunConfiguration) -> [String] {
    let norm = configuration.norm
    return [
      "ε", "accuracy", "correct", "success rate", "successes", "attacked", "mean \(norm.title)", "max \(norm.title)",
      "mean \(other(norm).title)", "forwards", "backwards",
    ]
  }

  /// Another norm that people will want to know of: L2, or for a run in L2 the largest change of a pixel.
  private static func other(_ norm: any Norm) -> any Norm { norm.name == L2().name ? LInfinity() : L2() }

  static func groups(_ summary: RunSummary) -> [(name: String, rows: [[String]])] {
    let names = Names(summary.configuration)
    var groups: [(name: String, rows: [[String]])] = []
    var previous: [Int] = []
    let isInL2 = summary.configuration.norm.name == L2().name
    for cell in summary.results {
      let block = [cell.modelIndex, cell.attackIndex, cell.goalIndex]
      if block != previous {
        let name = "\(names.models[cell.modelIndex]), \(names.attacks[cell.attackIndex]), \(names.goal(cell.goal))"
        groups.append((name, []))
      }
      previous = block
      groups[groups.count - 1].rows.append([
        cell.epsilonText, cell.accuracy.text, "\(cell.correct) / \(cell.count)", cell.successRate.text,
        "\(cell.successes) / \(cell.trials)", "\(cell.attacked)", NumberFormat.fixed(cell.norms.ofRun.mean, 4),
        NumberFormat.fixed(cell.norms.ofRun.max, 4),
        NumberFormat.fixed(isInL2 ? cell.norms.meanLinf : cell.norms.meanL2, 3), "\(cell.forwards)",
        "\(cell.backwards)",
      ])
    }
    return groups
  }
}
