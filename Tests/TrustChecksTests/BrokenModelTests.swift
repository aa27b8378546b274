import Attacks
import Foundation
import Models
import RunSamples
import Runs
import Synchronization
import Tensors
import TestSupport
import Testing

/// Each check on a classifier, or a run, that is broken in the way it is there for.
@Suite struct BrokenModelTests {
  private static let noGradient = AlteredClassifier(ofImages: .init(reverse: { $1.map { _ in 0 } }))

  @Test func zeroGradientsAreAnErrorOfTheAttack() throws {
    let finding = try #require(try CheckedRun([Self.noGradient]).finding("zero-gradients"))
    #expect(finding.severity == .error)
    #expect(finding.numbers["zeroGradientImages"] == 120 && finding.numbers["images"] == 120)
    #expect(finding.title.contains("FGSM failed") && finding.remedy.contains("margin"))
    #expect(finding.scope.attackIndex == 0 && finding.scope.goalIndex == 0)
  }

  /// Spread loss is satisfied, and flat, where every other activation is a margin below the true one's.
  @Test func ownLossOfAConfidentCapsuleNetHasNoGradient() throws {
    var capsules = LinearModel(scale: 2)
    capsules.trainingLoss = .spread(margin: 0.2)
    let own = try CheckedRun([capsules], attacks: [FGSM(objective: .ownLoss)])
    let finding = try #require(try own.finding("zero-gradients"))
    #expect(finding.severity == .error && finding.remedy.contains("objective: cross-entropy"))
    #expect(finding.evidence.contains("spread(margin: 0.2)"))
    #expect(try CheckedRun([capsules], attacks: [FGSM(objective: .margin)]).finding("zero-gradients") == nil)
  }

  @Test(arguments: [Float.nan, .infinity])
  func nonFiniteScores(value: Float) throws {
    let broken = AlteredClassifier(
      ofScores: .init(value: { scores in
        var scores = scores
        scores.withUnsafeMutableBuffer { $0[1] = value }
        return scores
      }))
    let finding = try #require(try CheckedRun([broken]).finding("non-finite"))
    #expect(finding.severity == .error && finding.title.contains("score"))
  }

  @Test(arguments: [Float.nan, -.infinity])
  func nonFiniteGradients(value: Float) throws {
    let broken = AlteredClassifier(ofImages: .init(reverse: { $1.map { abs($0) < 0.01 ? value : $0 } }))
    let finding = try #require(try CheckedRun([broken]).finding("non-finite"))
    #expect(finding.severity == .error && finding.title.contains("gradient"))
  }

  @Test func saturatedCrossEntropy() throws {
    let confident = LinearModel(scale: 20)
    let finding = try #require(try CheckedRun([confident], epsilon: "0.01").finding("saturated-loss"))
    #expect(finding.severity == .error && finding.remedy.contains("margin"))
    let margin = try CheckedRun([confident], attacks: [FGSM(objective: .margin)], epsilon: "0.01")
    #expect(try margin.finding("saturated-loss") == nil)
  }

  @Test func probabilitiesInsteadOfScores() throws {
    let softmax = AlteredClassifier(
      ofScores: .init(value: { scores in
        var scores = scores
        let (rows, columns) = (scores.shape[0], scores.shape[1])
        scores.withUnsafeMutableBuffer { z in
          for row in 0..<rows {
            let range = row * columns..<(row + 1) * columns
            let total = range.reduce(Float(0)) { $0 + exp(z[$1]) }
            for i in range { z[i] = exp(z[i]) / total }
          }
        }
        return scores
      }))
    #expect(try CheckedRun([softmax]).finding("probability-scores")?.severity == .warning)
  }

  /// No attack of ours loses a success: one that does is written into the store.
  @Test func silentSuccess() throws {
    let run = try CheckedRun([LinearModel()])
    let change = "UPDATE record SET flags = flags | 8, success = 0 WHERE image < 20 AND budget = 1"
    let finding = try #require(try run.finding("silent-success", change: change))
    #expect(finding.severity == .error && finding.numbers["lost"] == 7)
  }

  @Test func randomisedModel() throws {
    let calls = Counter()
    let broken = AlteredClassifier(
      ofImages: .init(value: { images in
        var stream = RandomStream(seed: calls.next())
        return images.map { $0 + 0.01 * stream.normal() }
      }))
    let report = try CheckedRun([broken]).report()
    let finding = try #require(report.findings.first { $0.check == "randomised-model" })
    #expect(finding.severity == .error && finding.numbers["differing"] == finding.numbers["images"])
    #expect(report.checks.first { $0.check == "batch-invariance" }?.verdict == .notApplicable)
  }

