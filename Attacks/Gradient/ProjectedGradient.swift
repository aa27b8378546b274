import Tensors

/// The iteration that gradient attacks share: step along the direction of steepest ascent, project, look, repeat.
///
///     xₖ₊₁ = project(xₖ ± α · direction(∇L(xₖ)))
///
/// With momentum μ (Dong et al. 2018, arXiv:1710.06081, Algorithm 1): gₖ₊₁ = μ gₖ + ∇L(xₖ)/‖∇L(xₖ)‖₁ takes the place of the
/// gradient.
struct ProjectedGradient {
  let objective: Objective
  let steps: Int
  /// α, in the unit of the norm's directions.
  let stepSize: Float
  var momentum: Float = 0
  /// Whether an image that is beaten is stepped further.
  var takesAllSteps = false

  func run(_ trial: AttackTrial, from start: AttackIterate) throws {
    let step = trial.sign(of: objective) * trial.norm.stepSize(nearest: stepSize)
    var iterate = start
    if momentum > 0 { iterate.memory = [Tensor(shape: iterate.images.shape)] }
    for _ in 0..<steps {
      guard var gradient = try trial.gradient(of: objective, at: &iterate, keepsBeaten: takesAllSteps) else { return }
      if momentum > 0 {
        var velocity = iterate.memory[0].map { momentum * $0 }
        velocity.add(gradient.scaledToUnit { $0.reduce(0) { $0 + abs($1) } })
        (iterate.memory[0], gradient) = (velocity, velocity)
      }
      if trial.norm.skipsSaturated { gradient = gradient.leavingOutSaturated(iterate.images, ascends: step > 0) }
      iterate.images.add(trial.norm.direction(of: gradient), scaledBy: step)
      iterate.images = trial.norm.project(iterate.images, around: trial.originals, budget: trial.budget)
    }
    try trial.judge(iterate)
  }
}

extension Tensor {
  /// This gradient, with 0 where a step along it would leave [0, 1] at once.
  fileprivate func leavingOutSaturated(_ images: Tensor, ascends: Bool) -> Tensor {
    mapImages(with: images, "ProjectedGradient") { gradient, pixels, output in
      for i in output.indices {
        let isUp = (gradient[i] > 0) == ascends
        output[i] = isUp ? (pixels[i] < 1 ? gradient[i] : 0) : (pixels[i] > 0 ? gradient[i] : 0)
      }
    }
  }
}
