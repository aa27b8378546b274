import Attacks
import Diagnostics
import Runs
import Sweeps

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
  /// The models in order, unless the evaluation itself failed.
  let ranking: Ranking?

  init(_ summary: RunSummary) {
    let worst = summary.findings.map(\.severity).max()
    trust =
      switch worst {
      case .error: .error
      case .warning: .warning
      case .note, nil: summary.checks.isEmpty ? .unchecked : .good
      }
    ranking = trust == .error ? nil : Ranking(summary)
    headline =
      trust == .error
      ? "These numbers say nothing about robustness yet: the evaluation itself failed."
      : ranking.map { ResultSentences.unbroken($0.headline) } ?? "No image was attacked: the only ε is 0."
    sentences = [TrustText(summary).verdict, Self.scope(summary)].compactMap { $0 }
  }

  /// What the attacks of a run can't tell.
  private static func scope(_ summary: RunSummary) -> String {
    let largest = summary.configuration.budgets.last?.value ?? 0
    let isIterative = !summary.configuration.attacks.allSatisfy { $0.isSingleStep(at: largest) || $0.objective == nil }
    let bound = "An attack shows how little it takes to fool a model, never that no smaller change would"
    return isIterative
      ? "\(bound): accuracy under attack is an upper bound of robust accuracy."
      : """
      \(bound): accuracy under attack is an upper bound of robust accuracy, and after a single step, or noise, a loose one. An \
      iterative attack (\(Setting.attacks.set(to: "pgd"))) tightens it.
      """
  }
}
