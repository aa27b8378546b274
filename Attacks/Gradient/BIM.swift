/// The basic iterative method (Kurakin, Goodfellow & Bengio 2017, arXiv:1607.02533, §2.2 and §2.3), in any norm.
///
///     x₀ = x,   xₖ₊₁ = clip_{x,ε}(xₖ + α · sign ∇L(xₖ, y)),   targeted:  xₖ − α · sign ∇L(xₖ, t)
///
/// clip_{x,ε} projects to the ε-ball round the original image and [0, 1]; in other norms than L∞, the direction of steepest
/// ascent of unit length takes the place of the sign. sign(0) = 0. No restarts. By default ten steps of α = ε/5 from the
/// original. An image that is beaten is not stepped further.
public struct BIM: Attack {
  public static let profile = AttackProfile(
    name: "bim", title: "BIM", summary: "ten steps of ε/5 from the image, each projected to the ball",
    citation: Citation(
      "kurakin2017adversarial", "inproceedings", short: "Kurakin et al. 2017",
      [
        ["author", "Kurakin, Alexey and Goodfellow, Ian J. and Bengio, Samy"],
        ["title", "Adversarial Examples in the Physical World"],
        ["booktitle", "International Conference on Learning Representations, Workshop Track"], ["year", "2017"],
        ["eprint", "1607.02533"], ["archiveprefix", "arXiv"],
      ]),
    definition:
      "Steps of length α along the direction of steepest ascent, each projected to the ε-ball around the image and to [0, 1].",
    synonyms: [
      "i-fgsm", "iterative-fgsm", "basic-iterative", "basic-iterative-method", "linf-bim", "l2-bim",
    ], arguments: Steps.argumentNames + ["objective", "startsAtRandom", "takesAllSteps", "lattice"])

  public var steps: Steps
  public var ascends: Objective
  /// Start at random in the ball, as Madry et al. 2018 do, rather than at the original.
  public var startsAtRandom: Bool
  /// Take all the steps even after a success; the last successful iterate is returned.
  public var takesAllSteps: Bool
  /// Search among images of 8-bit levels only: α is rounded to whole levels, at least one, and so is every iterate.
  public var isOnLattice: Bool

  public init(
    steps: Steps, objective: Objective = .crossEntropy, startsAtRandom: Bool = false, takesAllSteps: Bool = false,
    isOnLattice: Bool = false
  ) {
    self.steps = steps
    ascends = objective
    self.startsAtRandom = startsAtRandom
    self.takesAllSteps = takesAllSteps
    self.isOnLattice = isOnLattice
  }

  public init(steps count: Int = 10, relativeStepSize: Float = 0.2, objective: Objective = .crossEntropy) {
    self.init(steps: .relative(count: count, relativeSize: relativeStepSize), objective: objective)
  }

  public init(_ arguments: inout AttackArguments) throws {
    self.init(
      steps: try Steps(&arguments, count: 10) { _ in 0.2 }, objective: try arguments.objective(),
      startsAtRandom: try arguments.flag("startsAtRandom") ?? false,
      takesAllSteps: try arguments.flag("takesAllSteps") ?? false, isOnLattice: try arguments.flag("lattice") ?? false)
  }

  public var objective: Objective? { ascends }

  public var parameters: [AttackParameter] {
    var parameters = steps.parameters
    parameters.append(.init("objective", ascends.rawValue))
    if startsAtRandom { parameters.append(.init("startsAtRandom", true)) }
    if takesAllSteps { parameters.append(.init("takesAllSteps", true)) }
    if isOnLattice { parameters.append(.lattice) }
    return parameters
  }

  public func stepCount(at budget: Float) -> Int? { steps.count(at: budget) }

  public func withSteps(_ count: Int, at budget: Float) -> (any Attack)? {
    steps.with(count: count, at: budget).map { steps in copy { $0.steps = steps } }
  }

  public func withObjective(_ objective: Objective) -> (any Attack)? { copy { $0.ascends = objective } }

  public var onLattice: (any Attack)? { copy { $0.isOnLattice = true } }

  private func copy(_ change: (inout BIM) -> Void) -> BIM {
    var copy = self
    change(&copy)
    return copy
  }

  public func problem(in norm: any Norm) -> String? {
    steps == .kurakin && norm.name != LInfinity().name
      ? "the steps of Kurakin et al. are of levels in \(LInfinity().title)" : nil
  }

  public func warning(at budgets: [Budget], norm: any Norm) -> String? {
    steps.shortfall(of: Self.profile.title, at: budgets, norm: isOnLattice ? norm.onLattice ?? norm : norm)
  }

  public func perturb(_ trial: AttackTrial) throws {
    let (count, stepSize) = steps.schedule(for: trial.budget, norm: trial.norm)
    let start =
      startsAtRandom
      ? trial.randomStart(restart: 0) { trial.norm.start(around: $0, budget: trial.budget, streams: $1) }
      : trial.start()
    try ProjectedGradient(objective: ascends, steps: count, stepSize: stepSize, takesAllSteps: takesAllSteps)
      .run(trial, from: start)
  }
}
