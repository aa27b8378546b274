import Attacks
import Statistics

extension RunSummary {
  /// Sums up `totals`; what pairs of models differ by is left empty.
  package init(_ totals: RunTotals, _ checkReport: TrustReport, _ facts: RunFacts?) {
    let configuration = totals.configuration
    schemaVersion = Self.currentSchemaVersion
    toolVersion = configuration.toolVersion
    seed = configuration.seed
    configurationHash = configuration.configurationHash
    self.configuration = configuration
    cleanAccuracies = totals.clean.enumerated().map { CleanAccuracy($0, configuration, $1) }
    results = []
    targetMatrices = []
    for (key, total) in totals.keyedCells where total.count > 0 {
      let cell = Cell(key, configuration, total)
      results.append(cell)
      if cell.goal == .each { targetMatrices.append(TargetMatrix(cell, configuration, total)) }
    }
    curves = []
    for place in totals.falls.indices {
      if let curve = Curve(place, totals, results) { curves.append(curve) }
    }
    worstCases = []
    pairedDifferences = []
    findings = checkReport.findings
    checks = checkReport.checks
    run = facts
    guard configuration.attacks.count * configuration.goals.count > 1 else { return }
    for (model, tallies) in totals.worstCases.enumerated() {
      for (index, tally) in tallies.enumerated() where tally.count > 0 {
        let budget = configuration.budgets[index]
        worstCases.append(
          WorstCase(
            model: configuration.models[model].name, modelIndex: model, epsilon: budget.value,
            epsilonText: budget.text, budgetIndex: index, count: tally.count, correct: tally.part,
            accuracy: Proportion(tally.part, of: tally.count)))
      }
    }
  }
}

extension RunSummary.CleanAccuracy {
  fileprivate init(_ index: Int, _ configuration: RunConfiguration, _ classes: [RunTotals.Tally]) {
    model = configuration.models[index].name
    modelIndex = index
    count = classes.reduce(0) { $0 + $1.count }
    correct = classes.reduce(0) { $0 + $1.part }
    accuracy = Proportion(correct, of: count)
    perClass = classCounts(classes)
  }
}

extension RunSummary.Cell {
  fileprivate init(_ key: RunTotals.Key, _ configuration: RunConfiguration, _ total: RunTotals.Cell) {
    let budget = configuration.budgets[key.budget]
    model = configuration.models[key.model].name
    modelIndex = key.model
    attack = configuration.attacks[key.attack].name
    attackIndex = key.attack
    goal = configuration.goals[key.goal]
    goalIndex = key.goal
    epsilon = budget.value
    epsilonText = budget.text
    budgetIndex = key.budget
    count = total.count
    correct = total.classes.reduce(0) { $0 + $1.part }
    accuracy = Proportion(correct, of: count)
    cleanCorrect = total.cleanCorrect
    trials = total.trialCount
    successes = total.trials.values.reduce(0) { $0 + $1.part }
    attacked = total.attacked
    norms = RunSummary.Norms(total, configuration.norm)
    forwards = total.forwards
    backwards = total.backwards
    perClass = classCounts(total.classes)
    perTarget = goal.isTargeted ? targetCounts(total.trials) : nil
    if goal == .each, let mean = meanRate(perTarget ?? []) {
      // One image is tried with every target: it is the images that are independent.
      successRate = Proportion(mean: mean, trials: cleanCorrect)
    } else {
      successRate = Proportion(successes, of: trials)
    }
  }
}

extension RunSummary.Norms {
  fileprivate init(_ total: RunTotals.Cell, _ norm: any Norm) {
    let trials = Double(max(total.trialCount, 1))
    func size(_ norm: any Norm) -> Size {
      let tally = total.distances[NormCatalog.all.firstIndex { $0.name == norm.name }!]
      return Size(mean: tally.sum / trials, max: Double(tally.largest))
    }
    let (linf, l2) = (size(LInfinity()), size(L2()))
    (meanLinf, maxLinf, meanL2, maxL2) = (linf.mean, linf.max, l2.mean, l2.max)
    ofRun = size(norm)
  }
}

extension RunSummary.TargetMatrix {
  fileprivate init(_ cell: RunSummary.Cell, _ configuration: RunConfiguration, _ total: RunTotals.Cell) {
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
    for (pair, tally) in total.trials {
      guard let target = pair.target else { continue }
      trials[pair.label][target] = tally.count
      successes[pair.label][target] = tally.part
    }
    averageOverTargets = meanRate(cell.perTarget ?? [])
  }
}

private func classCounts(_ classes: [RunTotals.Tally]) -> [RunSummary.ClassCount] {
  classes.enumerated().map { label, tally in
    RunSummary.ClassCount(
      label: label, count: tally.count, correct: tally.part,
      accuracy: tally.count > 0 ? Double(tally.part) / Double(tally.count) : nil)
  }
}

private func targetCounts(_ trials: [RunTotals.Pair: RunTotals.Tally]) -> [RunSummary.TargetCount] {
  let groups = Dictionary(grouping: trials) { $0.key.target ?? -1 }
  return groups.keys.sorted().map { target in
    let (trials, successes) = groups[target]!.reduce((0, 0)) { ($0.0 + $1.value.count, $0.1 + $1.value.part) }
    return RunSummary.TargetCount(
      target: target, trials: trials, successes: successes, rate: Double(successes) / Double(trials))
  }
}

/// The mean over targets of each target's rate: what Hinton et al. 2018 plot in Figure 3, right.
private func meanRate(_ targets: [RunSummary.TargetCount]) -> Double? {
  let rates = targets.compactMap(\.rate)
  return rates.isEmpty ? nil : rates.reduce(0, +) / Double(rates.count)
}
