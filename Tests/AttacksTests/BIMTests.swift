import Attacks
import Models
import Synchronization
import Tensors
import TestSupport
import Testing

struct BIMTests {
  let shape: Shape = [1, 4, 4]

  @Test("Kurakin's step counts", arguments: [(0.5, 1), (1, 2), (2, 3), (4, 5), (8, 10), (16, 20), (32, 36), (64, 68)])
  func kurakinSteps(levels: Float, steps: Int) {
    let schedule = Steps.kurakin.schedule(for: levels / 255, norm: LInfinity())
    #expect(schedule.steps == steps)
    #expect(schedule.stepSize == Float(1) / 255)
  }

  @Test("By default ten steps of ε/5")
  func defaultSteps() {
    let schedule = BIM().steps.schedule(for: 0.5, norm: LInfinity())
    #expect(schedule.steps == 10 && schedule.stepSize == 0.1)
  }

  @Test("It beats every image that FGSM beats, and some more", arguments: [Objective.crossEntropy, .margin, .dlr])
  func strongerThanFGSM(objective: Objective) throws {
    let classifier = SmallNet(shape: shape, hidden: 24, classes: 5, seed: 11)
    let images = noise(60, shape, seed: 12)
    let labels = classifier.predictions(for: images)
    let budgets: [Float] = [0.03, 0.06, 0.1]
    let fgsm = try FGSM(objective: objective).run(on: classifier, images: images, labels: labels, budgets: budgets)
    let bim = try BIM(objective: objective).run(on: classifier, images: images, labels: labels, budgets: budgets)
    for (weak, strong) in zip(fgsm, bim) {
      for row in labels.indices where weak.accounts[row].succeeded { #expect(strong.accounts[row].succeeded) }
    }
    func successes(_ outcomes: [AttackOutcome]) -> Int { outcomes.flatMap(\.accounts).count { $0.succeeded } }
    #expect(successes(bim) > successes(fgsm))
    #expect(successes(fgsm) > 10)
  }

  @Test("On a linear classifier it ends where FGSM ends")
  func linearAgreesWithFGSM() throws {
    let classifier = LinearClassifier(classes: 2, shape: shape, seed: 5)
    let images = noise(5, shape, seed: 6)
    let labels = classifier.predictions(for: images)
    let budgets: [Float] = [0.001]
    let fgsm = try FGSM().run(on: classifier, images: images, labels: labels, budgets: budgets)[0]
    let bim = try BIM().run(on: classifier, images: images, labels: labels, budgets: budgets)[0]
    #expect(bim.images == fgsm.images)
  }

  @Test("It gives up between steps, and before a gradient", arguments: [1, 2, 7, 8, 30])
  func givesUp(after asked: Int) throws {
    var base = LinearClassifier(classes: 3, shape: shape, seed: 1)
    base.bias = Tensor([100, 0, 0], shape: [3])
    let classifier = CountingClassifier(base: base)
    let count = Mutex(0)
    let options = AttackOptions(
      cleanPredictions: [0, 0],
      isCancelled: {
        count.withLock {
          $0 += 1
          return $0 > asked
        }
      })
    #expect(throws: CancellationError.self) {
      try BIM(steps: 1000).run(
        on: classifier, images: noise(2, shape, seed: 2), labels: [0, 0], goal: .untargeted, budgets: [0.1, 0.2],
        options: options)
    }
    #expect(count.withLock { $0 } == asked + 1)
    // Two images; at most a pass, or a gradient, each time it is asked, and one of each for all budgets.
    #expect(classifier.counts.total.reduce(0, +) <= 2 * (asked + 2))
  }

  @Test("Images that hold out cost one forward pass a step, and the first gradient serves all budgets")
  func sharing() throws {
    var base = LinearClassifier(classes: 3, shape: shape, seed: 1)
    base.bias = Tensor([100, 0, 0], shape: [3])
    let classifier = CountingClassifier(base: base)
    let images = noise(4, shape, seed: 2)
    let labels = [0, 0, 0, 0]
    let outcomes = try BIM(steps: 7).run(
      on: classifier, images: images, labels: labels, goal: .untargeted, budgets: [0.1, 0.2, 0],
      options: AttackOptions(cleanPredictions: labels))
    #expect(classifier.counts.total == [4 * (1 + 2 * 7), 4 * (1 + 2 * 6)])
    #expect(outcomes.map { $0.accounts[0].forwards } == [8, 7, 0])
    #expect(outcomes.map { $0.accounts[0].backwards } == [7, 6, 0])
  }

