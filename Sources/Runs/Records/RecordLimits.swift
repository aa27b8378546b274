import Attacks

/// What the fields of a record can be in a run of some configuration.
///
/// Whatever a file says, a record that is read indexes nothing out of range and overflows no sum.
struct RecordLimits: Sendable {
  private let models: Int
  private let attacks: Int
  private let isTargeted: [Bool]
  private let budgets: Int
  private let classes: Int
  private let norm: String

  init(_ configuration: RunConfiguration) {
    models = configuration.models.count
    attacks = configuration.attacks.count
    isTargeted = configuration.goals.map(\.isTargeted)
    budgets = configuration.budgets.count
    classes = configuration.classCount
    norm = configuration.norm.name
  }

  /// The first field of `record` that can't be, with what it is; nil if all is well.
  func violation(_ record: EvaluationRecord) -> String? {
    // More work than anyone will do on an image, and two thousand million of them do not overflow a sum.
    let most = 1 << 32
    if let problem = outside("model", record.model, models) { return problem }
    if let problem = outside("attack", record.attack, attacks) { return problem }
    if let problem = outside("goal", record.goal, isTargeted.count) { return problem }
    if let problem = outside("budget", record.budget, budgets) { return problem }
    if let problem = outside("label", record.label, classes) { return problem }
    if let problem = outside("cleanPrediction", record.cleanPrediction, classes) { return problem }
    if let problem = outside("prediction", record.prediction, classes) { return problem }
    if let target = record.target, let problem = outside("target", target, classes) { return problem }
    if (record.target != nil) != isTargeted[record.goal] { return "a target without a targeted goal, or none with one" }
    if record.image < 0 { return "image \(record.image)" }
    if let problem = outside("forwards", record.forwards, most) { return problem }
    if let problem = outside("backwards", record.backwards, most) { return problem }
    for case let norm? in record.distances.values where !(norm.isFinite && norm >= 0) { return "a norm of \(norm)" }
    if record.distances[norm] == nil { return "no distance in \(norm)" }
    return nil
  }

  @inline(__always)
  private func outside(_ name: String, _ value: Int, _ count: Int) -> String? {
    value >= 0 && value < count ? nil : "\(name) \(value), where there are \(count)"
  }
}
