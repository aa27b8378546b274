public import Attacks
import Files
import Foundation
public import Runs

/// Which images each model of a run gets right: before any attack, and under each attack, goal and budget above 0.
///
/// ε = 0 attacks nothing, so its cells repeat the clean one and are left out.
public struct Outcomes: Sendable, Hashable {
  /// What a group of outcomes is about, in words that mean the same in another run.
  public struct Key: Sendable, Hashable {
    /// The model's name; distinct from those of the other models of the run.
    public var model: String
    /// The attack's printed form; nil before any attack, as are `goal` and `budget`.
    public var attack: String?
    public var goal: TargetChoice?
    public var budget: Budget?

    public init(
      model: String, attack: String? = nil, goal: TargetChoice? = nil, budget: Budget? = nil
    ) {
      self.model = model
      self.attack = attack
      self.goal = goal
      self.budget = budget
    }
  }

  /// One model, before or under one attack with one goal at one budget.
  public struct Group: Sendable, Hashable {
    public var key: Key
    /// By position in `images`; for the goal `each`, right under every target.
    public var correct: [Bool]

    public init(key: Key, correct: [Bool]) {
      self.key = key
      self.correct = correct
    }

    public var correctCount: Int { correct.count { $0 } }
  }

  /// The numbers of the images in their data set, ascending.
  public var images: [Int]
  /// By model: the clean one first, then by attack, goal and budget.
  public var groups: [Group]

  /// - Precondition: every group has an outcome for each of `images`, which ascend.
  public init(images: [Int], groups: [Group]) {
    self.images = images
    self.groups = groups
  }

  /// The outcomes in `store`, read in one pass.
  ///
  /// - Throws: `InputError` of kind `.file` if the run is not complete.
  public init(of store: RunStore) throws {
    let images = try Self.images(in: store)
    guard let outcomes = try Outcomes(store.configuration, images, { try store.forEachRecord($0) }) else {
      throw try store.incomplete(begun: images.count)
    }
    self = outcomes
  }

  /// The outcomes in `store`; nil if the run is not complete.
  init?(ifComplete store: RunStore) throws {
    try self.init(store.configuration, Self.images(in: store)) { try store.forEachRecord($0) }
  }

  /// The outcomes in the records that `feed` hands over, of `images`, which ascend; nil if they are not of a whole run.
  init?(
    _ configuration: RunConfiguration, _ images: [Int], _ feed: ((EvaluationRecord) -> Void) throws -> Void
  ) rethrows {
    let positions = Dictionary(uniqueKeysWithValues: zip(images, images.indices))
    var table = Table(configuration, images: images.count)
    try feed { record in
      guard let position = positions[record.image] else { return }
      table.add(record, at: position)
    }
    guard images.count == configuration.dataset.count, table.isComplete else { return nil }
    (self.images, groups) = (images, table.groups)
  }

  private static func images(in store: RunStore) throws -> [Int] {
    try store.configuration.models.indices.reduce(into: Set<Int>()) {
      $0.formUnion(try store.images(model: $1, attack: 0, goal: 0))
    }.sorted()
  }
}

/// Outcomes by position: while they are read.
private struct Table {
  private let configuration: RunConfiguration
  private let cellsPerModel: Int
  /// By model, then clean, attack, goal, budget; then by image. Nothing seen yet counts as right.
  private var correct: [[Bool]]
  private var seen: [[Bool]]
  /// How many records each has.
  private var counts: [Int]

  init(_ configuration: RunConfiguration, images: Int) {
    self.configuration = configuration
    cellsPerModel = 1 + configuration.attacks.count * configuration.goals.count * configuration.budgets.count
    let cells = configuration.models.count * cellsPerModel
    correct = [[Bool]](repeating: [Bool](repeating: true, count: images), count: cells)
    seen = [[Bool]](repeating: [Bool](repeating: false, count: images), count: cells)
    counts = [Int](repeating: 0, count: cells)
  }

  mutating func add(_ record: EvaluationRecord, at position: Int) {
    let clean = record.model * cellsPerModel
    let (goals, budgets) = (configuration.goals.count, configuration.budgets.count)
    let cell = clean + 1 + (record.attack * goals + record.goal) * budgets + record.budget
    seen[clean][position] = true
    correct[clean][position] = record.wasCorrect
    seen[cell][position] = true
    counts[cell] += 1
    if !record.isCorrect { correct[cell][position] = false }
  }

  /// Whether there is a record of every image under every model, attack, goal, target and budget. A store holds none twice,
  /// so it is enough to count them.
  var isComplete: Bool {
    guard seen.allSatisfy({ $0.allSatisfy { $0 } }) else { return false }
    let targets = configuration.goals.map { $0 == .each ? configuration.classCount : 1 }
    return counts.indices.allSatisfy { cell in
      let place = cell % cellsPerModel - 1
      guard place >= 0 else { return true }
      return counts[cell] == seen[cell].count * targets[place / configuration.budgets.count % targets.count]
    }
  }

  var groups: [Outcomes.Group] {
    let places = configuration.models.indices.flatMap { model in
      (0..<cellsPerModel).filter { place in
        place == 0 || configuration.budgets[(place - 1) % configuration.budgets.count].value > 0
      }.map { model * cellsPerModel + $0 }
    }
    return zip(Outcomes.keys(of: configuration), places).map { Outcomes.Group(key: $0, correct: correct[$1]) }
  }
}

extension Outcomes {
  /// What the groups of a run of `configuration` are about, in their order.
  static func keys(of configuration: RunConfiguration) -> [Key] {
    configuration.distinctModelNames.flatMap { model in
      [Key(model: model)]
        + configuration.attacks.flatMap { attack in
          configuration.goals.flatMap { goal in
            configuration.budgets.filter { $0.value > 0 }.map { budget in
              Key(model: model, attack: attack.description, goal: goal, budget: budget)
            }
          }
        }
    }
  }
}
