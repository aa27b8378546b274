import Comparison
import Statistics
import Text

/// The tables of the gate, which its formats share: they add verdicts in words or in signs.
enum GateTables {
  static func groups(_ groups: some Sequence<Gate.Group>, _ names: OutcomeNames) -> Table {
    Table(
      columns: ["model", "attack", "goal", "ε", "before", "now", "change, points", "lost", "gained", "p"],
      wordColumns: 3,
      texts: groups.map { group in
        place(group.key, names) + [
          group.before, group.now, group.change, "\(group.pairs.onlyFirst)", "\(group.pairs.onlySecond)",
          NumberFormat.probability(group.adjustedPValue),
        ]
      })
  }

  static func floors(_ floors: some Sequence<Gate.Floor>, _ names: OutcomeNames) -> Table {
    Table(
      columns: ["model", "attack", "goal", "ε", "required", "measured", "p"], wordColumns: 3,
      texts: floors.map { floor in
        place(floor.key, names) + [
          floor.required, floor.measured, NumberFormat.probability(floor.adjustedPValue),
        ]
      })
  }

  private static func place(_ key: Outcomes.Key, _ names: OutcomeNames) -> [String] {
    [key.model, names.attack(key), names.goal(key), names.epsilon(key)]
  }
}
