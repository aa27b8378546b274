/// At which budget each example of some records was found: at larger ones it is only repeated.
///
/// Unless a run has raw curves, an image that one budget beats is not attacked again at larger ones, whose records hold the
/// same perturbed image.
package struct FirstBudgets {
  private struct Key: Hashable {
    let model, attack, goal, image: Int
    let target: Int?
  }

  /// By image under attack: the budgets at which an attack found something itself, ascending.
  private var found: [Key: [Int]] = [:]

  package init(_ records: some Sequence<EvaluationRecord>) {
    for record in records where record.success && record.attacked {
      found[Self.key(record), default: []].append(record.budget)
    }
    for key in found.keys { found[key]!.sort() }
  }

  /// The budget that found the example of `record`; nil if its attack failed.
  package func budget(of record: EvaluationRecord) -> Int? {
    guard record.success else { return nil }
    return found[Self.key(record)]?.last { $0 <= record.budget } ?? record.budget
  }

  private static func key(_ record: EvaluationRecord) -> Key {
    Key(model: record.model, attack: record.attack, goal: record.goal, image: record.image, target: record.target)
  }
}
