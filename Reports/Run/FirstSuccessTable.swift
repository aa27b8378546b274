import Attacks
import Runs
import Text

/// Of the images that were right before, how many fell at each ε: a histogram whose bars are the cells of a table.
enum FirstSuccessTable {
  static let caption = """
    Images that were right before, by the smallest ε of the run that beat them. The bar is their share of all of these.
    """

  /// The curves with images to beat, and a row for each ε, then one for the images that none beat.
  static func values(_ summary: RunSummary) -> [String: Any] {
    let names = Names(summary.configuration)
    let curves = summary.curves.filter { $0.smallestEpsilon.trials > 0 }
    let budgets = summary.configuration.budgets
    let rows = budgets.indices.filter { budgets[$0].value > 0 }.map { budget -> [String: Any] in
      [
        "name": budgets[budget].text,
        "cells": curves.map { cell($0.smallestEpsilon.beatenFirst[budget], $0.smallestEpsilon) },
      ]
    }
    let never: [String: Any] = [
      "name": "not beaten",
      "cells": curves.map { cell($0.smallestEpsilon.trials - $0.smallestEpsilon.beaten, $0.smallestEpsilon) },
    ]
    return [
      "caption": caption, "isEmpty": curves.isEmpty, "rows": rows + [never],
      "columns": curves.map {
        "\(names.models[$0.modelIndex]), \(names.attacks[$0.attackIndex]), \(names.goal($0.goal))"
      },
    ]
  }

  private static func cell(_ count: Int, _ smallest: RunSummary.SmallestEpsilon) -> [String: Any] {
    let share = Double(count) / Double(smallest.trials)
    return [
      "percent": NumberFormat.fixed(100 * share, 1), "text": "\(count)",
      "note": "\(count) of \(smallest.trials), \(NumberFormat.percent(share))",
    ]
  }
}
