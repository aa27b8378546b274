import GRDB

/// The records of one model under one attack with one goal at one budget, counted.
///
/// What is counted, unless it says so, are trials: images that were right before, and whose class is not the target.
package struct TrustCheckTotals: Sendable {
  package var attack: Int
  package var goal: Int
  package var budget: Int
  /// All images, trials or not.
  package var images: Int
  /// Those with a score that is NaN or infinite.
  package var imagesWithNonFiniteScores: Int
  package var trials: Int
  package var successes: Int
  /// Trials by flag.
  private var flagged: [RecordFlags: Int]
  /// Trials by flag that the attack did not beat.
  private var flaggedSurvivors: [RecordFlags: Int]

  package var survivors: Int { trials - successes }

  package func flagged(_ flag: RecordFlags) -> Int { flagged[flag] ?? 0 }
  package func survivors(flagged flag: RecordFlags) -> Int { flaggedSurvivors[flag] ?? 0 }

  fileprivate static let flags: [RecordFlags] = [
    .zeroGradient, .nonFiniteGradient, .nonFiniteScore, .silentSuccess, .saturatedLoss, .probabilityScores,
  ]

  fileprivate init(_ row: Row) {
    attack = row[0]
    goal = row[1]
    budget = row[2]
    images = row[3]
    imagesWithNonFiniteScores = row[4]
    trials = row[5]
    successes = row[6]
    flagged = [:]
    flaggedSurvivors = [:]
    for (index, flag) in Self.flags.enumerated() {
      flagged[flag] = row[7 + 2 * index]
      flaggedSurvivors[flag] = row[8 + 2 * index]
    }
  }
}

extension RunStore {
  /// Of a record `r`, in SQL: whether the attack had something to beat.
  static let isTrial = "r.cleanPrediction = r.label AND r.target <> r.label"

  /// By attack, goal and budget, in that order.
  package func checkTotals(model: Int) throws -> [TrustCheckTotals] {
    let sums = TrustCheckTotals.flags.map { flag in
      let flagged = "flags & \(flag.rawValue) <> 0 AND \(Self.isTrial)"
      return "SUM(\(flagged)), SUM(\(flagged) AND NOT success)"
    }
    return try mappingStoreErrors(url) {
      try queue.read { database in
        try Row.fetchAll(
          database,
          sql: """
            SELECT attack, goal, budget, COUNT(*), SUM(flags & \(RecordFlags.nonFiniteScore.rawValue) <> 0),
              SUM(\(Self.isTrial)), SUM(success), \(sums.joined(separator: ", "))
            FROM record r WHERE model = ? GROUP BY attack, goal, budget ORDER BY attack, goal, budget
            """, arguments: [model]
        ).map(TrustCheckTotals.init)
      }
    }
  }

  /// How many images are of each class that `model` got right before any attack.
  package func correctImagesByLabel(model: Int) throws -> [Int: Int] {
    try mappingStoreErrors(url) {
      try queue.read { database in
        let rows = try Row.fetchAll(
          database,
          sql: """
            SELECT label, COUNT(DISTINCT image) FROM record WHERE model = ? AND cleanPrediction = label GROUP BY label
            """, arguments: [model])
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as Int, $0[1] as Int) })
      }
    }
  }

  /// The untargeted results of `images` at one budget: whether each was beaten.
  package func successes(model: Int, attack: Int, goal: Int, budget: Int, of images: [Int]) throws -> [Int: Bool] {
    try mappingStoreErrors(url) {
      try queue.read { database in
        let query = try database.makeStatement(
          sql: """
            SELECT success FROM record
            WHERE model = ? AND attack = ? AND goal = ? AND target = -1 AND budget = ? AND image = ?
            """)
        var result: [Int: Bool] = [:]
        for image in images {
          result[image] = try Bool.fetchOne(query, arguments: [model, attack, goal, budget, image])
        }
        return result
      }
    }
  }
}
