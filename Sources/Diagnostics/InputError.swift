/// Wrong input: what was wrong, where, and what to do about it.
public struct InputError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of input was wrong; the command line maps each kind to an exit code.
  public enum Kind: String, Sendable, CaseIterable {
    /// An argument that names nothing known or has no meaning.
    case usage
    /// A file that is missing, unreadable or not what its name says.
    case file
    /// A data set that is missing or whose contents are impossible.
    case dataset
    /// A model or checkpoint that is missing, corrupt or does not match.
    case model
    /// A place that can't be written, or already holds something else.
    case output
  }

  public let kind: Kind
  /// The file, setting or field concerned.
  public let subject: String
  /// What was found, and what was expected.
  public let problem: String
  /// What the user can do about it.
  public let remedy: String

  public init(_ kind: Kind, _ subject: String, _ problem: String, remedy: String) {
    self.kind = kind
    self.subject = subject
    self.problem = problem
    self.remedy = remedy
  }

  /// What is wrong with a setting, by the name that callers know it by.
  public init(_ kind: Kind, _ setting: Setting, _ problem: String, remedy: String) {
    self.init(kind, setting.description, problem, remedy: remedy)
  }

  /// Two lines, whatever the names in it hold.
  public var description: String {
    "\(PrintableText.line(subject)): \(PrintableText.line(problem))\n  → \(PrintableText.line(remedy))"
  }
}
