extension RunSummary {
  /// Sums up the `records` of a run.
  public init(configuration: RunConfiguration, records: [EvaluationRecord], facts: RunFacts? = nil) {
    let cells = Dictionary(grouping: records) {
      CellKey(model: $0.model, attack: $0.attack, goal: $0.goal, budget: $0.budget)
    }
    schemaVersion = Self.currentSchemaVersion
    toolVersion = configuration.toolVersion
    seed = configuration.seed
    configurationHash = configuration.configurationHash
    self.configuration = configuration
    cleanAccuracies = configuration.models.indices.map { model in
      CleanAccuracy(model, configuration, records.lazy.filter { $0.model == model })
    }
    results = []
    targetMatrices = []
    for key in CellKey.all(of: configuration) {
      guard let records = cells[key] else { continue }
      let cell = Cell(key, configuration, records)
      results.append(cell)
      if cell.goal == .each { targetMatrices.append(TargetMatrix(cell, configuration, records)) }
    }
    worstCases = []
    run = facts
    guard configuration.attacks.count * configuration.goals.count > 1 else { return }
    let byBudget = Dictionary(grouping: records) { CellKey(model: $0.model, attack: 0, goal: 0, budget: $0.budget) }
    for model in configuration.models.indices {
      for (index, budget) in configuration.budgets.enumerated() {
        let key = CellKey(model: model, attack: 0, goal: 0, budget: index)
        guard let records = byBudget[key] else { continue }
        let images = Statistics.correctUnderAll(records)
        let correct = images.values.count { $0 }
        worstCases.append(
          WorstCase(
            model: configuration.models[model].name, modelIndex: model, epsilon: budget.value,
            epsilonText: budget.text, budgetIndex: index, count: images.count, correct: correct,
            accuracy: Proportion(correct, of: images.count)))
      }
    }
  }

  fileprivate struct CellKey: Hashable {
    var model: Int
    var attack: Int
    var goal: Int
    var budget: Int

    static func all(of configuration: RunConfiguration) -> [CellKey] {
      var keys: [CellKey] = []
      for model in configuration.models.indices {
        for attack in configuration.attacks.indices {
          for goal in configuration.goals.indices {
            for budget in configuration.budgets.indices {
              keys.append(CellKey(model: model, attack: attack, goal: goal, budget: budget))
            }
          }
        }
      }
      return keys
    }
  }
}

extension RunSummary.CleanAccuracy {
  fileprivate init(_ index: Int, _ configuration: RunConfiguration, _ records: some Sequence<EvaluationRecord>) {
    var images: [Int: EvaluationRecord] = [:]
    for record in records where images[record.image] == nil { images[record.image] = record }
    model = configuration.models[index].name
    modelIndex = index
    count = images.count
    correct = images.values.count(where: \.wasCorrect)
    accuracy = Proportion(correct, of: count)
    perClass = classCounts(
      images.values.lazy.map { ($0.label, $0.wasCorrect) }, classes: configuration.classCount)
  }
}

extension RunSummary.Cell {
  fileprivate init(
    _ key: RunSummary.CellKey, _ configuration: RunConfiguration, _ records: [EvaluationRecord]
  ) {
    let budget = configuration.budgets[key.budget]
    let robust = Statistics.correctUnderAll(records)
    let firsts = Dictionary(records.map { ($0.image, $0) }, uniquingKeysWith: { first, _ in first })
    let trialRecords = records.filter(\.isTrial)
    model = configuration.models[key.model].name
    modelIndex = key.model
    attack = configuration.attacks[key.attack].name
    attackIndex = key.attack
    goal = configuration.goals[key.goal]
    goalIndex = key.goal
    epsilon = budget.value
    epsilonText = budget.text
    budgetIndex = key.budget
    count = robust.count
    correct = robust.values.count { $0 }
    accuracy = Proportion(correct, of: count)
    cleanCorrect = firsts.values.count(where: \.wasCorrect)
    trials = trialRecords.count
    successes = trialRecords.count(where: \.success)
    attacked = records.count(where: \.attacked)
    norms = RunSummary.Norms(trialRecords)
    forwards = records.reduce(0) { $0 + $1.forwards }
    backwards = records.reduce(0) { $0 + $1.backwards }
    perClass = classCounts(
      robust.lazy.map { (firsts[$0.key]!.label, $0.value) }, classes: configuration.classCount)
    perTarget = goal.isTargeted ? targetCounts(trialRecords) : nil
    if goal == .each, let mean = meanRate(perTarget ?? []) {
      // One image is tried with every target: it is the images that are independent.
      successRate = Proportion(mean: mean, trials: cleanCorrect)
    } else {
      successRate = Proportion(successes, of: trials)
    }
  }
}

extension RunSummary.Norms {
  fileprivate init(_ records: [EvaluationRecord]) {
    let count = Double(max(records.count, 1))
    // Summed in order of size, so that the order of the records makes no difference.
    meanLinf = records.map { Double($0.linfNorm) }.sorted().reduce(0, +) / count
    maxLinf = Double(records.map(\.linfNorm).max() ?? 0)
    meanL2 = records.map { Double($0.l2Norm) }.sorted().reduce(0, +) / count
    maxL2 = Double(records.map(\.l2Norm).max() ?? 0)
  }
}

extension RunSummary.TargetMatrix {
  fileprivate init(_ cell: RunSummary.Cell, _ configuration: RunConfiguration, _ records: [EvaluationRecord]) {
    let classes = configuration.classCount
    let zeros = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    model = cell.model
    modelIndex = cell.modelIndex
    attack = cell.attack
    attackIndex = cell.attackIndex
    epsilon = cell.epsilon
    epsilonText = cell.epsilonText
    budgetIndex = cell.budgetIndex
    trials = zeros
    successes = zeros
    for record in records where record.isTrial {
      guard let target = record.target else { continue }
      trials[record.label][target] += 1
      if record.success { successes[record.label][target] += 1 }
    }
    averageOverTargets = meanRate(cell.perTarget ?? [])
  }
}

private func classCounts(
  _ images: some Sequence<(label: Int, isCorrect: Bool)>, classes: Int
) -> [RunSummary.ClassCount] {
  var counts = [Int](repeating: 0, count: classes)
  var correct = counts
  for image in images {
    counts[image.label] += 1
    if image.isCorrect { correct[image.label] += 1 }
  }
  return (0..<classes).map { label in
    RunSummary.ClassCount(
      label: label, count: counts[label], correct: correct[label],
      accuracy: counts[label] > 0 ? Double(correct[label]) / Double(counts[label]) : nil)
  }
}

private func targetCounts(_ trials: [EvaluationRecord]) -> [RunSummary.TargetCount] {
  let groups = Dictionary(grouping: trials) { $0.target ?? -1 }
  return groups.keys.sorted().map { target in
    let group = groups[target]!
    let successes = group.count(where: \.success)
    return RunSummary.TargetCount(
      target: target, trials: group.count, successes: successes, rate: Double(successes) / Double(group.count))
  }
}

/// The mean over targets of each target's rate: what Hinton et al. 2018 plot in Figure 3, right.
private func meanRate(_ targets: [RunSummary.TargetCount]) -> Double? {
  let rates = targets.compactMap(\.rate)
  return rates.isEmpty ? nil : rates.reduce(0, +) / Double(rates.count)
}
