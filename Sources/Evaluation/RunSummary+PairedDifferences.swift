import Statistics

extension RunSummary {
  /// A model against the first one of the run, on the same images.
  public struct PairedDifference: Codable, Sendable, Hashable {
    public var model: String
    public var modelIndex: Int
    public var reference: String
    public var referenceIndex: Int
    /// nil before any attack, as are the goal and the budget.
    public var attack: String?
    public var attackIndex: Int?
    public var goal: GoalKind?
    public var goalIndex: Int?
    public var epsilon: Float
    public var epsilonText: String
    public var budgetIndex: Int?
    public var count: Int
    /// Images that only the model gets right, and only the reference.
    public var onlyModel: Int
    public var onlyReference: Int
    /// The model's accuracy − the reference's, with Tango's 95% interval.
    public var difference: Double
    public var lower: Double
    public var upper: Double
    /// McNemar's, and after Holm over all differences of the run.
    public var pValue: Double
    public var adjustedPValue: Double

    /// Whether the two differ beyond chance.
    public var isSignificant: Bool { adjustedPValue <= RunComparison.significanceLevel }
  }

  /// The differences that `robust compare` finds in a run with these outcomes.
  static func pairedDifferences(_ configuration: RunConfiguration, _ outcomes: Outcomes) -> [PairedDifference] {
    // Without an attack above ε = 0 there is nothing to compare.
    let input = RunComparison.Input(name: "", configuration: configuration, outcomes: outcomes)
    guard let comparison = try? RunComparison([input]) else { return [] }
    return comparison.rows.flatMap { row in
      row.differences.enumerated().compactMap { model, difference in
        difference.map { PairedDifference(configuration, row, comparison.reference, model, $0) }
      }
    }
  }
}

extension RunSummary.PairedDifference {
  fileprivate init(
    _ configuration: RunConfiguration, _ row: RunComparison.Row, _ reference: Int, _ model: Int,
    _ difference: RunComparison.Difference
  ) {
    self.model = configuration.models[model].name
    modelIndex = model
    self.reference = configuration.models[reference].name
    referenceIndex = reference
    attackIndex = row.attack.flatMap { printed in configuration.attacks.firstIndex { $0.description == printed } }
    attack = attackIndex.map { configuration.attacks[$0].name }
    goal = row.goal
    goalIndex = row.goal.flatMap { configuration.goals.firstIndex(of: $0) }
    epsilon = row.budget?.value ?? 0
    epsilonText = row.budget?.text ?? "0"
    budgetIndex = row.budget.flatMap { budget in configuration.budgets.firstIndex { $0.value == budget.value } }
    count = difference.pairs.count
    onlyModel = difference.pairs.onlyFirst
    onlyReference = difference.pairs.onlySecond
    self.difference = difference.value
    lower = difference.interval.lowerBound
    upper = difference.interval.upperBound
    pValue = difference.mcNemar.pValue
    adjustedPValue = difference.adjustedPValue
  }
}
