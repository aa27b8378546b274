import Attacks
import Autodiff
import Models
import Tensors
import TestSupport
import Testing

struct FGSMTests {
  let shape: Shape = [2, 3, 3]

  @Test(
    "With two classes the margin falls by ε‖w‖₁, the most that any perturbation can do",
    arguments: [Objective.ownLoss, .crossEntropy, .margin])
  func closedFormMargin(objective: Objective) throws {
    let classifier = LinearClassifier(classes: 2, shape: shape, seed: 3)
    let images = noise(6, shape, seed: 4, low: 0.4, high: 0.6)
    let labels = classifier.predictions(for: images)
    let budget: Float = 0.05
    let outcome = try FGSM(objective: objective)
      .run(on: classifier, images: images, labels: labels, budgets: [budget])[0]
    let (before, after) = (classifier.scores(of: images).scalars, classifier.scores(of: outcome.images).scalars)
    for (row, label) in labels.enumerated() {
      let norm = classifier.difference(label, 1 - label).reduce(0) { $0 + abs($1) }
      let margin = before[2 * row + label] - before[2 * row + 1 - label]
      let attacked = after[2 * row + label] - after[2 * row + 1 - label]
      #expect(abs(attacked - (margin - budget * norm)) < 1e-4)
      #expect(outcome.accounts[row].succeeded == (margin < budget * norm))
    }
  }

  @Test("With five classes and the margin objective, the gap to the strongest rival falls by ε‖w_y − w_r‖₁")
  func closedFormMarginOfFive() throws {
    let classifier = LinearClassifier(classes: 5, shape: shape, seed: 8)
    let images = noise(6, shape, seed: 9, low: 0.4, high: 0.6)
    let labels = classifier.predictions(for: images)
    let outcome = try FGSM(objective: .margin)
      .run(on: classifier, images: images, labels: labels, budgets: [0.01])[0]
    let (before, after) = (classifier.scores(of: images).scalars, classifier.scores(of: outcome.images).scalars)
    for (row, label) in labels.enumerated() {
      let rival = (0..<5).filter { $0 != label }.max { before[5 * row + $0] < before[5 * row + $1] }!
      let norm = classifier.difference(label, rival).reduce(0) { $0 + abs($1) }
      let change = after[5 * row + label] - after[5 * row + rival] - before[5 * row + label] + before[5 * row + rival]
      #expect(abs(change + 0.01 * norm) < 1e-4)
    }
  }

  @Test("The critical budget is margin / ‖w‖₁")
  func criticalBudget() throws {
    let classifier = LinearClassifier(weights: [[2, -1, 0.5, 0], [0, 1, 0.5, 1]], shape: [1, 2, 2])
    let images = Tensor([0.6, 0.4, 0.5, 0.2] as [Float], shape: [1, 1, 2, 2])
    // w = (2, −2, 0, −1), w·x = 1.2 − 0.8 − 0.2 = 0.2, ‖w‖₁ = 5: beaten from ε = 0.04 on.
    let outcomes = try FGSM().run(on: classifier, images: images, labels: [0], budgets: [0.039, 0.041])
    #expect(outcomes.map { $0.accounts[0].succeeded } == [false, true])
    #expect(outcomes.map { $0.accounts[0].prediction } == [0, 1])
    // sign(0) = 0: the third pixel stays.
    let expected: [Float] = [0.6 - 0.041, 0.4 + 0.041, 0.5, 0.2 + 0.041]
    #expect(outcomes[1].images.scalars == expected)
  }

  @Test("Pixels stay in [0, 1]")
  func boxClips() throws {
    let classifier = LinearClassifier(weights: [[1, -1, 1, -1], [-3, -2, -3, -2]], shape: [1, 2, 2])
    let images = Tensor([0.05, 0.95, 1, 0] as [Float], shape: [1, 1, 2, 2])
    let outcome = try FGSM().run(on: classifier, images: images, labels: [0], budgets: [0.1])[0]
    #expect(outcome.images.scalars == [0, 0.95 - 0.1, 0.9, 0])
  }

