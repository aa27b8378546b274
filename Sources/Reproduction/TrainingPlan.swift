import Datasets

/// Says which networks an experiment still has to train, and how long the rest take if they are like the ones before.
struct TrainingPlan {
  private let experiment: String
  private let context: ReproductionContext
  private var missing: Set<Variant>
  private let count: Int
  private let started = ContinuousClock.now

  /// The networks of `variants` that are not yet trained on `images`.
  init(_ experiment: String, _ variants: [Variant], on images: Dataset, _ context: ReproductionContext) throws {
    self.experiment = experiment
    self.context = context
    let models = context.models
    missing = Set(try variants.filter { try !models.contains($0, on: images) })
    count = missing.count
    guard count > 0 else { return }
    let names = missing.map(\.name).sorted().joined(separator: ", ")
    context.workplace.display(0).note("\(experiment): \(count) network\(count == 1 ? "" : "s") to train: \(names)")
  }

  /// Tells how it stands after `variant` was trained or read.
  mutating func finish(_ variant: Variant) {
    guard missing.remove(variant) != nil, !missing.isEmpty else { return }
    let done = count - missing.count
    let minutes = (ContinuousClock.now - started) / .seconds(60) * Double(missing.count) / Double(done)
    context.workplace.display(0).note(
      "\(experiment): \(done) of \(count) networks trained; about \(Int(minutes.rounded(.up))) min for the rest")
  }
}
