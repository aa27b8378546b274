public import Diagnostics

/// What a run was asked for beyond its configuration: it changes no record, only which are made and what is written
/// beside them. Kept in the store, so that a run goes on without being told again.
public struct RunOptions: Codable, Sendable, Hashable {
  /// Whose adversarial examples are exported.
  public var examples: ExampleCount
  /// Which trust checks follow.
  public var checks: TrustCheckSelection
  /// Which part of the work the run does; all of it if nil.
  public var shard: Shard?
  /// In which formats figures are written beside SVG; none if nil.
  public var figures: FigureFormats?

  public init(
    examples: ExampleCount = .first(10), checks: TrustCheckSelection = .default, shard: Shard? = nil,
    figures: FigureFormats? = nil
  ) {
    self.examples = examples
    self.checks = checks
    self.shard = shard
    self.figures = figures
  }
}

extension TrustCheckSelection: CodedAsText {
  public var description: String {
    switch self {
    case .default: "default"
    case .all: "all"
    case .none: "none"
    default: names.joined(separator: ",")
    }
  }
}

extension ExampleCount: CodedAsText {
  /// Reads a number, or `all`.
  /// - Throws: `InputError` of kind `.usage` for anything else.
  public init(parsing text: String) throws {
    if text == "all" {
      self = .all
    } else if let count = Int(text), count >= 0 {
      self = .first(count)
    } else {
      throw InputError(.usage, .examples, "“\(text)”", remedy: "use a number such as 10, or all")
    }
  }

  public var description: String {
    switch self {
    case .first(let count): "\(count)"
    case .all: "all"
    }
  }
}
