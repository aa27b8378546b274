/// The fast gradient sign method (Goodfellow, Shlens & Szegedy 2015, arXiv:1412.6572, §4), in any norm.
///
///     x′ = clip(x + ε · sign ∇L(x, y)),   targeted:  x′ = clip(x − ε · sign ∇L(x, t))
///
/// In other norms than L∞, the direction of steepest ascent of unit length takes the place of the sign. sign(0) = 0. No random
/// start, no restarts. Budgets share one gradient: E budgets cost one forward and one backward pass, and one forward pass a
/// budget. At ε in L∞, a pixel differs from its original by at most ε and half an ulp; on the lattice (`LInfinityLattice`), by
/// at most ⌊255 ε⌋ levels.
public struct FGSM: Attack {
  public static let profile = AttackProfile(
    name: "fgsm", title: "FGSM", summary: "one step of length ε along the gradient",
    citation: Citation(
      "goodfellow2015explaining", "inproceedings", short: "Goodfellow et al. 2015",
      [
        ["author", "Goodfellow, Ian J. and Shlens, Jonathon and Szegedy, Christian"],
        ["title", "Explaining and Harnessing Adversarial Examples"],
        ["booktitle", "International Conference on Learning Representations"], ["year", "2015"],
        ["eprint", "1412.6572"], ["archiveprefix", "arXiv"],
      ]),
    definition: "One step of length ε along the direction of steepest ascent, clipped to [0, 1].",
    synonyms: [
      "fast-gradient-sign-method", "fast-gradient-sign", "fast-gradient-method", "fgm", "linf-fgsm", "l2-fgsm",
    ], arguments: ["objective", "lattice"])

  public var ascends: Objective
  public var isOnLattice: Bool

  public init(objective: Objective = .crossEntropy, isOnLattice: Bool = false) {
    ascends = objective
    self.isOnLattice = isOnLattice
  }

  public init(_ arguments: inout AttackArguments) throws {
    self.init(objective: try arguments.objective(), isOnLattice: try arguments.flag("lattice") ?? false)
  }

  public var objective: Objective? { ascends }

  public var parameters: [AttackParameter] {
    [AttackParameter("objective", ascends.rawValue)] + (isOnLattice ? [.lattice] : [])
  }

  public func stepCount(at budget: Float) -> Int? { 1 }

  public func withObjective(_ objective: Objective) -> (any Attack)? {
    FGSM(objective: objective, isOnLattice: isOnLattice)
  }

  public var onLattice: (any Attack)? { FGSM(objective: ascends, isOnLattice: true) }

  public func perturb(_ trial: AttackTrial) throws {
    try ProjectedGradient(objective: ascends, steps: 1, stepSize: trial.norm.stepLength(1, of: trial.budget))
      .run(trial, from: trial.start())
  }
}
