public import Comparison
import Diagnostics
import Text

/// The outcome of a check as plain text: one line per group, then what it means.
public enum GateText {
  public static func text(_ check: Gate) -> String {
    var text = groups(check) + floors(check)
    text += "\n\(check.headline)\n"
    for doubt in check.doubts { text += "  doubt: \(PrintableText.line(doubt))\n" }
    for note in check.notes { text += "  note: \(PrintableText.line(note))\n" }
    return text
  }

  private static func groups(_ check: Gate) -> String {
    guard !check.groups.isEmpty else { return "" }
    let table = GateTables.groups(check.groups, OutcomeNames(check))
    return judged(table, check.groups.map(\.verdict)).terminal(words: 3, ruled: 1) + """
      change: with its \(check.intervalConfidence) interval.  \
      p: that no more than \(check.options.allowedDrop) is lost, after Holm over all lines.

      """
  }

  private static func floors(_ check: Gate) -> String {
    guard !check.floors.isEmpty else { return "" }
    let table = GateTables.floors(check.floors, OutcomeNames(check))
    return (check.groups.isEmpty ? "" : "\n") + judged(table, check.floors.map(\.verdict)).terminal() + """
      measured: with its \(check.intervalConfidence) interval.  p: that no less than required is right, after Holm.

      """
  }

  private static func judged(_ table: Table, _ verdicts: [Gate.Verdict]) -> Table {
    table.inserting("verdict", verdicts.map(\.rawValue), at: table.columns.count)
  }
}