  @Test("A targeted attack descends the loss of the target")
  func targetedSign() throws {
    let classifier = LinearClassifier(weights: [[1, 0], [0, 0], [0, 1]], bias: [0.2, 0, 0], shape: [1, 1, 2])
    let images = Tensor([0.5, 0.5] as [Float], shape: [1, 1, 1, 2])
    // Towards class 2: its gradient is p₀(w₀ − w₂) + p₁(w₁ − w₂) = (+, −), and the step is against it.
    let outcome = try FGSM().run(
      on: classifier, images: images, labels: [0], goal: .targeted([2]), budgets: [0.125])[0]
    #expect(outcome.images.scalars == [0.375, 0.625])
    #expect(outcome.accounts[0].succeeded && outcome.accounts[0].prediction == 2)
  }

  @Test("Already wrong images and images of the target class are left alone")
  func notAttacked() throws {
    let classifier = LinearClassifier(weights: [[1, 0], [0, 1], [0, 0]], shape: [1, 1, 2])
    let images = Tensor([0.9, 0.1, 0.9, 0.1, 0.1, 0.9] as [Float], shape: [3, 1, 1, 2])
    let untargeted = try FGSM().run(on: classifier, images: images, labels: [0, 1, 1], budgets: [0.5])[0]
    #expect(untargeted.accounts.map(\.status) == [.attacked, .alreadyWrong, .attacked])
    #expect(untargeted.accounts[1].prediction == 0 && !untargeted.accounts[1].succeeded)
    #expect(untargeted.images.rows(1..<2) == images.rows(1..<2))

    // The second image is already taken for the target: a clean error, not a success.
    let targeted = try FGSM().run(
      on: classifier, images: images, labels: [0, 1, 1], goal: .targeted([0, 0, 0]), budgets: [0.5])[0]
    #expect(targeted.accounts.map(\.status) == [.labelIsTarget, .alreadyWrong, .attacked])
    #expect(targeted.accounts.map(\.succeeded) == [false, false, true])
    #expect(targeted.images.rows(0..<2) == images.rows(0..<2))
    #expect(targeted.accounts.map(\.forwards) == [0, 0, 2])
  }

  @Test("E budgets cost one gradient and one forward pass each")
  func sharing() throws {
    let classifier = CountingClassifier(base: LinearClassifier(classes: 4, shape: shape, seed: 1))
    let images = noise(10, shape, seed: 2)
    let labels = classifier.base.predictions(for: images)
    let budgets: [Float] = [0.3, 0, 0.1, 0.2, 0.5]
    let raw = try FGSM().run(
      on: classifier, images: images, labels: labels, goal: .untargeted, budgets: budgets,
      options: AttackOptions(rawCurves: true, cleanPredictions: labels))
    #expect(classifier.counts.total == [10 * (1 + 4), 10])
    #expect(raw.map(\.budget) == budgets)
    #expect(raw.map { $0.accounts[0].forwards } == [1, 0, 2, 1, 1])
    #expect(raw.map { $0.accounts[0].backwards } == [0, 0, 1, 0, 0])
  }

  @Test("A beaten image is carried to larger budgets, unless raw curves are asked for")
  func carrying() throws {
    let classifier = CountingClassifier(base: LinearClassifier(classes: 4, shape: shape, seed: 1))
    let images = noise(10, shape, seed: 2)
    let labels = classifier.base.predictions(for: images)
    let budgets: [Float] = [0.02, 0.1, 0.4]
    let outcomes = try FGSM().run(
      on: classifier, images: images, labels: labels, goal: .untargeted, budgets: budgets,
      options: AttackOptions(cleanPredictions: labels))
    let accounts = outcomes.flatMap(\.accounts)
    let counted = [accounts.reduce(0) { $0 + $1.forwards }, accounts.reduce(0) { $0 + $1.backwards }]
    #expect(classifier.counts.total == counted)
    #expect(accounts.contains { $0.status == .carried })
    for (smaller, larger) in zip(outcomes, outcomes.dropFirst()) {
      for row in labels.indices {
        #expect((larger.accounts[row].status == .carried) == smaller.accounts[row].succeeded)
        guard smaller.accounts[row].succeeded else { continue }
        #expect(larger.images.rows(row..<row + 1) == smaller.images.rows(row..<row + 1))
        #expect(larger.accounts[row].succeeded && larger.accounts[row].prediction == smaller.accounts[row].prediction)
        #expect(larger.accounts[row].forwards == 0)
      }
    }
    let raw = try FGSM().run(
      on: classifier, images: images, labels: labels, goal: .untargeted, budgets: budgets,
      options: AttackOptions(rawCurves: true))
    #expect(raw.flatMap(\.accounts).allSatisfy { $0.status == .attacked })
    let linf = LInfinity().distances(of: raw[2].images, from: images)
    #expect(linf.allSatisfy { abs($0 - 0.4) < 1e-6 })
  }

