import Runs
import Text

/// Accuracy by true class and ε, one heat map for each model, attack and goal.
enum ClassMap {
  static func values(_ summary: RunSummary, _ names: Names) -> [[String: Any]] {
    let groups = Dictionary(grouping: summary.results) { [$0.modelIndex, $0.attackIndex, $0.goalIndex] }
    return groups.keys.sorted { $0.lexicographicallyPrecedes($1) }.map { key in
      let cells = groups[key]!
      let clean = summary.cleanAccuracies[key[0]].perClass
      let columns = [("clean", clean)] + cells.filter { $0.epsilon > 0 }.map { ($0.epsilonText, $0.perClass) }
      return [
        "name": "\(names.models[key[0]]), \(names.attacks[key[1]]), \(names.goal(cells[0].goal))",
        "columns": columns.map(\.0),
        "rows": names.classes.indices.map { label -> [String: Any] in
          [
            "name": names.classes[label], "count": clean[label].count,
            "cells": columns.map { value($0.1[label], names.classes[label], $0.0) },
          ]
        },
      ]
    }
  }

  private static func value(_ count: RunSummary.ClassCount, _ name: String, _ epsilon: String) -> [String: Any] {
    guard let accuracy = count.accuracy else { return ["percent": "0", "text": "·", "note": "\(name): no image"] }
    let percent = NumberFormat.fixed(100 * accuracy, 0)
    let place = epsilon == "clean" ? epsilon : "ε = \(epsilon)"
    return ["percent": percent, "text": percent, "note": "\(name), \(place): \(count.correct) of \(count.count)"]
  }
}
