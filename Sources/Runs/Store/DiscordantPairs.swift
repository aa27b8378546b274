import GRDB
import Statistics

/// Of two sets of results of the same images: how many images only one of them beats.
package struct DiscordantPairs: Sendable {
  package var budget: Int
  package var trials: Int
  package var onlyFirst: Int
  package var onlySecond: Int

  package init(budget: Int, trials: Int, onlyFirst: Int, onlySecond: Int) {
    (self.budget, self.trials, self.onlyFirst, self.onlySecond) = (budget, trials, onlyFirst, onlySecond)
  }

  /// How likely the first would beat so many alone, were both equally strong: the one-sided exact test of McNemar.
  package var pValue: Double {
    McNemarTest.exactPValue(firstLarger: PairedProportions(onlyFirst: onlyFirst, onlySecond: onlySecond))
  }

  /// Where the first is stronger beyond chance, if it is anywhere: the smallest of several p-values is judged at its share
  /// of the level (Bonferroni).
  package static func beyondChance(_ pairs: [DiscordantPairs]) -> (pair: DiscordantPairs, pValue: Double)? {
    let tests = pairs.map(\.pValue)
    guard let p = tests.min(), p < Significance.level / Double(tests.count) else { return nil }
    return (pairs[tests.firstIndex(of: p)!], p)
  }
}

extension RunStore {
  /// How two attacks differ at each budget.
  package func discordance(model: Int, first: Int, second: Int, goal: Int) throws -> [DiscordantPairs] {
    try discordance(
      "b.attack = ? AND b.budget = r.budget", "r.model = ? AND r.attack = ? AND r.goal = ?",
      [second, model, first, goal])
  }

  /// How each budget but the last (first) differs from the next (second).
  package func discordanceOfBudgets(model: Int, attack: Int, goal: Int) throws -> [DiscordantPairs] {
    try discordance(
      "b.attack = r.attack AND b.budget = r.budget + 1", "r.model = ? AND r.attack = ? AND r.goal = ?",
      [model, attack, goal])
  }

  private func discordance(
    _ pairing: String, _ condition: String, _ arguments: StatementArguments
  ) throws -> [DiscordantPairs] {
    try mappingStoreErrors(url) {
      try queue.read { database in
        try Row.fetchAll(
          database,
          sql: """
            SELECT r.budget, COUNT(*), SUM(r.success AND NOT b.success), SUM(b.success AND NOT r.success)
            FROM record r JOIN record b ON \(pairing)
              AND b.model = r.model AND b.goal = r.goal AND b.target = r.target AND b.image = r.image
            WHERE \(condition) AND \(Self.isTrial) GROUP BY r.budget ORDER BY r.budget
            """, arguments: arguments
        ).map { DiscordantPairs(budget: $0[0], trials: $0[1], onlyFirst: $0[2], onlySecond: $0[3]) }
      }
    }
  }
}