  @Test func batchDependentModel() throws {
    let broken = AlteredClassifier(
      ofImages: .init(value: { images in
        let mean = images.scalars.reduce(0, +) / Float(images.count)
        return images.map { 4 * ($0 - mean) }
      }))
    #expect(try CheckedRun([broken]).finding("batch-invariance")?.severity == .error)
  }

  /// A threshold has no derivative; a gradient that claims otherwise (the straight-through estimator) is made up.
  @Test func quantisedInput() throws {
    let quantised = AlteredClassifier(ofImages: .init(value: { $0.map { $0 < 0.5 ? 0 : 1 } }))
    #expect(try CheckedRun([quantised]).finding("finite-differences")?.severity == .error)
    let honest = AlteredClassifier(
      ofImages: .init(value: { $0.map { $0 < 0.5 ? 0 : 1 } }, reverse: { $1.map { _ in 0 } }))
    #expect(try CheckedRun([honest]).finding("zero-gradients")?.severity == .error)
  }

  @Test func wrongReverseRule() throws {
    let scaled = AlteredClassifier(ofImages: .init(reverse: { $1.map { 3 * $0 } }))
    #expect(try CheckedRun([scaled]).finding("finite-differences")?.severity == .error)
    let turned = AlteredClassifier(ofImages: .init(reverse: { $1.map { -$0 } }))
    #expect(try CheckedRun([turned]).finding("finite-differences")?.severity == .error)
  }

  /// Images x + sin(φ x) / 400 have right gradients that hold within a fraction of a level only, and wrong ones of the same
  /// scores.
  @Test func curvatureIsNotAWrongGradient() throws {
    let frequency: Float = 8000
    func bent(_ factor: Float) -> AlteredClassifier {
      AlteredClassifier(
        ofImages: .init(
          value: { $0.map { $0 + sin(frequency * $0) / 400 } },
          reverse: { images, gradient in
            let slopes = images.map { 1 + frequency / 400 * cos(frequency * $0) }.scalars
            return Tensor(zip(slopes, gradient.scalars).map { factor * $0 * $1 }, shape: images.shape)
          }))
    }
    let curved = try #require(try CheckedRun([bent(1)]).finding("finite-differences"))
    #expect(curved.severity == .note && curved.title.contains("curved at the scale of a level"))
    for factor: Float in [-1, 0.3, 3] {
      #expect(try CheckedRun([bent(factor)]).finding("finite-differences")?.severity == .error, "\(factor)")
    }
  }

