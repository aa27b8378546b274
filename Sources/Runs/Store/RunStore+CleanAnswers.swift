import GRDB

extension RunStore {
  /// The class that `model` predicts for each image before any attack.
  package func cleanAnswers(model: Int) throws -> [Int: Int] {
    try mappingStoreErrors(url) {
      try queue.read { database in
        var answers: [Int: Int] = [:]
        let rows = try Row.fetchCursor(
          database,
          sql: "SELECT image, cleanPrediction FROM record WHERE model = ? AND attack = 0 AND goal = 0 AND budget = 0",
          arguments: [model])
        while let row = try rows.next() { answers[row[0]] = row[1] as Int }
        return answers
      }
    }
  }
}
