public import Comparison
import Statistics
import Text

/// The outcome of a check as a comment on a pull request: the verdict, what is wrong, and all groups folded away.
public enum GateMarkdown {
  private static let marks: [RegressionCheck.Verdict: String] = [
    .pass: "✅", .regression: "❌", .inconclusive: "⚠️", .untrustworthy: "⛔",
  ]

  /// More rows than a comment is read for; the rest is in the table below.
  private static let shownRows = 20

  public static func text(_ check: RegressionCheck) -> String {
    let names = OutcomeNames(check)
    var text = "## \(marks[check.verdict] ?? "") Robustness: \(check.verdict.rawValue)\n\n"
    text += MarkdownText.escaped(check.headline) + "\n"
    if !check.doubts.isEmpty {
      text += "\n### Why the evaluation is in doubt\n\n"
      text += check.doubts.map { "- \(MarkdownText.escaped($0))\n" }.joined()
    }
    let open = check.groups(.regression) + check.groups(.inconclusive)
    if !open.isEmpty { text += "\n" + table(open.prefix(shownRows), names) }
    if open.count > shownRows { text += "\n… and \(open.count - shownRows) more.\n" }
    let openFloors = check.floors(.regression) + check.floors(.inconclusive)
    if !openFloors.isEmpty { text += "\n" + table(openFloors.prefix(shownRows), names) }
    if openFloors.count > shownRows { text += "\n… and \(openFloors.count - shownRows) more.\n" }
    if !check.notes.isEmpty {
      text += "\n" + check.notes.map { "- \(MarkdownText.escaped($0))\n" }.joined()
    }
    let count = check.groups.count + check.floors.count
    text += "\n<details><summary>All \(count) comparisons, and how they were made</summary>\n\n"
    text += MarkdownText.escaped(check.method) + "\n\n"
    if !check.groups.isEmpty { text += table(check.groups[...], names) + "\n" }
    if !check.floors.isEmpty { text += table(check.floors[...], names) + "\n" }
    return text + "</details>\n"
  }

  private static func table(_ floors: ArraySlice<RegressionCheck.Floor>, _ names: OutcomeNames) -> String {
    let header = ["", "model", "attack", "goal", "ε", "required", "measured", "p"]
    let rows = floors.map { floor in
      [
        marks[floor.verdict] ?? "", floor.key.model, names.attack(floor.key), names.goal(floor.key),
        names.epsilon(floor.key), floor.required, floor.measured, NumberFormat.probability(floor.adjustedPValue),
      ]
    }
    return MarkdownText.table(header: header, rows: rows, flushLeft: 4) + "\n"
  }

  private static func table(_ groups: ArraySlice<RegressionCheck.Group>, _ names: OutcomeNames) -> String {
    let header = ["", "model", "attack", "goal", "ε", "before", "now", "change, points", "lost", "gained", "p"]
    let rows = groups.map { group in
      [
        marks[group.verdict] ?? "", group.key.model, names.attack(group.key), names.goal(group.key),
        names.epsilon(group.key), group.before, group.now, group.change, "\(group.pairs.onlyFirst)",
        "\(group.pairs.onlySecond)", NumberFormat.probability(group.adjustedPValue),
      ]
    }
    return MarkdownText.table(header: header, rows: rows, flushLeft: 4) + "\n"
  }
}
