import Attacks
import Diagnostics
import Files
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// What holds for every attack, model, objective and goal.
struct AttackTableTests {
  static let shape: Shape = [2, 3, 3]

  static let attacks: [any Attack] = Objective.allCases.flatMap { objective -> [any Attack] in
    [
      FGSM(objective: objective), BIM(objective: objective), BIM(steps: .kurakin, objective: objective),
      BIM(steps: .relative(count: 4, relativeSize: 0.5), objective: objective, startsAtRandom: true),
      BIM(steps: .relative(count: 4, relativeSize: 0.5), objective: objective, takesAllSteps: true),
    ]
  }

  static let classifiers: [any Classifier] = [
    LinearClassifier(classes: 4, shape: shape, seed: 21), SmallNet(shape: shape, hidden: 12, classes: 5, seed: 22),
  ]

  @Test(arguments: attacks.indices, [false, true])
  func ballBoxAndAccount(index: Int, isTargeted: Bool) throws {
    let attack = Self.attacks[index]
    for classifier in Self.classifiers {
      var images = noise(9, Self.shape, seed: 23)
      images.withUnsafeMutableBuffer { pixels in
        for i in stride(from: 0, to: pixels.count, by: 5) { pixels[i] = i % 2 == 0 ? 0 : 1 }
      }
      var labels = classifier.predictions(for: images)
      labels[0] = (labels[0] + 1) % classifier.classCount
      let goal: Goal = isTargeted ? .targeted(labels.indices.map { $0 % classifier.classCount }) : .untargeted
      for rawCurves in [false, true] {
        let budgets: [Float] = [8 / 255, 0, 0.3, 1]
        let outcomes = try attack.run(
          on: classifier, images: images, labels: labels, goal: goal, budgets: budgets,
          options: AttackOptions(rawCurves: rawCurves))
        #expect(outcomes.map(\.budget) == budgets)
        #expect(outcomes[1].images == images)
        for outcome in outcomes {
          expectInside(outcome.images, images, outcome.budget)
          let predictions = classifier.predictions(for: outcome.images)
          for (row, account) in outcome.accounts.enumerated() {
            #expect(account.prediction == predictions[row])
            let isReached = goal.isReached(by: predictions[row], at: row, label: labels[row])
            switch account.status {
            case .attacked: #expect(account.succeeded == isReached)
            case .carried: #expect(account.succeeded && isReached && !rawCurves)
            case .alreadyWrong, .labelIsTarget:
              #expect(!account.succeeded && account.forwards == 0)
              #expect(outcome.images.rows(row..<row + 1) == images.rows(row..<row + 1))
            }
          }
        }
      }
    }
  }

  /// |x′ − x| ≤ ε but for half an ulp of x′, and x′ in [0, 1].
  private func expectInside(_ perturbed: Tensor, _ originals: Tensor, _ budget: Float) {
    for (x, original) in zip(perturbed.scalars, originals.scalars) {
      #expect(x >= 0 && x <= 1)
      #expect(abs(Double(x) - Double(original)) <= Double(budget) + Double(x.ulp) / 2)
    }
  }

  @Test("What happens to an image does not depend on the others of its batch", arguments: [0, 1, 4])
  func batchSplit(index: Int) throws {
    let attack = Self.attacks[index + 5]
    let classifier = Self.classifiers[1]
    let images = noise(12, Self.shape, seed: 31)
    let labels = classifier.predictions(for: images)
    func run(_ rows: Range<Int>) throws -> [AttackOutcome] {
      try attack.run(on: classifier, images: images.rows(rows), labels: Array(labels[rows]), budgets: [0.02, 0.1, 0.2])
    }
    let whole = try run(0..<12)
    let parts = try [run(0..<1), run(1..<5), run(5..<12)]
    for budget in whole.indices {
      #expect(Tensor.concatenated(parts.map { $0[budget].images }) == whole[budget].images)
      #expect(parts.flatMap { $0[budget].accounts } == whole[budget].accounts)
    }
  }

  @Test("An empty batch has empty outcomes")
  func emptyBatch() throws {
    let outcomes = try FGSM().run(
      on: Self.classifiers[0], images: Tensor(shape: Self.shape.batched(0)), labels: [], budgets: [0, 0.1])
    #expect(outcomes.map { $0.accounts.count } == [0, 0])
  }

  @Test("Too few classes for the difference of logits ratio is the user's mistake, with its remedy")
  func tooFewClasses() throws {
    let two = LinearClassifier(classes: 2, shape: Self.shape, seed: 1)
    let three = LinearClassifier(classes: 3, shape: Self.shape, seed: 1)
    let images = noise(1, Self.shape, seed: 1)
    for (classifier, goal) in [(two, Goal.untargeted), (three, .targeted([1]))] {
      let error = #expect(throws: InputError.self) {
        try BIM(objective: .dlr).run(on: classifier, images: images, labels: [0], goal: goal, budgets: [0.1])
      }
      #expect(error?.kind == .usage)
      #expect(error?.remedy.contains("margin") == true)
    }
    #expect(throws: Never.self) {
      try FGSM(objective: .dlr).run(on: three, images: images, labels: [0], budgets: [0.1])
    }
  }

  static let printed: [(any Attack, String)] = [
    (FGSM(objective: .margin), "FGSM(objective: margin)"),
    (BIM(), "BIM(steps: 10, relativeStepSize: 0.2, objective: cross-entropy)"),
    (
      BIM(steps: .kurakin, objective: .dlr, startsAtRandom: true, takesAllSteps: true),
      "BIM(steps: kurakin, objective: dlr, startsAtRandom: true, takesAllSteps: true)"
    ),
  ]

  @Test("Printing an attack tells all of it", arguments: printed)
  func description(attack: any Attack, text: String) {
    #expect(attack.description == text)
  }

  @Test("Attacks survive encoding")
  func coding() throws {
    let attack = BIM(steps: .relative(count: 3, relativeSize: 0.5), objective: .ownLoss, takesAllSteps: true)
    #expect(try JSONDecoder().decode(BIM.self, from: JSONEncoder().encode(attack)) == attack)
  }
}
