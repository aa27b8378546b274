import Attacks
import Autodiff
import Models
import Tensors
import TestSupport
import Testing

/// What every attack of the catalogue promises, in every norm that it has a meaning in, on several classifiers and goals.
struct ConformanceTests {
  /// An attack in a norm; by name, so that a new attack is a new row by itself.
  struct Case: CustomTestStringConvertible, Sendable {
    let attack: any Attack
    let norm: any Norm
    var testDescription: String { "\(attack) in \(norm.title)" }
  }

  static let cases: [Case] = AttackCatalog.names.flatMap { name in
    let attack = try! AttackCatalog.attack(parsing: name)
    return NormCatalog.all.filter { attack.problem(in: $0) == nil }.map { Case(attack: attack, norm: $0) }
  }

  private static let shape: Shape = [2, 4, 4]
  private static let classifiers: [any Classifier] = [
    LinearClassifier(classes: 5, shape: shape, seed: 3), SmallNet(shape: shape, hidden: 12, classes: 4, seed: 8),
  ]

  /// A few budgets of a norm, smallest first.
  private static func budgets(_ norm: any Norm) -> [Float] {
    let far = norm.diameter(of: shape)
    return [0] + [0.02, 0.1, 0.3].map { norm.budget(from: far * $0) }
  }

  private static func goals(_ labels: [Int], classes: Int) -> [Goal] {
    [.untargeted, .targeted(labels.map { ($0 + 1) % classes })]
  }

