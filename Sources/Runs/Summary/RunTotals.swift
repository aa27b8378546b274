import Attacks

/// The sums from which a summary is made, taken image by image.
///
/// Accuracy under several targets or attacks is a property of an image, not of a record. So the records come ordered by
/// image: those of one are gathered, counted and forgotten, and no more than one image's are ever held.
package struct RunTotals {
  /// Which cell a record belongs to.
  struct Key: Hashable {
    var model: Int
    var attack: Int
    var goal: Int
    var budget: Int
  }

  /// How many there are, and how many of them have the property that is counted.
  struct Tally {
    var count = 0
    var part = 0

    mutating func add(_ isPart: Bool) {
      count += 1
      if isPart { part += 1 }
    }
  }

  /// The class of an image and the class aimed at.
  struct Pair: Hashable {
    var label: Int
    var target: Int?
  }

  /// The distances of a cell's trials in one norm.
  struct NormTally {
    var sum = 0.0
    var largest: Float = 0

    mutating func add(_ value: Float) {
      sum += Double(value)
      largest = max(largest, value)
    }
  }

  /// One model under one attack with one goal at one budget.
  struct Cell {
    /// By true class: images, and those correct under every target.
    var classes: [Tally]
    var cleanCorrect = 0
    /// Trials, and those that succeeded.
    var trials: [Pair: Tally] = [:]
    var attacked = 0
    /// In the order of `NormCatalog.all`.
    var distances = NormCatalog.all.map { _ in NormTally() }
    var forwards = 0
    var backwards = 0

    var count: Int { classes.reduce(0) { $0 + $1.count } }
    var trialCount: Int { trials.values.reduce(0) { $0 + $1.count } }
  }

  /// One model under one attack with one goal: how many images each budget is the first to beat.
  struct FirstSuccesses {
    /// By budget.
    var beaten: [Int]
    /// Images that the attack had to beat.
    var trials = 0
  }

  let configuration: RunConfiguration
  /// By model, attack and goal.
  private(set) var falls: [FirstSuccesses]
  /// By model, attack, goal and budget.
  private(set) var cells: [Cell]
  /// By model and true class: images, and those correct before any attack.
  private(set) var clean: [[Tally]]
  /// By model and budget: images, and those correct under every attack and goal.
  private(set) var worstCases: [[Tally]]
  /// The records of one image under one model.
  private var image: [EvaluationRecord] = []

  /// The totals of the records that `feed` hands over, ordered by model and image, then attack, goal, budget and target.
  package init(
    _ configuration: RunConfiguration, of feed: ((EvaluationRecord) -> Void) throws -> Void
  ) rethrows {
    self.configuration = configuration
    let models = configuration.models.count
    let classes = [Tally](repeating: Tally(), count: configuration.classCount)
    clean = [[Tally]](repeating: classes, count: models)
    worstCases = [[Tally]](
      repeating: [Tally](repeating: Tally(), count: configuration.budgets.count), count: models)
    falls = [FirstSuccesses](
      repeating: FirstSuccesses(beaten: [Int](repeating: 0, count: configuration.budgets.count)),
      count: models * configuration.attacks.count * configuration.goals.count)
    cells = [Cell](
      repeating: Cell(classes: classes),
      count: models * configuration.attacks.count * configuration.goals.count * configuration.budgets.count)
    try feed { add($0) }
    countImage()
  }

  private mutating func add(_ record: EvaluationRecord) {
    if let first = image.first, (first.model, first.image) != (record.model, record.image) { countImage() }
    image.append(record)
  }

  private mutating func countImage() {
    guard let first = image.first else { return }
    clean[first.model][first.label].add(first.wasCorrect)
    for budget in configuration.budgets.indices {
      let results = image.lazy.filter { $0.budget == budget }
      if !results.isEmpty { worstCases[first.model][budget].add(results.allSatisfy(\.isCorrect)) }
    }
    var rest = image[...]
    while let key = rest.first.map(Key.init) {
      let targets = rest.prefix { Key($0) == key }
      cells[position(of: key)].add(targets)
      rest = rest[targets.endIndex...]
    }
    countFalls()
    image.removeAll(keepingCapacity: true)
  }

  /// Records come by attack and goal, then by budget: the first success is at the smallest budget.
  private mutating func countFalls() {
    var rest = image[...]
    while let first = rest.first {
      let curve = rest.prefix { ($0.attack, $0.goal) == (first.attack, first.goal) }
      let place = position(of: Key(first)) / configuration.budgets.count
      if curve.contains(where: \.isTrial) { falls[place].trials += 1 }
      if let beaten = curve.first(where: { $0.isTrial && $0.success }) { falls[place].beaten[beaten.budget] += 1 }
      rest = rest[curve.endIndex...]
    }
  }

  private func position(of key: Key) -> Int {
    let (attacks, goals) = (configuration.attacks.count, configuration.goals.count)
    return ((key.model * attacks + key.attack) * goals + key.goal) * configuration.budgets.count + key.budget
  }

  /// The cells in order, with their keys.
  var keyedCells: [(Key, Cell)] {
    zip(Key.all(of: configuration), cells).map { ($0, $1) }
  }
}

extension RunTotals.Key {
  fileprivate init(_ record: EvaluationRecord) {
    self.init(model: record.model, attack: record.attack, goal: record.goal, budget: record.budget)
  }

  /// In the order of the cells.
  fileprivate static func all(of configuration: RunConfiguration) -> [Self] {
    configuration.models.indices.flatMap { model in
      configuration.attacks.indices.flatMap { attack in
        configuration.goals.indices.flatMap { goal in
          configuration.budgets.indices.map { Self(model: model, attack: attack, goal: goal, budget: $0) }
        }
      }
    }
  }
}

extension RunTotals.Cell {
  /// Counts the `records` of one image, one for each target.
  fileprivate mutating func add(_ records: ArraySlice<EvaluationRecord>) {
    let first = records[records.startIndex]
    classes[first.label].add(records.allSatisfy(\.isCorrect))
    if first.wasCorrect { cleanCorrect += 1 }
    for record in records {
      if record.attacked { attacked += 1 }
      forwards += record.forwards
      backwards += record.backwards
      guard record.isTrial else { continue }
      trials[RunTotals.Pair(label: record.label, target: record.target), default: .init()].add(record.success)
      for (norm, distance) in record.distances.values.enumerated() {
        if let distance { distances[norm].add(distance) }
      }
    }
  }
}

extension EvaluationRecord {
  /// Whether it comes before `other` when ordered by model and image, then attack, goal, budget and target.
  package func precedesByImage(_ other: EvaluationRecord) -> Bool {
    (model, image, attack, goal, budget, target ?? -1)
      < (other.model, other.image, other.attack, other.goal, other.budget, other.target ?? -1)
  }
}
