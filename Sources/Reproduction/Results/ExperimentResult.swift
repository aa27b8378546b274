import Foundation
public import Text

/// The result of an experiment: the same numbers whenever it is repeated. How long it took is kept apart.
public struct ExperimentResult: Codable, Sendable, Hashable {
  /// A quantity that the paper states, beside ours.
  public struct Comparison: Codable, Sendable, Hashable {
    public var quantity: String
    public var published: String
    public var ours: String

    public init(_ quantity: String, published: String, ours: String) {
      self.quantity = quantity
      self.published = published
      self.ours = ours
    }
  }

  /// A picture, written beside the page.
  public struct Figure: Codable, Sendable, Hashable {
    public var file: String
    public var caption: String

    public init(_ file: String, caption: String) {
      self.file = file
      self.caption = caption
    }
  }

  /// A network that took part.
  public struct Network: Codable, Sendable, Hashable {
    public var name: String
    public var checkpoint: String
    public var sha256: String
    public var parameters: Int
    /// Images it was trained on, passes over them, and steps.
    public var images: Int
    public var epochs: Int
    public var steps: Int
    public var loss: String
    public var recipe: String
  }

  /// What the command line calls it.
  public var id: String
  public var title: String
  /// What the paper did, and what it reports.
  public var published: String
  /// On what data ours was measured, in words; nothing if it takes none.
  public var data: String?
  /// Where ours differs from the paper's.
  public var differences: [String]
  /// What ours shows.
  public var findings: [String]
  public var comparisons: [Comparison]
  public var tables: [Table]
  public var figures: [Figure]
  public var networks: [Network]

  public init(
    id: String, title: String, published: String, data: String? = nil, differences: [String] = [],
    findings: [String] = [], comparisons: [Comparison] = [], tables: [Table] = [], figures: [Figure] = [],
    networks: [Network] = []
  ) {
    self.id = id
    self.title = title
    self.published = published
    self.data = data
    self.differences = differences
    self.findings = findings
    self.comparisons = comparisons
    self.tables = tables
    self.figures = figures
    self.networks = networks
  }
}
