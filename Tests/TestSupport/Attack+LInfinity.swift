package import Attacks
package import Models
package import Tensors

extension Attack {
  /// Attacks in L∞, as most tests do.
  package func run(
    on classifier: any Classifier, images: Tensor, labels: [Int], goal: Goal = .untargeted, budgets: [Float],
    options: AttackOptions = AttackOptions()
  ) throws -> [AttackOutcome] {
    try run(
      on: classifier, images: images, labels: labels, goal: goal, norm: LInfinity(), budgets: budgets, options: options)
  }
}
