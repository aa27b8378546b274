import Files

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
    public var goal: GoalKind?
    public var budget: RunConfiguration.Budget?
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
    where (run.configuration.dataset.sha256, run.configuration.dataset.split) != (data.sha256, data.split) {
      let other = run.configuration.dataset
      throw InputError(
        .file, run.name,
        "it is of other images than \(runs[0].name): \(other.name)/\(other.split) (\(other.sha256.prefix(12))…), not "
          + "\(data.name)/\(data.split) (\(data.sha256.prefix(12))…)",
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
        .usage, "--reference", reference ?? "", what: "model of the runs", among: columns.map(\.label))
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

  private mutating func addRows(_ runs: [Input]) throws {
    // By column: what is right among the shared images, by what was done to them.
    let tables = runs.flatMap { run -> [[RowKey: [Bool]]] in
      let places = Dictionary(uniqueKeysWithValues: zip(run.outcomes.images, run.outcomes.images.indices))
      let positions = images.map { places[$0]! }
      return run.configuration.distinctModelNames.map { model in
        Dictionary(
          run.outcomes.groups.filter { $0.key.model == model }.map { group in
            (RowKey(group.key), positions.map { group.correct[$0] })
          }, uniquingKeysWith: { first, _ in first })
      }
    }
    var keys: [RowKey] = []
    var known: Set<RowKey> = []
    for run in runs {
      for group in run.outcomes.groups where known.insert(RowKey(group.key)).inserted { keys.append(RowKey(group.key)) }
    }
    let attacks = keys.map(\.attack)
    keys.sort { a, b in
      // Attacks and goals as they come first; budgets of several runs in order.
      let (x, y) = (attacks.firstIndex(of: a.attack)!, attacks.firstIndex(of: b.attack)!)
      return (x, a.goal?.rawValue ?? "", a.epsilon) < (y, b.goal?.rawValue ?? "", b.epsilon)
    }
    rows = keys.map { row($0, tables) }
    guard rows.contains(where: { $0.attack != nil && $0.differences.contains { $0 != nil } }) else {
      throw InputError(
        .file, runs.last!.name, "it has no attack, goal and ε in common with \(columns[reference].label)",
        remedy: "compare runs of the same attacks; those of this one are "
          + runs.last!.configuration.attacks.map(\.description).joined(separator: ", "))
    }
    adjust()
  }

  private func row(_ key: RowKey, _ tables: [[RowKey: [Bool]]]) -> Row {
    let before = tables[reference][key]
    return Row(
      attack: key.attack, goal: key.goal, budget: key.budget,
      accuracies: tables.map { table in
        table[key].map { correct in Proportion(correct.count { $0 }, of: correct.count) }
      },
      differences: tables.enumerated().map { index, table in
        guard index != reference, let now = table[key], let before else { return nil }
        return Difference(images, now, before)
      })
  }

  /// Holm's adjustment, over all differences.
  private mutating func adjust() {
    var places: [(row: Int, column: Int)] = []
    var pValues: [Double] = []
    for (row, cells) in rows.enumerated() {
      for (column, difference) in cells.differences.enumerated() {
        guard let difference else { continue }
        places.append((row, column))
        pValues.append(difference.mcNemar.pValue)
      }
    }
    for (place, value) in zip(places, Statistics.holmAdjusted(pValues)) {
      rows[place.row].differences[place.column]?.adjustedPValue = value
    }
  }
}

extension RunComparison.Difference {
  init(_ images: [Int], _ now: [Bool], _ before: [Bool]) {
    pairs = PairedProportions()
    gained = []
    lost = []
    for (image, (now, before)) in zip(images, zip(now, before)) {
      pairs.add(first: now, second: before)
      if now, !before { gained.append(image) }
      if before, !now { lost.append(image) }
    }
    let bounds = TangoScore(pairs).interval()
    interval = bounds.lower...bounds.upper
    mcNemar = McNemarTest(pairs)
    adjustedPValue = mcNemar.pValue
  }
}

/// What was done to the images, however the budget was written.
private struct RowKey: Hashable {
  let attack: String?
  let goal: GoalKind?
  let budget: RunConfiguration.Budget?

  init(_ key: Outcomes.Key) {
    attack = key.attack
    goal = key.goal
    budget = key.budget
  }

  var epsilon: Float { budget?.value ?? 0 }

  static func == (a: RowKey, b: RowKey) -> Bool {
    (a.attack, a.goal, a.epsilon) == (b.attack, b.goal, b.epsilon)
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(attack)
    hasher.combine(goal)
    hasher.combine(epsilon)
  }
}
