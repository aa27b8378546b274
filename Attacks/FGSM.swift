public import Models
public import Tensors

/// The fast gradient sign method (Goodfellow, Shlens & Szegedy 2015, arXiv:1412.6572, §4).
///
///     x′ = clip(x + ε · sign ∇L(x, y)),   targeted:  x′ = clip(x − ε · sign ∇L(x, t))
///
/// sign(0) = 0. No random start, no restarts. Budgets share one gradient: E budgets cost one forward and one backward
/// pass, and one forward pass a budget. At ε, a pixel differs from its original by at most ε and half an ulp; on the
/// lattice (`LInfinityLattice`), by at most ⌊255 ε⌋ levels.
public struct FGSM: LatticeAttack {
  public static let name = "fgsm"

  public var objective: Objective
  /// Search among images of 8-bit levels only.
  public var isOnLattice: Bool

  public init(objective: Objective = .crossEntropy, isOnLattice: Bool = false) {
    self.objective = objective
    self.isOnLattice = isOnLattice
  }

  public var parameters: [AttackParameter] {
    [AttackParameter("objective", objective.rawValue)] + (isOnLattice ? [.lattice] : [])
  }

  public func run(
    on classifier: any Classifier, images: Tensor, labels: [Int], goal: Goal, budgets: [Float], options: AttackOptions
  ) throws -> [AttackOutcome] {
    let norm: any Norm = isOnLattice ? LInfinityLattice() : LInfinity()
    return try GradientAscent(objective: objective, norm: norm) { .init(steps: 1, stepSize: $0) }
      .run(on: classifier, images: images, labels: labels, goal: goal, budgets: budgets, options: options)
  }
}
