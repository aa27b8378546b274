import Attacks
import Autodiff
import Models
import Tensors
import TestSupport
import Testing

struct LInfinityLatticeTests {
  let norm = LInfinityLattice()
  static let levels = Tensor((0...255).map { Float($0) / 255 }, shape: [1, 256])

  @Test(
    "A budget holds its whole levels",
    arguments: [(1 / 255, 1), (8 / 255, 8), (255 / 255, 255), (0.03, 7), (0.05, 12), (0.001, 0), (0.5, 127)]
      as [(Float, Int)])
  func budgets(budget: Float, expected: Int) {
    #expect(LInfinityLattice.levels(in: budget) == expected)
    // The farthest points of the ball, for all originals and both directions.
    for (far, direction) in [(Float(2), 1), (-1, -1)] {
      let pushed = norm.project(
        Tensor(repeating: far, shape: [1, 256]), around: Self.levels, budget: budget)
      for (original, x) in pushed.scalars.enumerated() {
        #expect(x == Float(min(max(original + direction * expected, 0), 255)) / 255)
      }
    }
  }

  @Test("Every whole number of levels, written as Float or as Double first, is exactly that many")
  func wholeLevels() {
    for level in 0...255 {
      #expect(LInfinityLattice.levels(in: Float(level) / 255) == level)
      #expect(LInfinityLattice.levels(in: Float(Double(level) / 255)) == level)
    }
  }

  @Test("Projection rounds to the nearest level inside")
  func rounds() {
    let originals = Tensor([100, 100, 100, 0, 255, 100].map { Float($0) / 255 }, shape: [1, 6])
    let wanted = Tensor([103.4, 103.6, 95.4, -3, 260, 100.2].map { Float($0) / 255 }, shape: [1, 6])
    let projected = norm.project(wanted, around: originals, budget: 0.016)  // 4.08 levels
    #expect(projected.scalars == [103, 104, 96, 0, 255, 100].map { Float($0) / 255 })
  }

  @Test("An original off the grid keeps to the levels within ε; a pixel that has none stays")
  func offTheGrid() {
    let originals = Tensor([100.5, 100.5].map { Float($0) / 255 }, shape: [1, 2])
    let up = Tensor(repeating: 1, shape: [1, 2])
    #expect(norm.project(up, around: originals, budget: 1.6 / 255).scalars == [Float](repeating: 102 / 255, count: 2))
    #expect(norm.project(up, around: originals, budget: 0.3 / 255) == originals)
    #expect(norm.project(up, around: originals, budget: 0) == originals)
  }

  @Test("A step is a whole number of levels, one at least")
  func steps() {
    #expect(norm.stepSize(nearest: 0.2 / 255) == Float(1) / 255)
    #expect(norm.stepSize(nearest: 1.6 / 255) == Float(2) / 255)
    #expect(LInfinity().stepSize(nearest: 0.0008) == 0.0008)
  }

  @Test("Random starts take every level of the ball, and no other")
  func starts() {
    let originals = Tensor(repeating: 250 / 255, shape: [1, 1, 40, 40])
    let started = norm.start(around: originals, budget: 8 / 255, streams: [RandomStream(seed: 3, 4)])
    let seen = Set(started.scalars.map { ($0 * 255).rounded() })
    #expect(seen == Set((242...255).map(Float.init)))
    #expect(started.scalars.allSatisfy { $0 == ($0 * 255).rounded() / 255 })
  }

  static let attacks: [any Attack] = [
    FGSM(), BIM(), BIM(steps: .kurakin), BIM(steps: .relative(count: 4, relativeSize: 0.5), startsAtRandom: true),
    FGSM(objective: .margin),
  ]

  @Test(
    "What an attack on the lattice returns is a file's levels, inside the budget, and judged as such", arguments: 0..<5)
  func attacks(index: Int) throws {
    let attack = try #require(Self.attacks[index].onLattice)
    #expect(attack.description.contains("lattice: true") && !Self.attacks[index].description.contains("lattice"))
    let shape: Shape = [1, 5, 5]
    let classifier = SmallNet(shape: shape, hidden: 16, classes: 4, seed: 8)
    let images = noise(40, shape, seed: 9).map { ($0 * 255).rounded() / 255 }
    let labels = classifier.predictions(for: images)
    let budgets: [Float] = [0, 0.001, 1 / 255, 8 / 255, 0.1]
    var successes = 0
    for outcome in try attack.run(on: classifier, images: images, labels: labels, budgets: budgets) {
      let radius = [0, 0, 1, 8, 25][try #require(budgets.firstIndex(of: outcome.budget))]
      var written: [Float] = []
      for (x, original) in zip(outcome.images.scalars, images.scalars) {
        let level = (x * 255).rounded()
        #expect(x == level / 255 && x >= 0 && x <= 1)
        #expect(abs(level - (original * 255).rounded()) <= Float(radius))
        written.append(Float(UInt8(level)) / 255)
      }
      let read = classifier.predictions(for: Tensor(written, shape: images.shape))
      for (row, account) in outcome.accounts.enumerated() {
        #expect(account.prediction == read[row] && account.succeeded == (read[row] != labels[row]))
        successes += account.succeeded ? 1 : 0
      }
    }
    #expect(successes > 5)
  }

  @Test("On a linear classifier, FGSM on the lattice is the best of all changes within the levels")
  func linearOptimum() throws {
    let shape: Shape = [1, 1, 4]
    let classifier = LinearClassifier(classes: 2, shape: shape, seed: 5)
    let images = noise(1, shape, seed: 6).map { 0.3 + (0.4 * $0 * 255).rounded() / 255 }
      .map { ($0 * 255).rounded() / 255 }
    let label = classifier.predictions(for: images)[0]
    let attack = FGSM(objective: .margin, isOnLattice: true)
    let found = try attack.run(on: classifier, images: images, labels: [label], budgets: [2.9 / 255])[0]
    func margin(_ image: Tensor) -> Float {
      let scores = classifier.scores(of: image).scalars
      return scores[1 - label] - scores[label]
    }
    // All 5⁴ images within two levels.
    let base = images.scalars.map { ($0 * 255).rounded() }
    var best = -Float.infinity
    for code in 0..<625 {
      let offsets = [code % 5, code / 5 % 5, code / 25 % 5, code / 125].map { Float($0 - 2) }
      best = max(best, margin(Tensor(zip(base, offsets).map { ($0 + $1) / 255 }, shape: images.shape)))
    }
    #expect(margin(found.images) == best)
  }
}
