import Autodiff
import Models
import Tensors

/// The iteration that gradient attacks share: step along the normalised gradient, project, look, repeat.
///
///     x₀ = x (or a random start),   xₖ₊₁ = project(xₖ ± α · normalise(∇L(xₖ)))
///
/// The gradient at the original images is computed once and serves every budget. The clean predictions, unless given (or a
/// clean pass, which serves both), cost one forward pass more. Only images under attack are in the batch: an image leaves
/// it when it is beaten.
struct GradientAscent {
  /// How often, and how far, to step at a budget.
  struct Schedule: Equatable {
    let steps: Int
    let stepSize: Float
  }

  let objective: Objective
  var norm: any Norm = LInfinity()
  /// What keys the random starts, beside seed and image; `nil` starts at the original.
  var randomStart: UInt64?
  /// Whether an image leaves the batch at its first success.
  var stopsEarly = true
  let schedule: (_ budget: Float) -> Schedule

  func run(
    on classifier: any Classifier, images: Tensor, labels: [Int], goal: Goal, budgets: [Float], options: AttackOptions
  ) throws -> [AttackOutcome] {
    try objective.validate(classCount: classifier.classCount, isTargeted: goal.isTargeted)
    check(classifier, images, labels, goal, budgets, options)
    guard !labels.isEmpty else { return budgets.map { AttackOutcome(budget: $0, images: images, accounts: []) } }
    let clean =
      options.cleanPredictions ?? options.cleanPass?.predictions ?? classifier.predictions(for: images)
    let unattacked = labels.indices.map { row in
      AttackAccount(status: status(of: row, clean[row], labels[row], goal), prediction: clean[row])
    }
    let rows = labels.indices.filter { unattacked[$0].attacked }
    let target = Target(classifier: classifier, labels: labels, goal: goal, objective: objective)

    let ascending = Set(budgets).sorted()
    var shared: Tensor?
    if randomStart == nil, !rows.isEmpty, ascending.last! > 0 {
      if let clean = options.cleanPass {
        try options.checkCancellation()
        shared = target.pass(clean).gradient(of: rows)
      } else {
        let pass = target.pass(rows, at: images.rows(at: rows))
        shared = images.replacingRows(rows, with: pass.gradient(of: Array(rows.indices)))
      }
    }
    var outcomes: [Float: AttackOutcome] = [:]
    var latest = AttackOutcome(budget: 0, images: images, accounts: unattacked)
    for budget in ascending {
      let isCarrying = !options.rawCurves
      latest = AttackOutcome(
        budget: budget, images: isCarrying ? latest.images : images,
        accounts: isCarrying ? latest.accounts.map(\.startOfNextBudget) : unattacked)
      if budget > 0 { try attack(&latest, from: images, target, sharedGradient: shared, options: options) }
      if shared != nil, budget == ascending.first(where: { $0 > 0 }) {
        for row in rows {
          latest.accounts[row].forwards += 1
          latest.accounts[row].backwards += 1
        }
      }
      outcomes[budget] = latest
    }
    return budgets.map { outcomes[$0]! }
  }

  /// Attacks the images whose account says `.attacked`, at the budget of `outcome`.
  private func attack(
    _ outcome: inout AttackOutcome, from images: Tensor, _ target: Target, sharedGradient: Tensor?,
    options: AttackOptions
  ) throws {
    var rows = outcome.accounts.indices.filter { outcome.accounts[$0].attacked }
    guard !rows.isEmpty else { return }
    let budget = outcome.budget
    let (steps, stepSize) = (schedule(budget).steps, norm.stepSize(nearest: schedule(budget).stepSize))
    let sign = objective.ascends(isTargeted: target.goal.isTargeted) ? stepSize : -stepSize
    var originals = images.rows(at: rows)
    var current = originals
    if let key = randomStart {
      let streams = rows.map { RandomStream(seed: options.seed, UInt64(options.imageIDs?[$0] ?? $0), key, 0, 0) }
      current = norm.start(around: originals, budget: budget, streams: streams)
    }
    for step in 0...steps {
      var gradient: Tensor
      try options.checkCancellation()
      if step == 0, let sharedGradient {
        gradient = sharedGradient.rows(at: rows)
      } else {
        let pass = target.pass(rows, at: current, isDifferentiable: step < steps)
        let kept = outcome.note(pass, at: current, rows, target, step: step, isLast: step == steps)
          .filter { !stopsEarly || !outcome.accounts[rows[$0]].succeeded }
        guard step < steps, !kept.isEmpty else { return }
        try options.checkCancellation()
        gradient = pass.gradient(of: kept)
        if kept.count < rows.count {
          (rows, gradient) = (kept.map { rows[$0] }, gradient.rows(at: kept))
          (originals, current) = (originals.rows(at: kept), current.rows(at: kept))
        }
        for row in rows { outcome.accounts[row].backwards += 1 }
      }
      outcome.note(gradient: gradient, rows)
      current.add(norm.normalise(gradient), scaledBy: sign)
      current = norm.project(current, around: originals, budget: budget)
    }
  }

  private func status(of row: Int, _ clean: Int, _ label: Int, _ goal: Goal) -> AttackAccount.Status {
    if case .targeted(let targets) = goal, targets[row] == label { return .labelIsTarget }
    return clean == label ? .attacked : .alreadyWrong
  }

