/// Projected gradient descent (Madry et al. 2018, arXiv:1706.06083, §2.1), in any norm: BIM from random starts, the images that
/// withstand one of them from the next.
///
///     x₀ random in the ball,   xₖ₊₁ = project(xₖ + α · direction ∇L(xₖ, y)),   targeted:  xₖ − α · direction ∇L(xₖ, t)
///
/// By default 40 steps of α = 2.5 ε / steps, which can cross the ball and come back, and one start. With momentum μ, the
/// direction is that of gₖ₊₁ = μ gₖ + ∇L/‖∇L‖₁ (MI-FGSM, Dong et al. 2018, arXiv:1710.06081).
public struct PGD: Attack {
  public static let profile = AttackProfile(
    name: "pgd", title: "PGD", summary: "steps from random starts in the ball, with restarts and momentum",
    citation: Citation(
      "madry2018towards", "inproceedings", short: "Madry et al. 2018",
      [
        [
          "author",
          "Madry, Aleksander and Makelov, Aleksandar and Schmidt, Ludwig and Tsipras, Dimitris and Vladu, Adrian",
        ],
        ["title", "Towards Deep Learning Models Resistant to Adversarial Attacks"],
        ["booktitle", "International Conference on Learning Representations"], ["year", "2018"],
        ["eprint", "1706.06083"], ["archiveprefix", "arXiv"],
      ]),
    definition:
      "Steps of length α along the direction of steepest ascent from a random point of the ε-ball, each projected to the ball and to [0, 1].",
    synonyms: [
      "projected-gradient-descent", "linf-pgd", "l2-pgd", "l1-pgd",
    ], isRandom: true,
    arguments: Steps.argumentNames + [
      "restarts", "momentum", "objective", "startsAtRandom", "takesAllSteps", "lattice",
    ])

  public var steps: Steps
  public var restarts: Int
  public var momentum: Float
  public var ascends: Objective
  /// If not, the first start is the original image, and the others are random.
  public var startsAtRandom: Bool
  /// Take all the steps even after a success; the last successful iterate is returned.
  public var takesAllSteps: Bool
  public var isOnLattice: Bool

  public init(
    steps: Steps, restarts: Int = 1, momentum: Float = 0, objective: Objective = .crossEntropy,
    startsAtRandom: Bool = true, takesAllSteps: Bool = false, isOnLattice: Bool = false
  ) {
    precondition(restarts > 0 && momentum >= 0, "PGD: \(restarts) restarts, momentum \(momentum)")
    self.steps = steps
    self.restarts = restarts
    self.momentum = momentum
    ascends = objective
    self.startsAtRandom = startsAtRandom
    self.takesAllSteps = takesAllSteps
    self.isOnLattice = isOnLattice
  }

  public init(steps count: Int = 40, restarts: Int = 1, objective: Objective = .crossEntropy) {
    self.init(
      steps: .relative(count: count, relativeSize: Self.relativeStepSize(count)), restarts: restarts,
      objective: objective)
  }

  /// α/ε: 2.5 times what it takes to get from the middle of the ball to its edge.
  private static func relativeStepSize(_ count: Int) -> Float { min(2, 2.5 / Float(count)) }

  public init(_ arguments: inout AttackArguments) throws {
    self.init(
      steps: try Steps(&arguments, count: 40, relativeSize: Self.relativeStepSize),
      restarts: try arguments.integer("restarts", in: 1...10_000) ?? 1,
      momentum: try arguments.number("momentum", expected: "a number from 0 to 10") { $0 >= 0 && $0 <= 10 } ?? 0,
      objective: try arguments.objective(), startsAtRandom: try arguments.flag("startsAtRandom") ?? true,
      takesAllSteps: try arguments.flag("takesAllSteps") ?? false, isOnLattice: try arguments.flag("lattice") ?? false)
  }

  public var objective: Objective? { ascends }

  public var parameters: [AttackParameter] {
    var parameters = steps.parameters + [.init("restarts", restarts)]
    if momentum > 0 { parameters.append(.init("momentum", momentum)) }
    parameters.append(.init("objective", ascends.rawValue))
    if !startsAtRandom { parameters.append(.init("startsAtRandom", false)) }
    if takesAllSteps { parameters.append(.init("takesAllSteps", true)) }
    if isOnLattice { parameters.append(.lattice) }
    return parameters
  }

  public func stepCount(at budget: Float) -> Int? { restarts * steps.count(at: budget) }

  /// The same number of starts, each of its share of the steps.
  public func withSteps(_ count: Int, at budget: Float) -> (any Attack)? {
    guard count >= restarts else { return nil }
    return steps.with(count: count / restarts, at: budget).map { steps in copy { $0.steps = steps } }
  }

  public func withObjective(_ objective: Objective) -> (any Attack)? { copy { $0.ascends = objective } }

  public var onLattice: (any Attack)? { copy { $0.isOnLattice = true } }

  private func copy(_ change: (inout PGD) -> Void) -> PGD {
    var copy = self
    change(&copy)
    return copy
  }

  public func problem(in norm: any Norm) -> String? {
    steps == .kurakin ? "the steps of Kurakin et al. are those of bim" : nil
  }

  public func warning(at budgets: [Budget], norm: any Norm) -> String? {
    steps.shortfall(of: Self.profile.title, at: budgets, norm: isOnLattice ? norm.onLattice ?? norm : norm)
  }

  public func perturb(_ trial: AttackTrial) throws {
    let (count, stepSize) = steps.schedule(for: trial.budget, norm: trial.norm)
    let ascent = ProjectedGradient(
      objective: ascends, steps: count, stepSize: stepSize, momentum: momentum, takesAllSteps: takesAllSteps)
    for restart in 0..<restarts where !trial.isOver {
      let start =
        startsAtRandom || restart > 0
        ? trial.randomStart(restart: restart) { trial.norm.start(around: $0, budget: trial.budget, streams: $1) }
        : trial.start()
      try ascent.run(trial, from: start)
    }
  }
}
