import Evaluation
import Files
import Foundation
import TestSupport
import Testing

@Suite struct RegressionCheckTests {
  private func check(
    _ before: OutcomeSample, _ now: OutcomeSample, maxDrop: Double = 0.01, requiresChecks: Bool = false
  ) throws -> RegressionCheck {
    let folder = try TemporaryFolder()
    return try RegressionCheck(
      of: now.store(in: folder), against: before.baseline(in: folder),
      options: .init(maxDrop: maxDrop, requiresChecks: requiresChecks))
  }

  /// 1,000 images, of which 200 are beaten before; then `beaten` are.
  @Test(arguments: [
    (200, RegressionCheck.Verdict.pass), (190, .pass), (203, .pass), (206, .inconclusive), (215, .inconclusive),
    (240, .regression),
  ])
  func verdictFollowsTheDrop(beaten: Int, verdict: RegressionCheck.Verdict) throws {
    var now = OutcomeSample(count: 1000, beaten: beaten)
    now.sha256 = "other"
    let check = try check(OutcomeSample(count: 1000, beaten: 200), now)
    #expect(check.verdict == verdict)
    let group = try #require(check.groups.last)
    #expect(group.key.words == "cnn under fgsm(), untargeted, ε = 8/255")
    #expect(abs(group.drop - Double(beaten - 200) / 1000) < 1e-12)
    #expect(group.lost == (beaten > 200 ? (201...beaten).map { 3 * $0 } : []))
    #expect((check.imagesToDecide != nil) == (verdict == .inconclusive))
    if verdict == .inconclusive { #expect(try #require(check.imagesToDecide) > 1000) }
    // The interval tells the same as the tests.
    #expect((group.interval.upperBound < 0.01) == (group.passPValue < 0.05))
  }

  /// The drop of 0.04 in 1,000 pairs: McNemar's one-sided 2⁻⁴⁰, Tango's larger; both groups count for Holm.
  @Test func pValuesAreTheLargerOfTwoAndAdjusted() throws {
    let check = try check(OutcomeSample(count: 1000, beaten: 200), OutcomeSample(count: 1000, beaten: 240))
    let group = try #require(check.groups.last)
    #expect(abs(group.mcNemar.pValueFirstLarger - 0x1p-40) < 1e-20)
    let tango = TangoScore(PairedProportions(both: 760, onlyFirst: 40, neither: 200)).pValue(above: 0.01)
    #expect(group.regressionPValue == tango && tango > 0x1p-40)
    #expect(group.adjustedPValue == 2 * tango)
    // Three images lost of ten: Tango's test alone would call it, the exact one does not.
    let few = try self.check(OutcomeSample(count: 10, beaten: 0), OutcomeSample(count: 10, beaten: 3))
    #expect(few.groups.last?.regressionPValue == 0.125)
  }

  @Test func anUnchangedModelPassesHoweverFewTheImages() throws {
    let sample = OutcomeSample(count: 10, beaten: 4)
    #expect(try check(sample, sample).verdict == .pass)
    var other = sample
    other.sha256 = "other"
    // 268 images without any change would prove a drop below 1%: z² (1 − 0.01) / 0.01.
    let check = try check(sample, other)
    #expect(check.verdict == .inconclusive && check.imagesToDecide == 268)
  }

  @Test func noDropAtAllIsAllowed() throws {
    let before = OutcomeSample(count: 100, beaten: 20)
    var now = OutcomeSample(count: 100, beaten: 20)
    now.sha256 = "other"
    #expect(try check(before, now, maxDrop: 0).verdict == .pass)
    now = OutcomeSample(count: 100, beaten: 22)
    #expect(try check(before, now, maxDrop: 0).verdict == .inconclusive)
    now = OutcomeSample(count: 100, beaten: 40)
    #expect(try check(before, now, maxDrop: 0).verdict == .regression)
  }

  @Test func aLossOnCleanImagesIsARegression() throws {
    var now = OutcomeSample(count: 1000, beaten: 200)
    for index in 0..<100 { now.clean[index] = false }
    let check = try check(OutcomeSample(count: 1000, beaten: 200), now)
    #expect(check.groups(.regression).map(\.key.words) == ["cnn, clean"])
  }

  @Test func errorsMakeItUntrustworthyAndWarningsDoNot() throws {
    let finding = { (severity: Finding.Severity) in
      Finding(
        check: "zero-gradients", severity: severity, title: "no gradient", evidence: "9 of 10 are zero.",
        remedy: "use another objective", scope: .init(model: 0, attack: 0))
    }
    let before = OutcomeSample(count: 10, beaten: 4)
    var now = before
    now.report = CheckReport(findings: [finding(.warning)])
    #expect(try check(before, now).verdict == .pass)
    now.report = CheckReport(findings: [finding(.error)])
    let check = try check(before, now)
    #expect(check.verdict == .untrustworthy)
    #expect(check.doubts.count == 1 && check.doubts[0].hasPrefix("zero-gradients (cnn, fgsm()): no gradient. 9 of"))
  }

  @Test func checksCanBeRequired() throws {
    var sample = OutcomeSample(count: 10, beaten: 4)
    #expect(try check(sample, sample, requiresChecks: true).verdict == .untrustworthy)
    sample.report = CheckReport(checks: [.init(check: "zero-gradients", claim: "no gradient is zero", verdict: .passed)]
    )
    #expect(try check(sample, sample, requiresChecks: true).verdict == .pass)
  }

  /// What differs is named, and only models and additions may.
  @Test func otherDataOrAttacksAreRefused() throws {
    let before = OutcomeSample(count: 10, beaten: 4)
    func refusal(_ change: (inout OutcomeSample) -> Void) throws -> String {
      var now = before
      change(&now)
      do {
        _ = try check(before, now)
        return "accepted"
      } catch let error as InputError {
        #expect(error.kind == .file)
        return error.problem
      }
    }
    #expect(try refusal { $0.seed = 2 }.contains("seed: 1 in the baseline, 2 in the run"))
    #expect(try refusal { $0.attack = "bim" }.contains("the run lacks fgsm()"))
    #expect(try refusal { $0.epsilon = .init(text: "0.1", value: 0.1) }.contains("the run lacks 8/255"))
    #expect(try refusal { $0.ids[4] = 1000 }.contains("1 of the baseline's 10 images are not in the run: 15"))
    // A single model is paired whatever it is called, and however its ε was written.
    #expect(try refusal { $0.model = "new" } == "accepted")
    #expect(try refusal { $0.epsilon.text = "0.03137255" } == "accepted")
  }

  @Test func moreImagesThanTheBaselinesAreLeftOut() throws {
    let before = OutcomeSample(count: 10, beaten: 4)
    var now = OutcomeSample(count: 12, beaten: 4)
    now.sha256 = "aa"
    let check = try check(before, now)
    #expect(check.verdict == .pass && check.groups.allSatisfy { $0.pairs.count == 10 })
    #expect(check.notes == ["2 images of the run are not in the baseline and were left out."])
  }

  @Test func anIncompleteRunIsRefused() throws {
    let folder = try TemporaryFolder()
    var sample = OutcomeSample(count: 10, beaten: 4)
    let configuration = sample.configuration
    sample.ids.removeLast()
    sample.clean.removeLast()
    let url = URL(filePath: folder("partial.sqlite"))
    let store = try RunStore.create(at: url, configuration: configuration)
    try store.append(try sample.store(in: folder).records())
    #expect(throws: InputError.self) { try Baseline(of: store) }
  }

  @Test(arguments: [(-0.1, 0.05), (1.0, 0.05), (0.01, 0.0), (0.01, 0.5), (.nan, 0.05)])
  func impossibleOptionsAreRefused(maxDrop: Double, alpha: Double) {
    #expect(throws: InputError.self) { try RegressionCheck.Options(maxDrop: maxDrop, alpha: alpha) }
  }

  /// Runs of the same model on fresh images are called a regression in at most α of the cases.
  @Test func falseAlarmsAreRare() throws {
    var state: UInt64 = 2_463_534_242
    func uniform() -> Double {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Double(state >> 11) * 0x1p-53
    }
    var alarms = 0
    for _ in 0..<2000 {
      // A true drop of exactly the allowed 0.05 on 200 images with 15% discordant ones.
      var pairs = PairedProportions()
      for _ in 0..<200 {
        let draw = uniform()
        pairs.add(first: draw < 0.1, second: draw >= 0.1 && draw < 0.15)
      }
      let pValue = max(TangoScore(pairs).pValue(above: 0.05), McNemarTest(pairs).pValueFirstLarger)
      if pValue <= 0.05 { alarms += 1 }
    }
    // 100 expected at most; four standard deviations above are 139.
    #expect(alarms < 139 && alarms > 0)
  }
}
