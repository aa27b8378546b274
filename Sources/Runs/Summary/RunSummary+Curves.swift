import Attacks
import Statistics

extension RunSummary.Curve {
  /// The curve at `place` among the falls of `totals`; nil if it has no images.
  init?(_ place: Int, _ totals: RunTotals, _ results: [RunSummary.Cell]) {
    let configuration = totals.configuration
    let goals = configuration.goals.count
    goalIndex = place % goals
    attackIndex = place / goals % configuration.attacks.count
    modelIndex = place / goals / configuration.attacks.count
    model = configuration.models[modelIndex].name
    attack = configuration.attacks[attackIndex].name
    goal = configuration.goals[goalIndex]
    let key = [modelIndex, attackIndex, goalIndex]
    let cells = results.filter { [$0.modelIndex, $0.attackIndex, $0.goalIndex] == key }
    guard let first = cells.first else { return nil }
    var points = cells.map { (epsilon: Double($0.epsilon), accuracy: $0.accuracy.value ?? 0) }
    if first.epsilon > 0 { points.insert((0, Double(first.cleanCorrect) / Double(max(first.count, 1))), at: 0) }
    areaUnderCurve = Self.meanHeight(points).map { Proportion(mean: $0, trials: first.count) }
    smallestEpsilon = RunSummary.SmallestEpsilon(totals.falls[place], configuration.budgets)
  }

  /// ∫ accuracy dε / (ε_last − ε_first) by the trapezoidal rule.
  ///
  /// It is the mean over images of a number in [0, 1], the share of the range in which an image stays right, so that a
  /// Wilson interval of it is conservative.
  private static func meanHeight(_ points: [(epsilon: Double, accuracy: Double)]) -> Double? {
    guard let first = points.first, let last = points.last, last.epsilon > first.epsilon else { return nil }
    var area = 0.0
    for (a, b) in zip(points, points.dropFirst()) {
      area += (b.epsilon - a.epsilon) * (a.accuracy + b.accuracy) / 2
    }
    return min(1, max(0, area / (last.epsilon - first.epsilon)))
  }
}

extension RunSummary.SmallestEpsilon {
  fileprivate init(_ falls: RunTotals.FirstSuccesses, _ budgets: [Budget]) {
    trials = falls.trials
    let total = falls.beaten.reduce(0, +)
    beaten = total
    beatenFirst = falls.beaten
    largestEpsilon = budgets.map(\.value).max() ?? 0
    let values = zip(budgets, falls.beaten).map { (value: $0.value, count: $1) }
    let (censored, bound) = (falls.trials - total, largestEpsilon)
    quantiles = Self.probabilities.map {
      Statistics.quantile($0, of: values, censored: censored, bound: bound)
    }
  }
}