  /// Fresh weights bend scores most: the more iterations of routing, the more.
  @Test(.slow, arguments: [3, 4, 5])
  func randomRoutingHasRightGradients(iterations: Int) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      var configuration = MatrixCapsules.Configuration.small
      configuration.inputShape = [1, 20, 20]
      configuration.channels = 16
      configuration.primaryTypes = 4
      (configuration.firstTypes, configuration.secondTypes) = (8, 8)
      configuration.classCount = 4
      configuration.iterations = iterations
      let capsules = try MatrixCapsules(configuration: configuration, name: "fresh", seed: seed)
      let finding = try CheckedRun([capsules], epsilon: "0.1", count: 16).finding("finite-differences")
      #expect(finding == nil || finding?.severity == .note, "seed \(seed): \(finding?.evidence ?? "")")
      let wrong = AlteredClassifier(base: capsules, ofImages: .init(reverse: { $1.map { -$0 } }))
      let found = try CheckedRun([wrong], epsilon: "0.1", count: 16).finding("finite-differences")
      // With five iterations, scores may bend too much for 32-bit numbers to tell.
      #expect(iterations < 5 ? found?.severity == .error : found != nil, "seed \(seed)")
    }
  }

  @Test func unstablePredictions() throws {
    let chaotic = AlteredClassifier(ofImages: .init(value: { $0.map { sin(20_000 * $0) } }))
    #expect(try CheckedRun([chaotic]).finding("unstable-predictions")?.severity == .error)
  }

  @Test func noiseBeatsAnAttackThatIsStuck() throws {
    let finding = try #require(try CheckedRun([Self.noGradient], count: 1600).finding("random-noise"))
    #expect(finding.severity == .error && finding.numbers["beatenByAttack"] == 0)
    #expect(try #require(finding.numbers["pValue"]) < 0.001)
  }

  @Test func transferBeatsAMaskedGradient() throws {
    let healthy = LinearModel()
    let masked = AlteredClassifier(
      ofImages: .init(reverse: { images, _ in
        let values = images.scalars
        return Tensor(values.indices.map { arbitrarySign(values[$0], $0) }, shape: images.shape)
      }))
    let finding = try #require(try CheckedRun([masked, healthy], epsilon: "0.1", count: 1600).finding("transfer"))
    #expect(finding.severity == .error && finding.title.contains("linear 1"))
    #expect(try CheckedRun([healthy, masked], epsilon: "0.1", count: 1600).finding("transfer") == nil)
  }

  @Test func greyIsBetterThanTheAttack() throws {
    let finding = try #require(try CheckedRun([Self.noGradient]).finding("grey-image"))
    #expect(finding.severity == .warning && finding.numbers["correct"] == 120)
    let iterative = try CheckedRun([Self.noGradient], attacks: [BIM()]).finding("grey-image")
    #expect(iterative?.severity == .error)
  }

  @Test func unboundedAttackFails() throws {
    #expect(try CheckedRun([Self.noGradient]).finding("unbounded-attack")?.severity == .error)
  }

  /// The gradient is right at 8-bit images, and turned round anywhere else: the second step undoes the first.
  @Test func singleStepBeatsIterative() throws {
    let broken = AlteredClassifier(
      ofImages: .init(reverse: { images, gradient in
        let size = images.shape.withoutBatch.count
        let values = images.scalars
        let isOriginal = (0..<images.shape[0]).map { row in
          values[row * size..<(row + 1) * size].allSatisfy { abs($0 * 255 - ($0 * 255).rounded()) < 1e-3 }
        }
        let elements = gradient.scalars
        return Tensor(
          elements.indices.map { isOriginal[$0 / size] ? elements[$0] : -elements[$0] }, shape: images.shape)
      }))
    let both = try CheckedRun([broken], attacks: [FGSM(), BIM()], epsilon: "0.07,0.13")
    let finding = try #require(try both.finding("iterative-attack"))
    #expect(finding.severity == .error && finding.scope.attackIndex == 1)
    let single = try CheckedRun([broken], epsilon: "0.07,0.13", count: 1600)
    #expect(try single.finding("iterative-attack")?.severity == .error)
  }

  /// Class 0 where s (s + 1) > 0: a step of the right length makes s negative, a longer one passes −1.
  private static func overshooting() -> AlteredClassifier {
    let signs = (0..<64).map { Float($0 % 2 == 0 ? 1 : -1) * 10 / 64 }
    let base = LinearModel(weights: [signs, signs.map { _ in 0 }], bias: [1, 0])
    return AlteredClassifier(
      base: base,
      ofScores: .init(
        value: { scores in
          let s = scores.scalars
          return Tensor(s.indices.map { $0 % 2 == 0 ? s[$0] * (s[$0] + 1) : 0 }, shape: scores.shape)
        },
        reverse: { scores, gradient in
          let (s, g) = (scores.scalars, gradient.scalars)
          return Tensor(s.indices.map { $0 % 2 == 0 ? g[$0] * (2 * s[$0] + 1) : 0 }, shape: scores.shape)
        }))
  }

  @Test func successFallsWithEpsilon() throws {
    let raw = try CheckedRun([Self.overshooting()], epsilon: "0.15,0.4", rawCurves: true)
    let finding = try #require(try raw.finding("monotone-success"))
    #expect(finding.severity == .warning && finding.scope.budgetIndex == 1)
    #expect(try #require(finding.numbers["onlyWithSmaller"]) > 60)
    // Without raw curves the sample is attacked anew at each ε.
    let sampled = try CheckedRun([Self.overshooting()], epsilon: "0.15,0.4").finding("monotone-success")
    #expect(sampled?.numbers["images"] == 16)
  }

  @Test func tooFewSteps() throws {
    let short = try CheckedRun([LinearModel()], attacks: [BIM(steps: 2)], epsilon: "0.1", count: 1600)
    let more = try #require(try short.finding("more-steps"))
    #expect(more.remedy.contains("steps: 4"))
    #expect(try #require(more.numbers["beatenByMore"]) >= 6)
    #expect(try short.finding("unfinished-ascent")?.severity == .warning)
  }

  @Test func squareAttackBeatsMaskedGradients() throws {
    #expect(try CheckedRun([Self.noGradient]).finding("square-attack")?.severity == .error)
  }

  @Test func plantedAdversaryIsMissed() throws {
    let finding = try #require(try CheckedRun([Self.noGradient]).finding("planted-adversary"))
    #expect(finding.severity == .error && finding.numbers["missed"] == finding.numbers["images"])
  }

  /// A different number at each call.
  private final class Counter: Sendable {
    private let value = Mutex<UInt64>(0)
    func next() -> UInt64 {
      value.withLock {
        $0 += 1
        return $0
      }
    }
  }
}
