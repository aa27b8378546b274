public import Diagnostics

/// Which trust checks a run is given.
public struct TrustCheckSelection: Sendable, Hashable {
  /// In the order of the catalogue.
  public let names: [String]
  /// Whether checks may do more than a small share of a sweep's work: all but those of `.default`.
  package let isThorough: Bool

  /// The cheap ones: together they take a small share of a sweep's time.
  public static let `default` = TrustCheckSelection(
    names: TrustCheckName.allCases.filter { !$0.isThorough }.map(\.rawValue), isThorough: false)
  public static let all = TrustCheckSelection(names: TrustCheckName.allCases.map(\.rawValue), isThorough: true)
  public static let none = TrustCheckSelection(names: [], isThorough: false)

  private init(names: [String], isThorough: Bool) {
    self.names = names
    self.isThorough = isThorough
  }

  /// Reads `default`, `all`, `none`, or names separated by commas; a check that is named works thoroughly.
  /// - Throws: `InputError` of kind `.usage` that lists the names.
  public init(parsing text: String) throws {
    switch Self.vocabulary.name(for: text) ?? text {
    case "default": self = .default
    case "all": self = .all
    case "none": self = .none
    default:
      let known = TrustCheckName.allCases.map(\.rawValue)
      let wanted = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        let name = try Self.vocabulary.name(
          for: part.split(separator: " ").joined(separator: " "), .usage, "\(Setting.checks)")
        guard known.contains(name) else {
          throw InputError(
            .usage, .checks, "“\(name)” is one of several in “\(text)”, and means a choice of its own",
            remedy: "write \(name) alone, or the names of checks")
        }
        return name
      }
      self.init(names: known.filter(wanted.contains), isThorough: true)
    }
  }

  /// What can be chosen, by whatever name.
  public static let vocabulary = Vocabulary(
    "check", names: TrustCheckName.allCases.map(\.rawValue) + ["default", "all", "none"],
    synonyms: [
      "noise": "random-noise", "square": "square-attack", "nan": "non-finite", "randomized-model": "randomised-model",
      "gray-image": "grey-image", "off": "none", "no": "none", "every": "all",
    ])
}
