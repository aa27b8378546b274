import Autodiff
import Models
import Tensors

/// Runs an attack on a batch of images: what all attacks have in common, so that none can do it otherwise.
///
/// It decides who is attacked, carries what is beaten over to larger budgets, keeps the accounts, and looks at what an attack
/// leaves. Only images under attack are in a trial; what an attack does to an image does not depend on the others.
struct AttackDriver {
  let attack: any Attack
  let classifier: any Classifier
  let images: Tensor
  let labels: [Int]
  let goal: Goal
  let norm: any Norm
  let options: AttackOptions

  func run(budgets: [Float]) throws -> [AttackOutcome] {
    try attack.validate(classCount: classifier.classCount, isTargeted: goal.isTargeted, norm: norm)
    check(budgets)
    guard !labels.isEmpty else { return budgets.map { AttackOutcome(budget: $0, images: images, accounts: []) } }
    let clean =
      options.cleanPredictions ?? options.cleanPass?.predictions ?? classifier.predictions(for: images)
    let unattacked = labels.indices.map { row in
      AttackAccount(status: status(of: row, clean[row]), prediction: clean[row])
    }
    let target = AttackTarget(classifier: classifier, images: images, labels: labels, goal: goal)
    let shared = SharedGradients(target, rows: labels.indices.filter { unattacked[$0].attacked }, options)
    var outcomes: [Float: AttackOutcome] = [:]
    var latest = AttackOutcome(budget: 0, images: images, accounts: unattacked)
    for budget in Set(budgets).sorted() {
      let isCarrying = !options.rawCurves
      latest = AttackOutcome(
        budget: budget, images: isCarrying ? latest.images : images,
        accounts: isCarrying ? latest.accounts.map(\.startOfNextBudget) : unattacked)
      if budget > 0 { latest = try perturb(latest, target, shared) }
      outcomes[budget] = latest
    }
    return budgets.map { outcomes[$0]! }
  }

  /// Attacks the images whose account says `.attacked`, at the budget of `outcome`.
  private func perturb(
    _ outcome: AttackOutcome, _ target: AttackTarget, _ shared: SharedGradients
  ) throws -> AttackOutcome {
    let rows = outcome.accounts.indices.filter { outcome.accounts[$0].attacked }
    guard !rows.isEmpty else { return outcome }
    let trial = AttackTrial(
      target, outcome, rows: rows, norm: searched, shared: shared, options: options,
      streamKey: type(of: attack).profile.streamKey)
    try attack.perturb(trial)
    let result = trial.outcome
    verify(result, rows)
    return result
  }

  /// Where the attack looks.
  private var searched: any Norm { attack.isOnLattice ? norm.onLattice! : norm }

  private func status(of row: Int, _ clean: Int) -> AttackAccount.Status {
    if case .targeted(let targets) = goal, targets[row] == labels[row] { return .labelIsTarget }
    return clean == labels[row] ? .attacked : .alreadyWrong
  }

  /// No attack can report what did not happen: images outside the ball or the box, or that the model was never asked about.
  private func verify(_ outcome: AttackOutcome, _ rows: [Int]) {
    let (found, originals) = (outcome.images.rows(at: rows), images.rows(at: rows))
    let shape = images.shape.withoutBatch
    let limit =
      outcome.budget + norm.slack(at: outcome.budget, of: shape) + searched.slack(at: outcome.budget, of: shape)
    for (row, distance) in zip(rows, norm.distances(of: found, from: originals)) {
      precondition(outcome.accounts[row].isJudged, "\(attack): image \(row) was not judged at \(outcome.budget)")
      precondition(distance <= limit, "\(attack): \(norm.title) distance \(distance) at \(outcome.budget)")
    }
    precondition(
      found.withUnsafeBuffer { $0.allSatisfy { $0 >= 0 && $0 <= 1 } }, "\(attack): an image outside [0, 1]")
  }

  private func check(_ budgets: [Float]) {
    let shape = classifier.inputShape.batched(labels.count)
    precondition(images.shape == shape, "Attack: images \(images.shape) for \(labels.count) labels; expected \(shape)")
    precondition(labels.allSatisfy((0..<classifier.classCount).contains), "Attack: a label is out of range")
    let largest = norm.diameter(of: classifier.inputShape)
    precondition(
      !budgets.isEmpty && budgets.allSatisfy { $0 >= 0 && $0 <= largest },
      "Attack: budgets \(budgets) are not in [0, \(largest)]")
    for count in [options.imageIDs?.count, options.cleanPredictions?.count, options.cleanPass?.input.shape[0]] {
      precondition(count == nil || count == labels.count, "Attack: \(count!) values for \(labels.count) images")
    }
    if case .targeted(let targets) = goal {
      precondition(targets.count == labels.count, "Attack: \(targets.count) targets for \(labels.count) images")
      precondition(targets.allSatisfy((0..<classifier.classCount).contains), "Attack: a target is out of range")
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
