public import Attacks
package import Statistics

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
    public var goal: TargetChoice?
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
  }
}

extension RunSummary.PairedDifference {
  /// What `model` and `reference`, positions in `configuration`, differ by before any attack, or under one that prints as
  /// `attack`.
  package init(
    _ configuration: RunConfiguration, _ model: Int, against reference: Int, attack printed: String?,
    goal: TargetChoice?,
    budget: Budget?, pairs: PairedProportions, interval: ClosedRange<Double>, pValue: Double,
    adjustedPValue: Double
  ) {
    self.model = configuration.models[model].name
    modelIndex = model
    self.reference = configuration.models[reference].name
    referenceIndex = reference
    attackIndex = printed.flatMap { printed in configuration.attacks.firstIndex { $0.description == printed } }
    attack = attackIndex.map { configuration.attacks[$0].name }
    self.goal = goal
    goalIndex = goal.flatMap { configuration.goals.firstIndex(of: $0) }
    epsilon = budget?.value ?? 0
    epsilonText = budget?.text ?? "0"
    budgetIndex = budget.flatMap { budget in configuration.budgets.firstIndex { $0.value == budget.value } }
    count = pairs.count
    onlyModel = pairs.onlyFirst
    onlyReference = pairs.onlySecond
    difference = pairs.difference
    lower = interval.lowerBound
    upper = interval.upperBound
    self.pValue = pValue
    self.adjustedPValue = adjustedPValue
  }
}