  @Test("Given no clean predictions, it makes them with one pass more")
  func cleanPredictions() throws {
    let classifier = CountingClassifier(base: LinearClassifier(classes: 4, shape: shape, seed: 1))
    let images = noise(10, shape, seed: 2)
    let labels = classifier.base.predictions(for: images).enumerated().map { $0 < 3 ? ($1 + 1) % 4 : $1 }
    let outcome = try FGSM().run(on: classifier, images: images, labels: labels, budgets: [0.1])[0]
    #expect(classifier.counts.total == [10 + 7 + 7, 7])
    #expect(outcome.accounts.prefix(4).map(\.status) == [.alreadyWrong, .alreadyWrong, .alreadyWrong, .attacked])
  }

  @Test("A clean pass saves its own, and changes nothing", arguments: [false, true])
  func cleanPass(isTargeted: Bool) throws {
    let base = LinearClassifier(classes: 4, shape: shape, seed: 1)
    let images = noise(10, shape, seed: 2)
    let labels = base.predictions(for: images).enumerated().map { $0 < 3 ? ($1 + 1) % 4 : $1 }
    let goal = isTargeted ? Goal.targeted(labels.map { _ in 2 }) : .untargeted
    for attack in [FGSM(), BIM(steps: 3)] as [any Attack] {
      let classifier = CountingClassifier(base: base)
      let alone = try attack.run(on: classifier, images: images, labels: labels, goal: goal, budgets: [0.02, 0.1])
      let before = classifier.counts.total[0]
      let pass = CleanPass(classifier, images: images)
      let shared = try attack.run(
        on: classifier, images: images, labels: labels, goal: goal, budgets: [0.02, 0.1],
        options: AttackOptions(cleanPass: pass))
      #expect(zip(alone, shared).allSatisfy { $0.images == $1.images && $0.accounts == $1.accounts })
      let attacked = alone[0].accounts.count(where: \.attacked)
      #expect(classifier.counts.total[0] - before == before - attacked)
    }
  }

  @Test("An own loss that is met has no gradient, and the account says so")
  func metSpreadLoss() throws {
    var classifier = LinearClassifier(weights: [[9, 9], [-9, -9]], shape: [1, 1, 2])
    classifier.trainingLoss = .spread(margin: 0.2)
    let images = noise(2, [1, 1, 2], seed: 1, low: 0.4)
    let own = try FGSM(objective: .ownLoss).run(on: classifier, images: images, labels: [0, 0], budgets: [0.1])[0]
    #expect(own.accounts.allSatisfy { $0.zeroGradient })
    #expect(own.images == images)
    let other = try FGSM().run(on: classifier, images: images, labels: [0, 0], budgets: [0.1])[0]
    #expect(!other.accounts.contains { $0.zeroGradient })
  }

  @Test("NaN gradients count as 0 and are counted")
  func invalidGradients() throws {
    let base = LinearClassifier(weights: [[1, 1, 1, 1], [-1, -1, -1, -1]], shape: [1, 2, 2])
    let classifier = BrokenGradient(base: base) { gradient in
      var gradient = gradient
      gradient.withUnsafeMutableBuffer { $0[1] = .nan }
      return gradient
    }
    let images = Tensor(repeating: 0.5, shape: [2, 1, 2, 2])
    let outcome = try FGSM().run(on: classifier, images: images, labels: [0, 0], budgets: [0.25])[0]
    #expect(outcome.images.scalars == [0.25, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25])
    #expect(outcome.accounts.map(\.invalidGradients) == [1, 0])
    #expect(outcome.accounts.map(\.zeroGradient) == [false, false])

    let dead = BrokenGradient(base: base) { $0.map { _ in .nan } }
    let stuck = try FGSM().run(on: dead, images: images, labels: [0, 0], budgets: [0.25])[0]
    #expect(stuck.images == images)
    #expect(stuck.accounts.map(\.invalidGradients) == [4, 4])
    #expect(stuck.accounts.allSatisfy { $0.zeroGradient })
  }
}
