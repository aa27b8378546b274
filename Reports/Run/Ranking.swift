import Attacks
import Runs
import Statistics

/// The models of a run side by side at one ε, the same for all: what each gets right without an attack, and in the worst case.
struct Ranking {
  struct Row {
    /// Models with equally many images right share a rank.
    let rank: Int
    let modelIndex: Int
    let name: String
    let clean: Proportion
    let worstCase: Proportion
    /// From the run's first model, where one attack and goal is all there is.
    let difference: String?
  }

  let budgetIndex: Int
  /// From the model that keeps the most images to the one that keeps the fewest.
  let rows: [Row]
  private let summary: RunSummary

  /// At the budget that tells models apart; nil if nothing was attacked.
  init?(_ summary: RunSummary) {
    guard let budget = ResultSentences.referenceBudget(of: summary) else { return nil }
    let names = Names(summary.configuration)
    let kept = ResultSentences.worstCases(of: summary).filter { $0.budget == budget }
    guard !kept.isEmpty else { return nil }
    let isOneCurve = summary.configuration.attacks.count * summary.configuration.goals.count == 1
    rows = kept.enumerated().sorted {
      ($1.element.share.value ?? 0, $0.offset) < ($0.element.share.value ?? 0, $1.offset)
    }
    .map { _, cell in
      let difference = summary.pairedDifferences.first {
        $0.budgetIndex == budget && $0.modelIndex == cell.model && isOneCurve
      }
      return Row(
        rank: 1 + kept.count { ($0.share.value ?? 0) > (cell.share.value ?? 0) }, modelIndex: cell.model,
        name: names.models[cell.model], clean: summary.cleanAccuracies[cell.model].accuracy, worstCase: cell.share,
        difference: difference.map(PairedText.text))
    }
    budgetIndex = budget
    self.summary = summary
  }

  private var epsilon: String { summary.configuration.budgets[budgetIndex].text }

  /// For example `At ε = 0.1, caps keeps 31.7% and cnn 23.5% of all images right.`
  var headline: String {
    let shares = rows.enumerated().map { place, row in
      "\(row.name) \(place == 0 ? "keeps " : "")\(row.worstCase.percent)"
    }
    return "At ε = \(epsilon), \(ResultSentences.list(shares)) of all images right \(attack)."
  }

  private var attack: String {
    let configuration = summary.configuration
    guard configuration.attacks.count * configuration.goals.count == 1 else {
      return "in the worst case over all attacks and goals"
    }
    let names = Names(configuration)
    let goal = configuration.goals[0]
    return "under \(names.attacks[0])" + (goal.isTargeted ? " (\(names.goal(goal)))" : "")
  }

  /// What the table is of, and why at this ε.
  var caption: String {
    let choice =
      ResultSentences.isHalfLost(summary, budgetIndex)
      ? "the smallest ε of this run that leaves at most half of what \(rows.count > 1 ? "the models get" : "the model gets") right"
      : "the largest ε of this run: no ε leaves less than half of what was right"
    return """
      Share of all images that are right without an attack, and \(attack) at ε = \(epsilon), with 95% intervals. It is \
      \(choice).
      """
  }

  var columns: [String] {
    let difference = rows.contains { $0.difference != nil }
    return ["rank", "model", "clean", "worst case", "95% interval"]
      + (difference ? ["difference from \(reference)"] : [])
  }

  private var reference: String { Names(summary.configuration).models[0] }

  var cells: [[String]] {
    rows.map { row in
      ["\(row.rank)", row.name, row.clean.percent, row.worstCase.percent, row.worstCase.interval]
        + (columns.count > 5 ? [row.difference ?? "–"] : [])
    }
  }
}
