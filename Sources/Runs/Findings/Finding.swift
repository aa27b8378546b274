/// What a trust check noticed about an evaluation: not about the model's robustness, but about the number that claims it.
public struct Finding: Codable, Sendable, Hashable {
  /// How far the evaluation can be trusted in spite of it.
  public enum Severity: String, Codable, Sendable, CaseIterable, Comparable {
    /// Worth knowing; the numbers stand.
    case note
    /// The numbers may flatter the model a little, or can't be fully judged.
    case warning
    /// The evaluation is not trustworthy: the attack, or the way it was run, failed.
    case error

    public static func < (a: Severity, b: Severity) -> Bool {
      allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
    }
  }

  /// What a finding is about: positions in the lists of the configuration, nil where it concerns all of them.
  public struct Scope: Codable, Sendable, Hashable {
    public var modelIndex: Int?
    public var attackIndex: Int?
    public var goalIndex: Int?
    public var budgetIndex: Int?

    public init(model: Int? = nil, attack: Int? = nil, goal: Int? = nil, budget: Int? = nil) {
      modelIndex = model
      attackIndex = attack
      goalIndex = goal
      budgetIndex = budget
    }
  }

  /// The check that raised it, for example `zero-gradients`.
  public var check: String
  public var severity: Severity
  /// One sentence, without its full stop: what is wrong.
  public var title: String
  /// One or two sentences with the numbers that show it.
  public var evidence: String
  /// The same numbers by name, all finite.
  public var numbers: [String: Double]
  /// What to do about it.
  public var remedy: String
  public var scope: Scope

  public init(
    check: String, severity: Severity, title: String, evidence: String, numbers: [String: Double] = [:],
    remedy: String, scope: Scope = Scope()
  ) {
    precondition(numbers.values.allSatisfy(\.isFinite), "Finding \(check): \(numbers) are not all finite")
    self.check = check
    self.severity = severity
    self.title = title
    self.evidence = evidence
    self.numbers = numbers
    self.remedy = remedy
    self.scope = scope
  }
}
