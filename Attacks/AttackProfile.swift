public import Models

/// What an attack is: reports, `--help` and the tests of all attacks derive from it.
public struct AttackProfile: Sendable, Hashable {
  /// What the command line and files call it, in lower case.
  public let name: String
  /// What reports call it.
  public let title: String
  /// One line for `--help`, without a full stop.
  public let summary: String
  /// Where it was published; nil for what has no author.
  public let citation: Citation?
  /// What it computes, in a sentence or two for the methods section of a report.
  public let definition: String
  /// Other names of it, elsewhere.
  public let synonyms: [String]
  /// What it asks the model for.
  public let needs: Knowledge
  /// Whether the same images may get other results from another seed.
  public let isRandom: Bool
  /// The hyperparameters that `Attack.init(_:)` takes.
  public let arguments: [String]

  public init(
    name: String, title: String, summary: String, citation: Citation? = nil, definition: String,
    synonyms: [String] = [], needs: Knowledge = .gradients, isRandom: Bool = false, arguments: [String]
  ) {
    self.name = name
    self.title = title
    self.summary = summary
    self.citation = citation
    self.definition = definition
    self.synonyms = synonyms
    self.needs = needs
    self.isRandom = isRandom
    self.arguments = arguments
  }

  /// What keys the random numbers of this attack, beside seed, image, restart and step: its name as a number.
  var streamKey: UInt64 { name.utf8.suffix(8).reduce(0) { $0 << 8 | UInt64($1) } }
}
