public import Evaluation
import Files

/// The outcome of a check as plain text: one line per group, then what it means.
public enum CheckText {
  public static func text(_ check: RegressionCheck) -> String {
    let names = CheckNames(check)
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
    var text = TextTable.aligned(rows, flushRight: 3...)
    text += """
      change: with its \(NumberFormat.short(100 * (1 - 2 * check.options.alpha), 3))% interval.  \
      p: that no more than \(check.options.allowedDrop) is lost, after Holm over all lines.

      \(check.headline)

      """
    for doubt in check.doubts { text += "  doubt: \(PrintableText.line(doubt))\n" }
    for note in check.notes { text += "  note: \(PrintableText.line(note))\n" }
    return text
  }
}
