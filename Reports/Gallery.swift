import Evaluation
import Foundation

/// Attacked images as cards: the image, what the model was given instead, and the change, magnified.
enum Gallery {
  static func values(_ rows: [ImageRow], _ configuration: RunConfiguration, _ names: Names) -> [[String: Any]] {
    let groups = Dictionary(grouping: rows) { [$0.record.model, $0.record.attack, $0.record.goal] }
    return groups.keys.sorted { $0.lexicographicallyPrecedes($1) }.map { key in
      let cards = groups[key]!.sorted { a, b in
        (a.record.budget, a.record.image, a.record.target ?? -1) < (
          b.record.budget, b.record.image, b.record.target ?? -1
        )
      }
      let goal = names.goal(configuration.goals[key[2]])
      return [
        "name": "\(names.models[key[0]]), \(names.attacks[key[1]]), \(goal)",
        "cards": cards.map { card($0, configuration, names) },
      ]
    }
  }

  private static func card(_ row: ImageRow, _ configuration: RunConfiguration, _ names: Names) -> [String: Any] {
    let record = row.record
    return [
      "clean": row.cleanPNG.base64EncodedString(), "adversarial": row.adversarialPNG.base64EncodedString(),
      "perturbation": row.perturbationPNG.base64EncodedString(), "image": record.image,
      "label": names.name(ofClass: record.label), "before": names.name(ofClass: record.cleanPrediction),
      "beforeMark": mark(record.wasCorrect), "after": names.name(ofClass: record.prediction),
      "afterMark": mark(record.isCorrect), "epsilon": configuration.budgets[record.budget].text,
      "outcome": outcome(record), "magnification": NumberFormat.short(row.magnification, 1),
      "aim": record.target.map { ", aimed at \(names.name(ofClass: $0))" } ?? "",
    ]
  }

  private static func outcome(_ record: EvaluationRecord) -> String {
    if record.success { return "beaten at" }
    return record.isTrial ? "withstood" : "not attacked at"
  }

  private static func mark(_ isCorrect: Bool) -> String {
    isCorrect ? "<span class=\"good\">✓</span>" : "<span class=\"bad\">✗</span>"
  }
}