  @Test("A beaten image leaves the batch")
  func earlyStop() throws {
    let classifier = CountingClassifier(
      base: LinearClassifier(weights: [[1], [-1]], bias: [-0.5, 0.5], shape: [1, 1, 1]))
    // Margin 2x − 1; with α = 0.04 the first falls at step 2, the second at step 4, the third (0.25 above) never.
    let images = Tensor([0.56, 0.65, 0.75] as [Float], shape: [3, 1, 1, 1])
    let outcome = try BIM(steps: 5).run(
      on: classifier, images: images, labels: [0, 0, 0], goal: .untargeted, budgets: [0.2],
      options: AttackOptions(cleanPredictions: [0, 0, 0]))[0]
    #expect(outcome.accounts.map(\.firstSuccess) == [2, 4, nil])
    #expect(outcome.accounts.map(\.forwards) == [3, 5, 6])
    #expect(outcome.accounts.map(\.backwards) == [2, 4, 5])
    #expect(classifier.counts.total[0] == 3 + 5 + 6)
    #expect(outcome.images.scalars.map { ($0 * 100).rounded() } == [48, 49, 55])
  }

  @Test("The last misclassified iterate is returned, not the last")
  func returnedIterate() throws {
    // z₁ − z₀ = relu(x) − 2 relu(x − 0.42) − 0.37 is positive on (0.37, 0.47): steps of 0.1 from 0.2 reach
    // 0.3, 0.4 (wrong), 0.5 (right), 0.4 (wrong), 0.5 (right).
    let classifier = SmallNet(
      shape: [1, 1, 1], first: [[1], [1]], firstBias: [0, -0.42], second: [[0, 0], [1, -2]], secondBias: [0.37, 0])
    let images = Tensor([0.2] as [Float], shape: [1, 1, 1, 1])
    let steps = Steps.relative(count: 5, relativeSize: 0.2)
    let all = try BIM(steps: steps, takesAllSteps: true)
      .run(on: classifier, images: images, labels: [0], budgets: [0.5])[0]
    #expect(abs(all.images.scalar - 0.4) < 1e-6)
    #expect(all.accounts[0].succeeded && all.accounts[0].prediction == 1 && all.accounts[0].firstSuccess == 2)
    #expect(all.accounts[0].forwards == 6)
    let early = try BIM(steps: steps).run(on: classifier, images: images, labels: [0], budgets: [0.5])[0]
    #expect(abs(early.images.scalar - 0.4) < 1e-6)
    #expect(early.accounts[0].forwards == 3)
  }

  @Test("Random starts depend on seed and image, not on the batch")
  func randomStarts() throws {
    let classifier = SmallNet(shape: shape, hidden: 24, classes: 5, seed: 11)
    let images = noise(6, shape, seed: 12)
    let labels = classifier.predictions(for: images)
    let attack = BIM(steps: .relative(count: 3, relativeSize: 0.05), startsAtRandom: true)
    func run(_ rows: Range<Int>, seed: UInt64) throws -> AttackOutcome {
      try attack.run(
        on: classifier, images: images.rows(rows), labels: Array(labels[rows]), goal: .untargeted, budgets: [0.05],
        options: AttackOptions(seed: seed, imageIDs: rows.map { 100 + $0 }))[0]
    }
    let whole = try run(0..<6, seed: 1)
    let halves = [try run(0..<2, seed: 1), try run(2..<6, seed: 1)]
    #expect(Tensor.concatenated(halves.map(\.images)) == whole.images)
    #expect(halves.flatMap(\.accounts) == whole.accounts)
    #expect(try run(0..<6, seed: 2).images != whole.images)
  }
}
