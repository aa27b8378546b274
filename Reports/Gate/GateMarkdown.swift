public import Comparison
import Text

/// The outcome of a check as a comment on a pull request: the verdict, what is wrong, and all groups folded away.
public enum GateMarkdown {
  private static let marks: [Gate.Verdict: String] = [
    .pass: "✅", .regression: "❌", .inconclusive: "⚠️", .untrustworthy: "⛔",
  ]

  /// More rows than a comment is read for; the rest is in the table below.
  private static let shownRows = 20

  public static func text(_ check: Gate) -> String {
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

  private static func table(_ floors: ArraySlice<Gate.Floor>, _ names: OutcomeNames) -> String {
    marked(GateTables.floors(floors, names), floors.map(\.verdict))
  }

  private static func table(_ groups: ArraySlice<Gate.Group>, _ names: OutcomeNames) -> String {
    marked(GateTables.groups(groups, names), groups.map(\.verdict))
  }

  private static func marked(_ table: Table, _ verdicts: [Gate.Verdict]) -> String {
    table.inserting("", verdicts.map { marks[$0] ?? "" }, at: 0).markdown + "\n"
  }
}