  private func check(
    _ classifier: any Classifier, _ images: Tensor, _ labels: [Int], _ goal: Goal, _ budgets: [Float],
    _ options: AttackOptions
  ) {
    let shape = classifier.inputShape.batched(labels.count)
    precondition(images.shape == shape, "Attack: images \(images.shape) for \(labels.count) labels; expected \(shape)")
    precondition(labels.allSatisfy((0..<classifier.classCount).contains), "Attack: a label is out of range")
    precondition(
      !budgets.isEmpty && budgets.allSatisfy { $0 >= 0 && $0 <= 1 }, "Attack: budgets \(budgets) are not in [0, 1]")
    for count in [options.imageIDs?.count, options.cleanPredictions?.count, options.cleanPass?.input.shape[0]] {
      precondition(count == nil || count == labels.count, "Attack: \(count!) values for \(labels.count) images")
    }
    if case .targeted(let targets) = goal {
      precondition(targets.count == labels.count, "Attack: \(targets.count) targets for \(labels.count) images")
      precondition(targets.allSatisfy((0..<classifier.classCount).contains), "Attack: a target is out of range")
    }
  }
}

/// What is attacked: a classifier through an objective.
private struct Target {
  let classifier: any Classifier
  let labels: [Int]
  let goal: Goal
  let objective: Objective

  /// A forward pass of the images of `rows`, now at `images`.
  func pass(_ rows: [Int], at images: Tensor, isDifferentiable: Bool = true) -> Pass {
    let graph = Graph()
    let input = isDifferentiable ? graph.variable(images) : graph.constant(images)
    let outputs = classifier.outputs(for: input)
    return Pass(target: self, rows: rows, graph: graph, input: input, outputs: outputs)
  }

  /// The pass that was made of all images before the attack.
  func pass(_ clean: CleanPass) -> Pass {
    Pass(target: self, rows: Array(labels.indices), graph: clean.graph, input: clean.input, outputs: clean.outputs)
  }
}

/// A forward pass, and the gradient it can give.
private struct Pass {
  let target: Target
  let rows: [Int]
  let graph: Graph
  let input: Variable
  let outputs: ClassifierOutputs

  var predictions: [Int] { outputs.scores.value.argmaxOfRows() }

  /// The gradient of each image's loss by that image, for the images at `positions`; the others' is not worked out.
  func gradient(of positions: [Int]) -> Tensor {
    let loss = target.objective.perImage(
      outputs, labels: rows.map { target.labels[$0] }, goal: target.goal.rows(at: rows),
      trainingLoss: target.classifier.trainingLoss)
    var seed = Tensor(shape: loss.shape)
    // Kernels that work image by image skip those whose gradient is zero.
    seed.withUnsafeMutableBuffer { for position in positions { $0[position] = 1 } }
    return graph.gradients(of: loss, seed: seed, by: [input])[0]
  }
}

extension AttackOutcome {
  /// Records a pass of the images of `rows`, at `current`, after `step`; returns all positions in `rows`.
  fileprivate mutating func note(
    _ pass: Pass, at current: Tensor, _ rows: [Int], _ target: Target, step: Int, isLast: Bool
  ) -> Range<Int> {
    var changed: [Int] = []
    let isFinite = pass.outputs.scores.value.rowsAreFinite()
    for (position, prediction) in pass.predictions.enumerated() {
      let row = rows[position]
      accounts[row].forwards += 1
      if !isFinite[position] { accounts[row].nonFiniteScore = true }
      let isReached = target.goal.isReached(by: prediction, at: row, label: target.labels[row])
      if isReached {
        accounts[row].succeeded = true
        accounts[row].firstSuccess = accounts[row].firstSuccess ?? step
      }
      if isReached || (isLast && !accounts[row].succeeded) {
        accounts[row].prediction = prediction
        changed.append(position)
      }
    }
    images = images.replacingRows(changed.map { rows[$0] }, with: current.rows(at: changed))
    return rows.indices
  }

  /// Records what is suspicious in a gradient for the images of `rows`.
  fileprivate mutating func note(gradient: Tensor, _ rows: [Int]) {
    let stride = gradient.shape.withoutBatch.count
    gradient.withUnsafeBuffer { gradient in
      for (position, row) in rows.enumerated() {
        let elements = gradient[position * stride..<(position + 1) * stride]
        accounts[row].invalidGradients += elements.reduce(0) { $1.isFinite ? $0 : $0 + 1 }
        if elements.allSatisfy({ $0 == 0 || $0.isNaN }) { accounts[row].zeroGradient = true }
      }
    }
  }
}

extension AttackAccount {
  /// This account as a larger budget begins: what succeeded is carried, the rest starts afresh.
  fileprivate var startOfNextBudget: AttackAccount {
    var account = AttackAccount(status: succeeded ? .carried : status, prediction: prediction)
    account.succeeded = succeeded
    account.firstSuccess = firstSuccess
    return account
  }
}

extension Tensor {
  /// This tensor with `rows` of its outermost axis replaced by those of `replacement`.
  fileprivate func replacingRows(_ rows: [Int], with replacement: Tensor) -> Tensor {
    let stride = shape.withoutBatch.count
    var result = self
    result.withUnsafeMutableBuffer { output in
      replacement.withUnsafeBuffer { input in
        for (position, row) in rows.enumerated() {
          for i in 0..<stride { output[row * stride + i] = input[position * stride + i] }
        }
      }
    }
    return result
  }
}
