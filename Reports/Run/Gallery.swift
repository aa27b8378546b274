import Attacks
import Foundation
import Runs
import Sweeps
import Text

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
    var values: [String: Any] = [
      "clean": row.cleanPNG.base64EncodedString(), "adversarial": row.adversarialPNG.base64EncodedString(),
      "perturbation": row.perturbationPNG.base64EncodedString(), "image": record.image,
      "label": names.name(ofClass: record.label), "before": names.name(ofClass: record.cleanPrediction),
      "beforeMark": mark(record.wasCorrect), "after": names.name(ofClass: row.filePrediction),
      "afterMark": mark(row.filePrediction == record.label), "epsilon": configuration.budgets[record.budget].text,
      "outcome": outcome(record), "magnification": NumberFormat.short(row.magnification, 1),
      "aim": record.target.map { ", aimed at \(names.name(ofClass: $0))" } ?? "",
      "rounding": rounding(row, names),
    ]
    if let fate = fate(row) { values["fate"] = fate }
    return values
  }

  /// What rounding to 8 bits made of the outcome, if it changed it.
  private static func fate(_ row: ImageRow) -> String? {
    switch (row.record.success, row.record.isFooled(by: row.filePrediction)) {
    case (true, false): "lost in 8 bits"
    case (false, true): row.record.isTrial ? "but its 8-bit picture does not" : nil
    default: nil
    }
  }

  /// What the attack's own image was, where the picture shows something else.
  private static func rounding(_ row: ImageRow, _ names: Names) -> String {
    let before =
      row.filePrediction == row.record.prediction
      ? "" : "; before rounding to 8 bits taken for \(names.name(ofClass: row.record.prediction))"
    return before + (row.isUnchanged && row.record.success ? "; rounding undid every change" : "")
  }

  private static func outcome(_ record: EvaluationRecord) -> String {
    if record.success { return "beaten at" }
    return record.isTrial ? "withstood" : "not attacked at"
  }

  private static func mark(_ isCorrect: Bool) -> String {
    isCorrect ? "<span class=\"good\">✓</span>" : "<span class=\"bad\">✗</span>"
  }
}
