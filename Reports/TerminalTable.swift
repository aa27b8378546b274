public import Evaluation

/// The results as an aligned table of plain text: one block per model, attack and goal, one line per ε.
public enum TerminalTable {
  public static func text(_ summary: RunSummary) -> String {
    let names = Names(summary.configuration)
    let dataset = summary.configuration.dataset
    var rows: [[String]?] = [["model", "attack", "goal", "ε", "accuracy", "95% interval", "success rate"]]
    var previous: [Int] = []
    for cell in summary.results {
      let block = [cell.modelIndex, cell.attackIndex, cell.goalIndex]
      let isFirst = block != previous
      if isFirst { rows.append(nil) }
      previous = block
      let heads = [names.models[cell.modelIndex], names.attacks[cell.attackIndex], names.goal(cell.goal)]
      rows.append(
        (isFirst ? heads : ["", "", ""])
          + [cell.epsilonText, cell.accuracy.percent, cell.accuracy.interval, cell.successRate.percent])
    }
    for row in summary.worstCases {
      let isFirst = [row.modelIndex] != previous
      if isFirst { rows.append(nil) }
      previous = [row.modelIndex]
      rows.append(
        (isFirst ? [names.models[row.modelIndex], "all", "worst case"] : ["", "", ""])
          + [row.epsilonText, row.accuracy.percent, row.accuracy.interval, ""])
    }
    let clean = summary.cleanAccuracies.map { "\(names.models[$0.modelIndex]) \($0.accuracy.text)" }
    return """
      \(NumberFormat.grouped(dataset.count)) images of \(dataset.title); \
      right without an attack: \(clean.joined(separator: ", "))

      \(TextTable.aligned(rows, flushRight: 3...))
      accuracy: still right after the attack / all images.  success rate: \(legend(summary.configuration))

      """
  }

  private static func legend(_ configuration: RunConfiguration) -> String {
    let flipped = "made wrong / right before"
    let reached = "turned into the target / right before and not the target"
    let goals = configuration.goals
    if !goals.contains(where: \.isTargeted) { return flipped }
    return goals.contains(.untargeted) ? "\(flipped); with a target: \(reached)" : reached
  }
}
