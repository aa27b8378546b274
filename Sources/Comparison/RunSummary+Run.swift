public import Runs
import Statistics

extension RunSummary {
  /// Sums up the run in `store`, record by record: of an image it keeps, where models are compared,
  /// whether each of them gets it right in each cell, and nothing else.
  public init(of store: RunStore, facts: RunFacts? = nil) throws {
    let totals = try RunTotals(store.configuration) { try store.forEachRecordByImage($0) }
    self.init(totals, try store.checkReport(), facts)
    if configuration.models.count > 1, let outcomes = try Outcomes(ifComplete: store) {
      pairedDifferences = Self.pairedDifferences(configuration, outcomes)
    }
  }

  /// Sums up the `records` of a run, given in any order.
  public init(
    configuration: RunConfiguration, records: [EvaluationRecord], checks: TrustReport = TrustReport(),
    facts: RunFacts? = nil
  ) {
    self.init(RunTotals(configuration) { records.sorted { $0.precedesByImage($1) }.forEach($0) }, checks, facts)
    let images = Set(records.filter { $0.attack == 0 && $0.goal == 0 }.map(\.image)).sorted()
    if configuration.models.count > 1, let outcomes = Outcomes(configuration, images, { records.forEach($0) }) {
      pairedDifferences = Self.pairedDifferences(configuration, outcomes)
    }
  }

  /// The differences that `robust compare` finds in a run with these outcomes.
  static func pairedDifferences(_ configuration: RunConfiguration, _ outcomes: Outcomes) -> [PairedDifference] {
    // Without an attack above ε = 0 there is nothing to compare.
    let input = RunComparison.Input(name: "", configuration: configuration, outcomes: outcomes)
    guard let comparison = try? RunComparison([input]) else { return [] }
    return comparison.rows.flatMap { row in
      row.differences.enumerated().compactMap { model, difference in
        difference.map {
          PairedDifference(
            configuration, model, against: comparison.reference, attack: row.attack, goal: row.goal, budget: row.budget,
            pairs: $0.pairs, interval: $0.interval, pValue: $0.mcNemar.pValue, adjustedPValue: $0.adjustedPValue)
        }
      }
    }
  }
}

extension RunSummary.PairedDifference {
  /// Whether the two differ beyond chance.
  public var isSignificant: Bool { adjustedPValue <= RunComparison.significanceLevel }
}
