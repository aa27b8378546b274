import Attacks
import Comparison
import Runs
import Text

/// The text of a comparison's cells, shared by its formats.
struct ComparisonNames {
  private let comparison: RunComparison
  private let attacks: OutcomeNames

  init(_ comparison: RunComparison) {
    self.comparison = comparison
    attacks = OutcomeNames(attacks: comparison.rows.compactMap(\.attack))
  }

  var reference: String { comparison.columns[comparison.reference].label }

  /// `FGSM untargeted`, or `clean`.
  func title(_ row: RunComparison.Row) -> String {
    guard let goal = row.goal else { return "clean" }
    return "\(attack(row)) \(goal.rawValue)"
  }

  func attack(_ row: RunComparison.Row) -> String {
    row.attack.map { attacks.attack(Outcomes.Key(model: "", attack: $0)) } ?? "none"
  }

  func epsilon(_ row: RunComparison.Row) -> String { row.budget?.text ?? "0" }

  /// Columns of the table of all numbers: accuracy of each model, and the difference of each but the reference.
  var header: [String] {
    comparison.columns.map(\.label) + others.map { "\(comparison.columns[$0].label) − \(reference)" }
  }

  /// The columns that are compared with the reference.
  var others: [Int] { comparison.columns.indices.filter { $0 != comparison.reference } }

  /// All numbers, as far as they fit beside each other.
  var table: Table {
    Table(
      columns: ["attack", "ε"] + header,
      texts: comparison.rows.map { [title($0), epsilon($0)] + cells($0) })
  }

  func cells(_ row: RunComparison.Row) -> [String] {
    row.accuracies.map { $0?.text ?? "–" } + others.map { row.differences[$0].map(text) ?? "–" }
  }

  /// `+2.3 (1.1 to 3.5), p = 0.004`.
  func text(_ difference: RunComparison.Difference) -> String {
    PairedText.text(difference.value, difference.interval, adjustedPValue: difference.adjustedPValue)
  }

  /// How the numbers came about.
  var method: String {
    "Accuracies and differences are over the same \(NumberFormat.grouped(comparison.images.count)) images. "
      + PairedText.method(reference: reference, scope: "this comparison")
  }

  /// The result of the comparison, at the budget that tells most: one sentence per model compared.
  var findings: [String] {
    others.flatMap { column -> [String] in
      blocks.compactMap { block in
        let cells = block.compactMap { row in row.differences[column].map { (row, $0) } }
        guard let (row, widest) = cells.max(by: { abs($0.1.value) < abs($1.1.value) }) else { return nil }
        let label = comparison.columns[column].label
        let decided = cells.filter { $0.1.adjustedPValue <= RunComparison.significanceLevel }
        let place = row.budget.map { "at ε\u{A0}=\u{A0}\($0.text)" } ?? "clean"
        let verdict =
          decided.isEmpty
          ? "no difference that these images prove"
          : "different beyond chance in \(decided.count) of \(cells.count) cells"
        return "Under \(title(row)), \(label) against \(reference): \(verdict); the widest is \(text(widest)) \(place)."
      }
    }
  }

  /// Rows in blocks of one attack and goal, without the clean one.
  var blocks: [[RunComparison.Row]] {
    var blocks: [[RunComparison.Row]] = []
    for row in comparison.rows where row.attack != nil {
      if let last = blocks.last?.last, last.attack == row.attack, last.goal == row.goal {
        blocks[blocks.count - 1].append(row)
      } else {
        blocks.append([row])
      }
    }
    return blocks
  }
}
