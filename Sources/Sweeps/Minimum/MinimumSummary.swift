import Attacks
import Runs
public import Statistics

/// What a search for the smallest ε found, in numbers.
public struct MinimumSummary: Codable, Sendable, Hashable {
  /// Raised when a field changes its meaning or disappears.
  public static let currentSchemaVersion = 2

  public var schemaVersion: Int
  public var configuration: MinimumConfiguration
  /// One per model and attack, in that order.
  public var results: [Result]

  /// One model under one attack.
  public struct Result: Codable, Sendable, Hashable {
    public var model: String
    public var modelIndex: Int
    public var attack: String
    public var attackIndex: Int
    public var count: Int
    /// Images misclassified before the attack.
    public var alreadyWrong: Int
    /// Images that the attack had to beat, and those it beat at some ε.
    public var trials: Int
    public var beaten: Int
    /// Of the images beaten, those that withstood a larger ε; nil for attacks of several steps, which do not try one.
    public var failedAgain: Int?
    /// Of the smallest successful ε of the trials; those never beaten are above the largest ε.
    public var quantiles: [CensoredQuantile]
    public var forwards: Int
    public var backwards: Int
  }

  /// Counts `records`, which the search of `configuration` gave, in any order.
  public init(_ configuration: MinimumConfiguration, _ records: [MinimumRecord]) {
    schemaVersion = Self.currentSchemaVersion
    self.configuration = configuration
    results = configuration.models.indices.flatMap { model in
      configuration.attacks.indices.map { attack in
        Result(configuration, model, attack, records.filter { ($0.model, $0.attack) == (model, attack) })
      }
    }
  }
}

extension MinimumSummary.Result {
  fileprivate init(
    _ configuration: MinimumConfiguration, _ model: Int, _ attack: Int, _ records: [MinimumRecord]
  ) {
    modelIndex = model
    attackIndex = attack
    self.model = configuration.models[model].name
    self.attack = configuration.attacks[attack].name
    count = records.count
    alreadyWrong = records.count { $0.status == .alreadyWrong }
    let epsilons = records.compactMap(\.epsilon)
    let withstood = records.count { $0.status == .withstood }
    trials = epsilons.count + withstood
    beaten = epsilons.count
    let isSingleStep = configuration.attacks[attack].isSingleStep(at: configuration.maximum.value)
    failedAgain = isSingleStep ? records.count { $0.failedAgainEpsilon != nil } : nil
    forwards = records.reduce(0) { $0 + $1.forwards }
    backwards = records.reduce(0) { $0 + $1.backwards }
    let values = Dictionary(epsilons.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
      .map { (value: $0.key, count: $0.value) }
    quantiles = RunSummary.SmallestEpsilon.probabilities.map {
      Statistics.quantile($0, of: values, censored: withstood, bound: configuration.maximum.value)
    }
  }
}
