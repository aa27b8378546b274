import Evaluation

/// A run in a paragraph: what the attacks did to each model, and what that says about it.
struct Verdict {
  /// How far the trust checks let the numbers stand; the report colours the paragraph by it.
  enum Trust: String {
    case error, warning, good, unchecked
  }

  let trust: Trust
  /// What a reader who reads one line should take away.
  let headline: String
  /// What it rests on, and what it does not say.
  let sentences: [String]

  init(_ summary: RunSummary) {
    let names = Names(summary.configuration)
    let worst = summary.findings.map(\.severity).max()
    trust =
      switch worst {
      case .error: .error
      case .warning: .warning
      case .note, nil: summary.checks.isEmpty ? .unchecked : .good
      }
    headline =
      trust == .error
      ? "These numbers say nothing about robustness yet: the evaluation itself failed."
      : Self.robustness(summary, names)
    sentences = [TrustChecks(summary).verdict, Self.scope(summary, names)].compactMap { $0 }
  }

  /// For example `Half of what cnn gets right is lost at ε = 0.1, and of what caps gets right at ε = 0.2.`
  private static func robustness(_ summary: RunSummary, _ names: Names) -> String {
    let budgets = summary.configuration.budgets
    guard let largest = budgets.last, largest.value > 0 else { return "No image was attacked: the only ε is 0." }
    let parts = summary.cleanAccuracies.map { clean -> String in
      let name = names.models[clean.modelIndex]
      guard clean.correct > 0 else { return "\(name) gets no image right even without an attack" }
      let left = correctCounts(of: clean.modelIndex, summary)
      guard let budget = budgets.indices.first(where: { budgets[$0].value > 0 && 2 * left[$0] <= clean.correct }) else {
        let share = NumberFormat.percent(Double(left[budgets.count - 1]) / Double(clean.correct))
        return "\(name) keeps \(share) of its right answers up to ε\u{A0}=\u{A0}\(largest.text), the largest tried"
      }
      let share = NumberFormat.percent(Double(clean.correct - left[budget]) / Double(clean.correct))
      return "\(name) loses \(share) of its right answers at ε\u{A0}=\u{A0}\(budgets[budget].text)"
    }
    return parts.joined(separator: "; ") + "."
  }

  /// By budget: the images of a model that stay right under every attack and goal.
  private static func correctCounts(of model: Int, _ summary: RunSummary) -> [Int] {
    let worst = summary.worstCases.filter { $0.modelIndex == model }.map(\.correct)
    return worst.isEmpty ? summary.results.filter { $0.modelIndex == model }.map(\.correct) : worst
  }

  /// What the attacks of a run can't tell.
  private static func scope(_ summary: RunSummary, _ names: Names) -> String {
    let isIterative = summary.configuration.attacks.contains { $0.name != "fgsm" }
    let bound = "An attack shows how little it takes to fool a model, never that no smaller change would"
    return isIterative
      ? "\(bound): accuracy under attack is an upper bound of robust accuracy."
      : """
      \(bound): accuracy under attack is an upper bound of robust accuracy, and after one step of FGSM a loose one. An \
      iterative attack (--attack bim) tightens it.
      """
  }
}
