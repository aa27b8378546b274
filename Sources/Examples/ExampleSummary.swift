import Attacks
import Runs
import Sweeps

/// How many examples there are, and how many of them survive being written to a file.
public struct ExampleSummary: Sendable {
  /// One model, attack, goal and ε.
  public struct Cell: Sendable, Encodable, Hashable {
    public let model: String
    public let attack: String
    public let goal: String
    public let epsilon: String
    /// Only with a search on the lattice: attacks that match the selection (images, once per target), and how many of them
    /// succeeded in the run.
    public fileprivate(set) var attacked: Int?
    public fileprivate(set) var succeeded: Int?
    /// Of these, how many still do, inside the budget, when pixels are cast to bytes, or rounded.
    public fileprivate(set) var truncatedSurviving: Int?
    public fileprivate(set) var roundedSurviving: Int?
    /// How many the search on the lattice finds.
    public fileprivate(set) var latticeSucceeded: Int?
    /// Examples exported, how many of them reached their goal, and how many of these do as files inside the budget.
    public fileprivate(set) var exported = 0
    public fileprivate(set) var fooling = 0
    public fileprivate(set) var surviving = 0
  }

  /// By model, attack, goal and budget.
  private var counts: [[Int]: Cell] = [:]
  private let configuration: RunConfiguration
  private let usesLattice: Bool

  init(_ configuration: RunConfiguration, usesLattice: Bool) {
    (self.configuration, self.usesLattice) = (configuration, usesLattice)
  }

  public var cells: [Cell] { counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value) }

  /// Budgets that are no whole number of levels, and how many levels they hold.
  public var floored: [(epsilon: String, levels: Int)] {
    let budgets = Set(counts.keys.map { $0[3] }).sorted().map { configuration.budgets[$0] }
    return budgets.filter { !LInfinityLattice.isWhole($0.value) }.compactMap { budget in
      ExampleLevels.radius(budget, configuration.norm).map { (budget.text, $0) }
    }
  }

  /// Counts an attack that matches the selection, whether it is exported or not.
  mutating func add(_ example: Example) {
    let (record, none) = (example.record, usesLattice ? 0 : nil)
    let key = [record.model, record.attack, record.goal, record.budget]
    var cell =
      counts[key]
      ?? Cell(
        model: configuration.models[record.model].name, attack: configuration.attacks[record.attack].name,
        goal: configuration.goals[record.goal].rawValue, epsilon: configuration.budgets[record.budget].text,
        attacked: none, succeeded: none, truncatedSurviving: none, roundedSurviving: none, latticeSucceeded: none)
    cell.attacked? += 1
    if example.stored.success { cell.succeeded? += 1 }
    if example.run?.truncated == true { cell.truncatedSurviving? += 1 }
    if example.run?.rounded == true { cell.roundedSurviving? += 1 }
    if record.success { cell.latticeSucceeded? += 1 }
    if let file = example.file {
      cell.exported += 1
      if record.success { cell.fooling += 1 }
      if record.success, file.verdict.survives { cell.surviving += 1 }
    }
    counts[key] = cell
  }
}
