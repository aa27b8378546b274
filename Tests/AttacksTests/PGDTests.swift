import Attacks
import Autodiff
import Models
import Tensors
import TestSupport
import Testing

struct PGDTests {
  private static let shape: Shape = [1, 4, 4]

  @Test("From the original, without restarts, it is BIM: the same bits and the same work")
  func isBIM() throws {
    let classifier = SmallNet(shape: Self.shape, hidden: 12, classes: 4, seed: 8)
    let images = noise(12, Self.shape, seed: 2)
    let labels = classifier.predictions(for: images)
    for norm in NormCatalog.all {
      let budgets = [0.02, 0.1].map { norm.budget(from: $0 * norm.diameter(of: Self.shape)) }
      let steps = Steps.relative(count: 7, relativeSize: 0.25)
      let (pgd, bim) = (PGD(steps: steps, startsAtRandom: false), BIM(steps: steps))
      let found = try [pgd, bim].map { (attack: any Attack) in
        try attack.run(
          on: classifier, images: images, labels: labels, goal: .untargeted, norm: norm, budgets: budgets)
      }
      for (a, b) in zip(found[0], found[1]) { #expect(a.images == b.images && a.accounts == b.accounts) }
    }
  }

  @Test("Restarts beat no fewer images, and what one start beats is not started again")
  func restarts() throws {
    let classifier = SmallNet(shape: Self.shape, hidden: 12, classes: 4, seed: 8)
    let images = noise(60, Self.shape, seed: 2)
    let labels = classifier.predictions(for: images)
    func run(_ restarts: Int, _ ids: [Int]) throws -> [AttackAccount] {
      try PGD(steps: .relative(count: 3, relativeSize: 0.4), restarts: restarts).run(
        on: classifier, images: images, labels: labels, goal: .untargeted, norm: L2(), budgets: [0.25],
        options: AttackOptions(imageIDs: ids))[0].accounts
    }
    let ids = Array(0..<60)
    let (one, five) = (try run(1, ids), try run(5, ids))
    #expect(zip(one, five).allSatisfy { !$0.succeeded || $1.succeeded })
    #expect(five.count(where: \.succeeded) > one.count(where: \.succeeded), "some start is better than the first")
    for (a, b) in zip(one, five) {
      if a.succeeded { #expect(a.forwards == b.forwards) }
      // Three steps and a last look from each start.
      if !b.succeeded { #expect(b.forwards == 20 && b.backwards == 15) }
    }
  }

  @Test("Momentum follows Algorithm 1 of Dong et al.: four steps computed here from gradients alone")
  func momentum() throws {
    let classifier = SmallNet(shape: Self.shape, hidden: 12, classes: 4, seed: 8)
    let images = noise(6, Self.shape, seed: 21)
    let labels = classifier.predictions(for: images)
    let (alpha, budget, decay): (Float, Float, Float) = (0.004, 0.01, 0.9)
    let attack = PGD(
      steps: .absolute(count: 4, size: Budget(text: "0.004", value: alpha)), momentum: decay, startsAtRandom: false,
      takesAllSteps: true)
    let found = try attack.run(on: classifier, images: images, labels: labels, budgets: [budget])[0]
    let size = Self.shape.count
    var current = images.scalars
    var velocity = [Float](repeating: 0, count: current.count)
    for _ in 0..<4 {
      let graph = Graph()
      let input = graph.variable(Tensor(current, shape: images.shape))
      let loss = classifier.outputs(for: input).scores.crossEntropy(labels: labels)
      let gradient = graph.gradients(of: loss, seed: Tensor(repeating: 1, shape: loss.shape), by: [input])[0].scalars
      for row in labels.indices {
        let sum = gradient[row * size..<(row + 1) * size].reduce(0) { $0 + abs($1) }
        for i in row * size..<(row + 1) * size {
          velocity[i] = decay * velocity[i] + gradient[i] / sum
          let moved = current[i] + alpha * (velocity[i] > 0 ? 1 : velocity[i] < 0 ? -1 : 0)
          let original = images.scalars[i]
          current[i] = min(min(1, original + budget), max(max(0, original - budget), moved))
        }
      }
    }
    for (row, account) in found.accounts.enumerated() where !account.succeeded {
      for i in 0..<size { #expect(abs(found.images.scalars[row * size + i] - current[row * size + i]) < 1e-6) }
    }
    #expect(found.accounts.contains { !$0.succeeded })
  }
}
