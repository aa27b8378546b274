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
    public let attacked: Int?
    public let succeeded: Int?
    /// Of these, how many still do, inside the budget, when pixels are cast to bytes, or rounded.
    public let truncatedSurviving: Int?
    public let roundedSurviving: Int?
    /// How many the search on the lattice finds.
    public let latticeSucceeded: Int?
    /// Examples exported, how many of them reached their goal, and how many of these do as files inside the budget.
    public let exported: Int
    public let fooling: Int
    public let surviving: Int
  }

  public let cells: [Cell]
  /// Budgets that are no whole number of levels, and how many levels they hold.
  public let floored: [(epsilon: String, levels: Int)]

  init(
    _ configuration: RunConfiguration, _ found: [Example], _ exported: [(Example, ExampleVerdict)],
    _ options: ExampleExport.Options
  ) {
    func key(_ record: EvaluationRecord) -> [Int] { [record.model, record.attack, record.goal, record.budget] }
    let all = Dictionary(grouping: found) { key($0.record) }
    let written = Dictionary(grouping: exported) { key($0.0.record) }
    cells = all.keys.sorted { $0.lexicographicallyPrecedes($1) }.map { key in
      let (examples, files) = (all[key]!, written[key] ?? [])
      func count(_ isCounted: (Example) -> Bool) -> Int? {
        options.usesLattice ? examples.count(where: isCounted) : nil
      }
      return Cell(
        model: configuration.models[key[0]].name, attack: configuration.attacks[key[1]].name,
        goal: configuration.goals[key[2]].rawValue, epsilon: configuration.budgets[key[3]].text,
        attacked: count { _ in true }, succeeded: count { $0.stored.success },
        truncatedSurviving: count { $0.run?.truncated == true }, roundedSurviving: count { $0.run?.rounded == true },
        latticeSucceeded: count { $0.record.success }, exported: files.count,
        fooling: files.count { $0.0.record.success }, surviving: files.count { $0.0.record.success && $0.1.survives })
    }
    let budgets = Set(found.map(\.record.budget)).sorted().map { configuration.budgets[$0] }
    floored = budgets.filter { !LInfinityLattice.isWhole($0.value) }.compactMap { budget in
      ExampleLevels.radius(budget, configuration.norm).map { (budget.text, $0) }
    }
  }
}