  @Test("Inside ball and box, ε = 0 is the original, successes are what a fresh pass says", arguments: cases)
  func keepsItsWord(_ tested: Case) throws {
    for classifier in Self.classifiers {
      let images = noise(10, Self.shape, seed: 4)
      var labels = classifier.predictions(for: images)
      labels[2] = (labels[2] + 1) % classifier.classCount
      for goal in Self.goals(labels, classes: classifier.classCount) {
        let outcomes = try tested.attack.run(
          on: classifier, images: images, labels: labels, goal: goal, norm: tested.norm,
          budgets: Self.budgets(tested.norm))
        #expect(outcomes[0].images == images)
        for outcome in outcomes {
          let limit = outcome.budget + tested.norm.slack(at: outcome.budget, of: Self.shape)
          #expect(tested.norm.distances(of: outcome.images, from: images).allSatisfy { $0 <= limit })
          #expect(outcome.images.scalars.allSatisfy { $0 >= 0 && $0 <= 1 })
          let fresh = classifier.predictions(for: outcome.images)
          for (row, account) in outcome.accounts.enumerated() {
            #expect(account.prediction == fresh[row])
            let wasRight = row != 2
            if !wasRight { #expect(account.status != .attacked && account.forwards == 0 && !account.succeeded) }
            let isReached = goal.isReached(by: fresh[row], at: row, label: labels[row])
            #expect(account.succeeded == (isReached && wasRight && account.status != .labelIsTarget))
            if account.attacked && outcome.budget > 0 { #expect(account.forwards > 0) }
          }
        }
        // What is beaten at a budget is beaten at every larger one.
        for (smaller, larger) in zip(outcomes, outcomes.dropFirst()) {
          for (a, b) in zip(smaller.accounts, larger.accounts) where a.succeeded { #expect(b.succeeded) }
        }
      }
    }
  }

  @Test("An image's fate does not depend on its batch, and the same call gives the same bits", arguments: cases)
  func isIndependentOfTheBatch(_ tested: Case) throws {
    let classifier = Self.classifiers[1]
    let images = noise(9, Self.shape, seed: 14)
    let labels = classifier.predictions(for: images)
    let budgets = Self.budgets(tested.norm)
    func run(_ rows: [Int]) throws -> [AttackOutcome] {
      try tested.attack.run(
        on: classifier, images: images.rows(at: rows), labels: rows.map { labels[$0] }, goal: .untargeted,
        norm: tested.norm, budgets: budgets, options: AttackOptions(seed: 5, imageIDs: rows.map { 100 + $0 }))
    }
    let whole = try run(Array(0..<9))
    for rows in [[4], [8, 0, 3], [1, 2, 3, 5, 6, 7]] {
      for (part, all) in zip(try run(rows), whole) {
        #expect(part.images == all.images.rows(at: rows))
        #expect(part.accounts == rows.map { all.accounts[$0] })
      }
    }
    let again = try run(Array(0..<9))
    #expect(zip(again, whole).allSatisfy { $0.images == $1.images && $0.accounts == $1.accounts })
  }

  @Test("Random attacks differ with the seed, others do not", arguments: cases)
  func seeds(_ tested: Case) throws {
    let classifier = Self.classifiers[1]
    let images = noise(9, Self.shape, seed: 14)
    let labels = classifier.predictions(for: images)
    let found = try [1, 2].map { seed in
      try tested.attack.run(
        on: classifier, images: images, labels: labels, goal: .untargeted, norm: tested.norm,
        budgets: [Self.budgets(tested.norm)[1]], options: AttackOptions(seed: seed))[0].images
    }
    #expect((found[0] != found[1]) == type(of: tested.attack).profile.isRandom)
  }

  @Test("What is printed is what is parsed", arguments: cases)
  func printsItself(_ tested: Case) throws {
    let again = try AttackCatalog.attack(parsing: tested.attack.description)
    #expect(AnyHashable(again) == AnyHashable(tested.attack))
    let recorded = try AttackCatalog.attack(named: tested.attack.name, parameters: tested.attack.parameters)
    #expect(AnyHashable(recorded) == AnyHashable(tested.attack))
    #expect(Set(tested.attack.parameters.map(\.name)).isSubset(of: type(of: tested.attack).profile.arguments))
  }

  @Test("It gives up when it is told to", arguments: cases)
  func givesUp(_ tested: Case) {
    let images = noise(2, Self.shape, seed: 1)
    let classifier = Self.classifiers[0]
    #expect(throws: CancellationError.self) {
      try tested.attack.run(
        on: classifier, images: images, labels: classifier.predictions(for: images), goal: .untargeted,
        norm: tested.norm, budgets: [tested.norm.budget(from: 0.1)], options: AttackOptions(isCancelled: { true }))
    }
  }

  /// On a linear classifier of two classes the smallest perturbation is known: margin over the dual norm of the weights.
  @Test("Attacks with gradients come within a third of the optimum on a linear classifier", arguments: cases)
  func isStrong(_ tested: Case) throws {
    // One step in L1 moves a twentieth of the elements, and cannot go on with others where these reach the edge.
    let isCoarse = tested.norm.name == "l1" && tested.attack.stepCount(at: 1) == 1
    guard let attack = tested.attack.withObjective(.margin), !isCoarse else { return }
    // Images in the middle of the box, so that only the ball counts, and weights of different sizes.
    let weights = noise(1, Self.shape, seed: 6, low: -1, high: 1).scalars
    let classifier = LinearClassifier(weights: [weights, weights.map { -$0 }], bias: [0.1, -0.1], shape: Self.shape)
    let images = Tensor(repeating: 0.5, shape: Self.shape.batched(1))
    let label = classifier.predictions(for: images)[0]
    let scores = classifier.scores(of: images).scalars
    let margin = scores[label] - scores[1 - label]
    let difference = classifier.difference(label, 1 - label)
    let sizes = difference.map(abs)
    let pixels: [Float] = (0..<16).map { sizes[$0] + sizes[$0 + 16] }.sorted(by: >)
    let sum = sizes.reduce(0, +)
    let squares = sizes.reduce(0) { $0 + $1 * $1 }
    let optimum: Float
    switch tested.norm.name {
    case "linf": optimum = margin / sum
    case "l2": optimum = margin / squares.squareRoot()
    case "l1": optimum = Self.greedy(sizes, margin)
    // Each pixel changed by half its range in both channels.
    case "l0": optimum = Float(pixels.indices.first { pixels.prefix($0 + 1).reduce(0, +) / 2 > margin }! + 1)
    // Of another norm, its direction is judged by the best slope in `NormTests`.
    default: return
    }
    #expect(optimum > 0)
    func beats(_ budget: Float) throws -> Bool {
      try attack.run(
        on: classifier, images: images, labels: [label], goal: .untargeted, norm: tested.norm, budgets: [budget])[0]
        .accounts[0].succeeded
    }
    // Not even the best attack succeeds below the optimum.
    #expect(try !beats(tested.norm.isHomogeneous ? 0.99 * optimum : optimum - 1))
    // L1 steps move several elements, of which the largest alone would be best; a pixel may be taken for a better one.
    let slack: Float = tested.norm.name == "l1" || tested.norm.name == "l0" ? 1.34 : 1.02
    #expect(try beats(tested.norm.budget(from: slack * optimum)), "the optimum is \(optimum)")
  }

  /// The smallest sum of changes of at most a half that lowers the margin by `margin`: the largest weights first.
  private static func greedy(_ sizes: [Float], _ margin: Float) -> Float {
    var (rest, spent) = (margin, Float(0))
    for size in sizes.sorted(by: >) where rest > 0 {
      let length = min(0.5, rest / size)
      (rest, spent) = (rest - length * size, spent + length)
    }
    return spent
  }
}
