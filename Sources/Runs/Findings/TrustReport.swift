/// The results of the trust checks of a run: every check that was asked for, and all that they found.
public struct TrustReport: Codable, Sendable, Hashable {
  /// In the order of the catalogue.
  public var checks: [TrustCheckResult]
  /// The worst first, then in the order of the checks.
  public var findings: [Finding]

  public init(checks: [TrustCheckResult] = [], findings: [Finding] = []) {
    self.checks = checks
    // Swift's sort is stable.
    self.findings = findings.sorted { $0.severity > $1.severity }
  }
}

/// How one trust check of a run ended, so that its silence can be told from its absence.
public struct TrustCheckResult: Codable, Sendable, Hashable {
  /// How it ended.
  public enum Verdict: String, Codable, Sendable, CaseIterable {
    /// It ran and found nothing.
    case passed
    /// It has findings.
    case found
    /// The run has nothing that it could look at; `reason` says why.
    case notApplicable = "not-applicable"
  }

  /// For example `zero-gradients`.
  public var check: String
  /// What holds if it passes, for example `no gradient is zero`.
  public var claim: String
  public var verdict: Verdict
  /// Only with `notApplicable`.
  public var reason: String?

  public init(check: String, claim: String, verdict: Verdict, reason: String? = nil) {
    self.check = check
    self.claim = claim
    self.verdict = verdict
    self.reason = reason
  }
}
