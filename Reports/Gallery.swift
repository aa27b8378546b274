import Evaluation
import Foundation

/// Attacked images as rows, with a column for each ε.
enum Gallery {
  static func values(_ rows: [ImageRow], _ configuration: RunConfiguration, _ names: Names) -> [[String: Any]] {
    let groups = Dictionary(grouping: rows) { [$0.record.model, $0.record.attack, $0.record.goal] }
    return groups.keys.sorted { $0.lexicographicallyPrecedes($1) }.map { key in
      let group = groups[key]!
      let budgets = Set(group.map(\.record.budget)).sorted()
      let goal = configuration.goals[key[2]]
      let lines = Dictionary(grouping: group) { [$0.record.image, $0.record.target ?? -1] }
      return [
        "name": "\(names.models[key[0]]), \(names.attacks[key[1]]), \(names.goal(goal))",
        "columns": budgets.map { configuration.budgets[$0].text },
        "rows": lines.keys.sorted { $0.lexicographicallyPrecedes($1) }.map {
          lineValues(lines[$0]!, budgets, names)
        },
      ]
    }
  }

  private static func lineValues(_ line: [ImageRow], _ budgets: [Int], _ names: Names) -> [String: Any] {
    let first = line[0]
    return [
      "image": first.record.image, "label": names.name(ofClass: first.record.label),
      "clean": first.cleanPNG.base64EncodedString(), "mark": mark(first.record.wasCorrect),
      "says": names.name(ofClass: first.record.cleanPrediction),
      "cells": budgets.map { budget -> [String: Any] in
        guard let row = line.first(where: { $0.record.budget == budget }) else { return [:] }
        return ["shown": cellValues(row, names)]
      },
    ]
  }

  private static func cellValues(_ row: ImageRow, _ names: Names) -> [String: Any] {
    [
      "adversarial": row.adversarialPNG.base64EncodedString(),
      "perturbation": row.perturbationPNG.base64EncodedString(),
      "says": names.name(ofClass: row.record.prediction), "mark": mark(row.record.isCorrect),
      "magnification": NumberFormat.short(row.magnification, 1),
      "aim": row.record.target.map { ", aimed at \(names.name(ofClass: $0))" } ?? "",
    ]
  }

  private static func mark(_ isCorrect: Bool) -> String {
    isCorrect ? "<span class=\"good\">✓</span>" : "<span class=\"bad\">✗</span>"
  }
}
