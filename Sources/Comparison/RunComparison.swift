public import Attacks
import Diagnostics
import Files
public import Runs
public import Statistics
import Tensors

/// Models and runs side by side on the images they share.
public struct RunComparison: Sendable, Hashable {
  /// One model of one run.
  public struct Column: Sendable, Hashable {
    /// The model's name, after the run's where several are called so.
    public var label: String
    public var run: String
    public var model: String
    public var sha256: String
  }

  /// One attack with one goal at one budget, or none before any attack.
  public struct Row: Sendable, Hashable {
    public var attack: String?
    public var goal: TargetChoice?
    public var budget: Budget?
    /// What the budget is measured by, as `NormCatalog` calls it.
    public var normName: String
    /// By column; nil where the run has no such cell.
    public var accuracies: [Proportion?]
    /// By column, against the reference; nil for the reference itself, and where one of the two has no such cell.
    public var differences: [Difference?]
  }

  /// A column against the reference, image by image.
  public struct Difference: Sendable, Hashable {
    /// The column right, first; the reference right, second.
    public var pairs: PairedProportions
    /// Of the column's accuracy − the reference's: Tango's 95% interval.
    public var interval: ClosedRange<Double>
    public var mcNemar: McNemarTest
    /// After Holm over all differences of the comparison.
    public var adjustedPValue: Double
    /// Images that only the column gets right, and only the reference.
    public var gained: [Int]
    public var lost: [Int]

    public var value: Double { pairs.difference }
  }

  /// A difference whose adjusted p-value is at most this is one beyond chance.
  public static let significanceLevel = 0.05

  public var columns: [Column]
  /// Position of the column that the others are compared with.
  public var reference: Int
  public var dataset: RunConfiguration.Dataset
  /// The images that all runs share, ascending.
  public var images: [Int]
  /// The clean one first, then by attack, goal and budget.
  public var rows: [Row]
  /// What a reader has to know, in sentences.
  public var notes: [String]

  /// One run to be compared: what it is called, and what is in it.
  public struct Input: Sendable {
    public var name: String
    public var configuration: RunConfiguration
    public var outcomes: Outcomes

    /// - Throws: `InputError` of kind `.file` if the run is not complete.
    public init(name: String, store: RunStore) throws {
      self.init(name: name, configuration: store.configuration, outcomes: try Outcomes(of: store))
    }

    init(name: String, configuration: RunConfiguration, outcomes: Outcomes) {
      self.name = name
      self.configuration = configuration
      self.outcomes = outcomes
    }
  }

  /// Compares `runs`, each column with that labelled `reference`, or with the first.
  ///
  /// - Throws: `InputError` of kind `.file` if runs are of different data or share no image or attack, `.usage` if there is
  ///   nothing to compare or no such reference.
  public init(_ runs: [Input], reference: String? = nil) throws {
    let data = runs[0].configuration.dataset
    for run in runs
    where run.configuration.dataset.isOfOtherImages(than: data) {
      let other = run.configuration.dataset
      throw InputError(
        .file, run.name,
        "it is of other images than \(runs[0].name): \(other.name)/\(other.split) (\(other.sha256.prefix(12))…) of "
          + "\(Shape(other.shape)), not \(data.name)/\(data.split) (\(data.sha256.prefix(12))…) of \(Shape(data.shape))",
        remedy: "compare runs of the same data set")
    }
    let columns = Self.columns(runs)
    guard columns.count > 1 else {
      throw InputError(
        .usage, "RUN…", "there is one model in one run, and nothing to compare it with", remedy: "name two runs or more"
      )
    }
    guard let place = reference.map({ label in columns.firstIndex { $0.label == label } }) ?? 0 else {
      throw NearMatch.unknown(
        .usage, "\(Setting.reference)", reference ?? "", what: "model of the runs", among: columns.map(\.label))
    }
    let shared = runs.dropFirst().reduce(Set(runs[0].outcomes.images)) { $0.intersection($1.outcomes.images) }.sorted()
    guard !shared.isEmpty else {
      throw InputError(
        .file, runs[1].name, "it shares no image with \(runs[0].name)", remedy: "compare runs of the same images")
    }
    self.columns = columns
    self.reference = place
    dataset = data
    images = shared
    notes = []
    if runs.contains(where: { $0.outcomes.images.count > shared.count }) {
      notes.append("Only the \(shared.count) images that all runs share are compared.")
    }
    rows = []
    try addRows(runs)
  }

  private static func columns(_ runs: [Input]) -> [Column] {
    var columns = runs.flatMap { run in
      zip(run.configuration.distinctModelNames, run.configuration.models).map {
        Column(label: $0, run: run.name, model: $0, sha256: $1.sha256)
      }
    }
    let names = columns.map(\.model)
    for (index, name) in names.enumerated() where names.count(where: { $0 == name }) > 1 {
      columns[index].label = "\(columns[index].run)/\(name)"
    }
    // The same run named twice.
    for index in columns.indices {
      let earlier = columns[..<index].count { ($0.run, $0.model) == (columns[index].run, columns[index].model) }
      if earlier > 0 { columns[index].label += " #\(earlier + 1)" }
    }
    return columns
  }
}

extension RunComparison.Row {
  /// What the budget is measured by.
  package var norm: any Norm { NormCatalog.all.first { $0.name == normName } ?? LInfinity() }
}
