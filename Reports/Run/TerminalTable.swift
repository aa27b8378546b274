import Attacks
public import Runs
import Text

/// The results as an aligned table of plain text: one block per model, attack and goal, one line per ε.
///
/// A model, attack or goal that is the same in all lines stands above the table instead.
public enum TerminalTable {
  /// - Parameter width: the columns of a line.
  public static func text(_ summary: RunSummary, width: Int = 80) -> String {
    let names = Names(summary.configuration)
    let numbers = ["ε", "accuracy", "95% interval", "success rate"]
    var lines = summary.results.map { cell in
      (
        words: [names.models[cell.modelIndex], names.attacks[cell.attackIndex], names.goal(cell.goal)],
        cells: [cell.epsilonText, cell.accuracy.percent, cell.accuracy.interval, cell.successRate.percent]
      )
    }
    lines += summary.worstCases.map { row in
      (
        words: [names.models[row.modelIndex], "all", "worst case"],
        cells: [row.epsilonText, row.accuracy.percent, row.accuracy.interval, ""]
      )
    }
    let shown = (0..<3).filter { word in Set(lines.map { $0.words[word] }).count > 1 }
    let same = (1..<3).filter { !shown.contains($0) }.compactMap { lines.first?.words[$0] }
    let table = Table(
      columns: shown.map { ["model", "attack", "goal"][$0] } + numbers, wordColumns: shown.count,
      texts: lines.map { line in shown.map { line.words[$0] } + line.cells })
    return (heading(summary, names, same) + [""]).flatMap { TextLines.wrapped($0, width: width) }
      .joined(separator: "\n") + "\n" + table.terminal(width: width, words: shown.count) + "\n"
      + legend(summary.configuration).flatMap { TextLines.wrapped($0, width: width) }.joined(separator: "\n") + "\n"
  }

  /// The images, what all lines have in common, and how many images were right before.
  private static func heading(_ summary: RunSummary, _ names: Names, _ same: [String]) -> [String] {
    let dataset = summary.configuration.dataset
    let images = ["\(NumberFormat.grouped(dataset.count)) images of \(dataset.title)"] + same
    let clean = summary.cleanAccuracies.map { "\(names.models[$0.modelIndex]) \($0.accuracy.text)" }
    return [images.joined(separator: ", "), "right without an attack: \(clean.joined(separator: ", "))"]
  }

  private static func legend(_ configuration: RunConfiguration) -> [String] {
    let flipped = "made wrong / right before"
    let reached = "turned into the target / right before and not the target"
    let goals = configuration.goals
    let success =
      !goals.contains(where: \.isTargeted)
      ? flipped : goals.contains(.untargeted) ? "\(flipped); with a target: \(reached)" : reached
    return ["accuracy: still right after the attack / all images", "success rate: \(success)"]
      + [GreyLevels.line(configuration)].compactMap { $0 }
  }
}
