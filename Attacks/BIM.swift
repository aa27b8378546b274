public import Models
public import Tensors

/// The basic iterative method (Kurakin, Goodfellow & Bengio 2017, arXiv:1607.02533, §2.2 and §2.3).
///
///     x₀ = x,   xₖ₊₁ = clip_{x,ε}(xₖ + α · sign ∇L(xₖ, y)),   targeted:  xₖ − α · sign ∇L(xₖ, t)
///
/// clip_{x,ε} projects to the ε-ball round the original image, then to [0, 1]. sign(0) = 0. No restarts. By default ten
/// steps of α = ε/5 from the original. An image that is beaten is not stepped further.
public struct BIM: LatticeAttack {
  public static let name = "bim"

  /// How many steps, and how long.
  public enum Steps: Codable, Hashable, Sendable {
    /// `count` steps of α = `relativeSize` · ε.
    case relative(count: Int, relativeSize: Float)
    /// `count` steps of α = `size`, at every budget.
    case absolute(count: Int, size: Budget)
    /// The paper's: α = 1/255 and min(ε₂₅₅ + 4, 1.25 ε₂₅₅) steps, ε₂₅₅ = 255 ε, rounded up so that the steps always
    /// reach the edge of the ball. (The paper does not say how it rounds; for ε of 4, 8 or 16 levels nothing is rounded.)
    case kurakin
  }

  public var steps: Steps
  public var objective: Objective
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
    self.objective = objective
    self.startsAtRandom = startsAtRandom
    self.takesAllSteps = takesAllSteps
    self.isOnLattice = isOnLattice
  }

  public init(steps count: Int = 10, relativeStepSize: Float = 0.2, objective: Objective = .crossEntropy) {
    self.init(steps: .relative(count: count, relativeSize: relativeStepSize), objective: objective)
  }

  public var parameters: [AttackParameter] {
    var parameters: [AttackParameter] =
      switch steps {
      case .relative(let count, let size): [.init("steps", count), .init("relativeStepSize", size)]
      case .absolute(let count, let size): [.init("steps", count), .init("stepSize", size.text)]
      case .kurakin: [.init("steps", "kurakin")]
      }
    parameters.append(.init("objective", objective.rawValue))
    if startsAtRandom { parameters.append(.init("startsAtRandom", true)) }
    if takesAllSteps { parameters.append(.init("takesAllSteps", true)) }
    if isOnLattice { parameters.append(.lattice) }
    return parameters
  }

  /// The number of steps, and α, at a budget.
  package func schedule(for budget: Float) -> (steps: Int, stepSize: Float) {
    switch steps {
    case .relative(let count, let size):
      precondition(count > 0 && size > 0, "BIM: \(count) steps of \(size)·ε")
      return (count, size * budget)
    case .absolute(let count, let size):
      precondition(count > 0 && size.value > 0, "BIM: \(count) steps of \(size)")
      return (count, size.value)
    case .kurakin:
      // 8/255 in Float times 255 is not quite 8: rounding to a thousandth of a level first keeps 10 steps from being 11.
      let levels = (Double(budget) * 255 * 1000).rounded() / 1000
      return (max(1, Int(min(levels + 4, 1.25 * levels).rounded(.up))), 1 / 255)
    }
  }

  public func stepCount(at budget: Float) -> Int { schedule(for: budget).steps }

  public func withSteps(_ count: Int, at budget: Float) -> (any Attack)? {
    var copy = self
    switch steps {
    case .relative(_, let size): copy.steps = .relative(count: count, relativeSize: size)
    case .absolute(_, let size): copy.steps = .absolute(count: count, size: size)
    case .kurakin:
      guard budget > 0 else { return nil }
      copy.steps = .relative(count: count, relativeSize: schedule(for: budget).stepSize / budget)
    }
    return copy
  }

  public func run(
    on classifier: any Classifier, images: Tensor, labels: [Int], goal: Goal, budgets: [Float], options: AttackOptions
  ) throws -> [AttackOutcome] {
    // "bim" as a number: what tells its random starts from another attack's.
    let key: UInt64? = startsAtRandom ? 0x62_696D : nil
    return try GradientAscent(
      objective: objective, norm: isOnLattice ? LInfinityLattice() : LInfinity(), randomStart: key,
      stopsEarly: !takesAllSteps
    ) { budget in
      let (steps, stepSize) = schedule(for: budget)
      return .init(steps: steps, stepSize: stepSize)
    }
    .run(on: classifier, images: images, labels: labels, goal: goal, budgets: budgets, options: options)
  }
}
