public import Comparison
import Diagnostics
import Files
import Statistics
import Text

/// The outcome of a check as plain text: one line per group, then what it means.
public enum GateText {
  public static func text(_ check: RegressionCheck) -> String {
    var text = groups(check) + floors(check)
    text += "\n\(check.headline)\n"
    for doubt in check.doubts { text += "  doubt: \(PrintableText.line(doubt))\n" }
    for note in check.notes { text += "  note: \(PrintableText.line(note))\n" }
    return text
  }

  private static func groups(_ check: RegressionCheck) -> String {
    guard !check.groups.isEmpty else { return "" }
    let names = OutcomeNames(check)
    var rows: [[String]?] = [
      ["model", "attack", "goal", "ε", "before", "now", "change, points", "lost", "gained", "p", "verdict"]
    ]
    var previous: [String] = []
    for group in check.groups {
      let block = [group.key.model, names.attack(group.key), names.goal(group.key)]
      if block.first != previous.first { rows.append(nil) }
      rows.append(
        (block == previous ? ["", "", ""] : block) + [
          names.epsilon(group.key), group.before, group.now, group.change, "\(group.pairs.onlyFirst)",
          "\(group.pairs.onlySecond)", NumberFormat.probability(group.adjustedPValue), group.verdict.rawValue,
        ])
      previous = block
    }
    return TextTable.aligned(rows, flushRight: 3...) + """
      change: with its \(check.intervalConfidence) interval.  \
      p: that no more than \(check.options.allowedDrop) is lost, after Holm over all lines.

      """
  }

  private static func floors(_ check: RegressionCheck) -> String {
    guard !check.floors.isEmpty else { return "" }
    let names = OutcomeNames(check)
    var rows: [[String]?] = [["model", "attack", "goal", "ε", "required", "measured", "p", "verdict"], nil]
    for floor in check.floors {
      rows.append([
        floor.key.model, names.attack(floor.key), names.goal(floor.key), names.epsilon(floor.key), floor.required,
        floor.measured, NumberFormat.probability(floor.adjustedPValue), floor.verdict.rawValue,
      ])
    }
    return (check.groups.isEmpty ? "" : "\n") + TextTable.aligned(rows, flushRight: 3...) + """
      measured: with its \(check.intervalConfidence) interval.  p: that no less than required is right, after Holm.

      """
  }
}
