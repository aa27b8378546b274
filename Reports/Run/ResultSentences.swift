import Attacks
import Runs
import Statistics
import Text

/// What a run found, in sentences computed from its numbers.
struct ResultSentences {
  private let summary: RunSummary
  private let names: Names
  private var configuration: RunConfiguration { summary.configuration }

  init(_ summary: RunSummary) {
    self.summary = summary
    names = Names(summary.configuration)
  }

  var sentences: [String] {
    let attacks = configuration.attacks.indices
    return ([clean] + attacks.flatMap(untargeted) + worstCase + attacks.flatMap(targeted)).map(Self.unbroken)
  }

  /// By model and budget: the share of images that stay right under every attack and goal.
  static func worstCases(of summary: RunSummary) -> [(model: Int, budget: Int, share: Proportion, correct: Int)] {
    summary.worstCases.isEmpty
      ? summary.results.map { ($0.modelIndex, $0.budgetIndex, $0.accuracy, $0.correct) }
      : summary.worstCases.map { ($0.modelIndex, $0.budgetIndex, $0.accuracy, $0.correct) }
  }

  /// Whether the worst case at a budget is at most half of what was right, over all models.
  static func isHalfLost(_ summary: RunSummary, _ budget: Int) -> Bool {
    let here = worstCases(of: summary).filter { $0.budget == budget }
    let clean = summary.cleanAccuracies.reduce(0) { $0 + $1.correct }
    return !here.isEmpty && 2 * here.reduce(0) { $0 + $1.correct } <= clean
  }

  /// The budget that tells models apart: the smallest at which attacks leave half of what was right, else the largest.
  static func referenceBudget(of summary: RunSummary) -> Int? {
    let positive = summary.configuration.budgets.indices.filter { summary.configuration.budgets[$0].value > 0 }
    return positive.first { isHalfLost(summary, $0) } ?? positive.last
  }

  /// The smallest positive budget at which half of the targeted attempts succeed, else the largest.
  static func referenceTargetBudget(of summary: RunSummary) -> Int? {
    let positive = summary.configuration.budgets.indices.filter { summary.configuration.budgets[$0].value > 0 }
    let cells = summary.results.filter(\.goal.isTargeted)
    return positive.first { budget in
      let here = cells.filter { $0.budgetIndex == budget }
      return !here.isEmpty && 2 * here.reduce(0) { $0 + $1.successes } >= here.reduce(0) { $0 + $1.trials }
    } ?? positive.last
  }

  private var clean: String {
    let dataset = configuration.dataset
    let shares = summary.cleanAccuracies.enumerated().map { index, model in
      "\(names.models[model.modelIndex])\(index == 0 ? " classifies" : "") \(model.accuracy.text)"
    }
    return """
      Without an attack, \(Self.list(shares)) of the \(NumberFormat.grouped(dataset.count)) images of \
      \(dataset.title) correctly.
      """
  }

  private func untargeted(_ attack: Int) -> [String] {
    guard let budget = Self.referenceBudget(of: summary) else { return [] }
    let all = summary.results.filter { $0.attackIndex == attack && $0.goal == .untargeted }
    let cells = all.filter { $0.budgetIndex == budget }
    guard !cells.isEmpty else { return [] }
    let chance = 1 / Double(configuration.classCount)
    let left = cells.map { "\(names.models[$0.modelIndex]) at \($0.accuracy.text)" }
    var result = [
      """
      At ε = \(configuration.budgets[budget].text), \(names.attacks[attack]) leaves \(Self.list(left)); chance is \
      \(NumberFormat.short(chance * 100, 1))%.
      """
    ]
    let paired = PairedSentences(summary, attack: attack, goal: cells[0].goalIndex)
    result += paired.verdicts(budget: budget) + paired.crossings
    let below = cells.compactMap { cell in
      all.first { $0.modelIndex == cell.modelIndex && ($0.accuracy.value ?? 1) < chance }
    }
    if !below.isEmpty {
      let places = below.map { "at ε = \($0.epsilonText) for \(names.models[$0.modelIndex])" }
      result.append("Accuracy falls below chance \(Self.list(places)).")
    }
    return result
  }

  private var worstCase: [String] {
    guard let budget = Self.referenceBudget(of: summary) else { return [] }
    let cells = summary.worstCases.filter { $0.budgetIndex == budget }
    guard !cells.isEmpty else { return [] }
    let left = cells.map { "\($0.accuracy.text) for \(names.models[$0.modelIndex])" }
    return [
      """
      Image by image, the share that stays correct under every attack and goal of this run at \
      ε = \(configuration.budgets[budget].text) is \(Self.list(left)).
      """
    ]
  }

  private func targeted(_ attack: Int) -> [String] {
    guard let budget = Self.referenceTargetBudget(of: summary) else { return [] }
    let epsilon = configuration.budgets[budget].text
    return configuration.goals.enumerated().compactMap { index, goal in
      let cells = summary.results.filter {
        $0.attackIndex == attack && $0.goalIndex == index && goal.isTargeted && $0.budgetIndex == budget
      }
      guard !cells.isEmpty else { return nil }
      let rates = cells.enumerated().map { index, cell in
        "\(cell.successRate.text)\(index == 0 ? " of attempts" : "") for \(names.models[cell.modelIndex])"
      }
      let aim =
        switch goal {
        case .each: "Aimed at every class in turn"
        case .random: "Aimed at a random class"
        case .leastLikely: "Aimed at the least likely class"
        case .target, .untargeted: "Aimed at \(names.goal(goal).dropFirst("towards ".count))"
        }
      let mean = goal == .each ? ", averaged over targets" : ""
      return "\(aim) with ε = \(epsilon), \(names.attacks[attack]) reaches its target in \(Self.list(rates))\(mean)."
    }
  }

  /// `text` in which no line ends within `ε = 0.1`.
  static func unbroken(_ text: String) -> String { text.replacing("ε = ", with: "ε\u{A0}=\u{A0}") }

  /// `a`, `a and b`, `a, b and c`.
  static func list(_ items: [String]) -> String {
    guard items.count > 1, let last = items.last else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
  }
}
