import Attacks
import Models
import RunSamples
import Runs
import Tensors
import TestSupport
import Testing
import TrustChecks

/// Trust checks keep to the norm of the run.
struct NormCheckTests {
  /// ε of a norm on 144 pixels that beats some images of a linear model.
  private static let epsilons = ["linf": "0,4/255,0.1", "l2": "0,0.2,0.6", "l1": "0,1,4", "l0": "0,2,6"]

  @Test(
    "A healthy model raises no alarm in any norm, by iterative attacks, one step or noise",
    arguments: NormCatalog.all.indices)
  func noFalseAlarms(index: Int) throws {
    let norm = NormCatalog.all[index]
    let model = SweepModel("linear", shape: [1, 12, 12], classes: 4, chunkSize: 8, seed: 5)
    let run = try CheckedRun(
      [model], attacks: [FGSM(), PGD(steps: 10), UniformNoise(samples: 2)],
      epsilon: Self.epsilons[norm.name] ?? norm.sampleBudgets(of: model.inputShape), norm: norm)
    let report = try run.report(.all)
    let alarms = report.findings.filter { $0.severity == .error }
    #expect(alarms.isEmpty, "\(report.findings.map(\.title))")
    let square = try #require(report.checks.first { $0.check == "square-attack" })
    #expect((square.verdict == .notApplicable) == (norm.name != "linf"))
  }

  /// ±ε in every pixel is √16 times as large in L2, and beats what no attack of that size can.
  @Test("Noise is of the size of the attack, in its norm")
  func noiseOfTheNorm() throws {
    let model = SweepModel("linear", shape: [1, 4, 4], classes: 4, chunkSize: 8, seed: 5)
    let run = try CheckedRun([model], attacks: [BIM(steps: 10)], epsilon: "0,0.3", count: 400, norm: L2())
    #expect(try run.finding("random-noise") == nil)
    #expect(try run.finding("planted-adversary") == nil)
  }
}
