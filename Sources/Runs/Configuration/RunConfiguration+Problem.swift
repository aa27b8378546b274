import Attacks
import Tensors

extension RunConfiguration {
  /// What no run can have been asked for, if there is any such thing in a configuration that was read from a file.
  package var problem: String? {
    if models.isEmpty || attacks.isEmpty || goals.isEmpty || budgets.isEmpty || dataset.classNames.isEmpty {
      return "an empty list of models, attacks, goals, budgets or classes"
    }
    if let model = models.first(where: { $0.chunkSize < 1 || $0.parameterCount < 0 }) {
      return "a model of \(model.parameterCount) parameters in chunks of \(model.chunkSize)"
    }
    if dataset.count < 0 || dataset.shape.count != 3 || dataset.shape.contains(where: { !(1...100_000).contains($0) }) {
      return "\(dataset.count) images of \(dataset.shape)"
    }
    if let unknownNorm { return "the norm “\(unknownNorm)”" }
    let largest = norm.diameter(of: Shape(dataset.shape))
    if let budget = budgets.first(where: { !($0.value >= 0 && $0.value <= largest) }) { return "ε = \(budget.value)" }
    if zip(budgets, budgets.dropFirst()).contains(where: { $0.value >= $1.value }) { return "ε out of order" }
    for case .target(let label) in goals where label >= classCount { return "the target \(label)" }
    // So that no sum over all cells and classes takes more memory than there is.
    let cells = [models.count, attacks.count, goals.count, budgets.count, classCount].reduce(1.0) { $0 * Double($1) }
    return cells <= 100_000_000 ? nil : "\(Int(cells)) combinations of model, attack, goal, ε and class"
  }
}
