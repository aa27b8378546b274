import Attacks
import Runs

/// The results of the trust checks of a run, as every report words them.
struct TrustText {
  private let summary: RunSummary
  private let names: Names

  init(_ summary: RunSummary) {
    self.summary = summary
    names = Names(summary.configuration)
  }

  /// How far the run can be trusted, in a sentence.
  var verdict: String {
    let findings = summary.findings
    guard !summary.checks.isEmpty else { return "No trust checks were run." }
    let applied = summary.checks.count { $0.verdict != .notApplicable }
    let passed = summary.checks.count { $0.verdict == .passed }
    let errors = findings.count { $0.severity == .error }
    let warnings = findings.count { $0.severity == .warning }
    let tally = "\(passed) of \(applied) trust checks that apply passed"
    if errors > 0 {
      return """
        This evaluation is not trustworthy: \(Self.count(errors, "finding")) show\(errors == 1 ? "s" : "") that an attack or \
        a model did not work as it must. \(tally).
        """
    }
    if warnings > 0 {
      return """
        Read these numbers with care: \(Self.count(warnings, "warning")) say\(warnings == 1 ? "s" : "") that they may flatter \
        a model. \(tally).
        """
    }
    if !findings.isEmpty { return "The numbers stand; there is something to note. \(tally)." }
    return applied == 1 ? "The one trust check that applies passed." : "All \(applied) trust checks that apply passed."
  }

  var findings: [Finding] { summary.findings }

  /// What a finding is about, for example `cnn, FGSM, untargeted, ε = 0.1`.
  func place(_ finding: Finding) -> String {
    let configuration = summary.configuration
    let scope = finding.scope
    var parts: [String] = []
    if let model = scope.modelIndex { parts.append(names.models[model]) }
    if let attack = scope.attackIndex { parts.append(names.attacks[attack]) }
    if let goal = scope.goalIndex { parts.append(names.goal(configuration.goals[goal])) }
    if let budget = scope.budgetIndex { parts.append("ε = \(configuration.budgets[budget].text)") }
    return parts.joined(separator: ", ")
  }

  /// Every check that was run: its name, what holds if it passes, and how it ended.
  var rows: [(name: String, claim: String, outcome: String)] {
    summary.checks.map { check in
      let count = summary.findings.count { $0.check == check.check }
      let outcome =
        switch check.verdict {
        case .passed: "passed"
        case .found: Self.count(count, "finding")
        case .notApplicable: "not applicable: \(check.reason ?? "")"
        }
      return (check.check, check.claim, outcome)
    }
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
