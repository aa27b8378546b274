import Attacks
import Comparison
import Diagnostics
import Files
import Foundation
import Runs
import Statistics
import TestSupport
import Testing

@Suite struct GateTests {
  private func check(
    _ before: OutcomeSample, _ now: OutcomeSample, maxDrop: Double = 0.01, requiresChecks: Bool = false,
    available: Int? = nil
  ) throws -> Gate {
    let folder = try TemporaryFolder()
    return try Gate(
      of: now.store(in: folder), against: before.baseline(in: folder),
      options: .init(maxDrop: maxDrop, requiresChecks: requiresChecks), available: { available })
  }

  /// 1,000 images, of which 200 are beaten before; then `beaten` are.
  @Test(arguments: [
    (200, Gate.Verdict.pass), (190, .pass), (203, .pass), (206, .inconclusive), (215, .inconclusive),
    (240, .regression),
  ])
  func verdictFollowsTheDrop(beaten: Int, verdict: Gate.Verdict) throws {
    var now = OutcomeSample(count: 1000, beaten: beaten)
    now.sha256 = "other"
    now.change = { $0.limit = 1000 }
    let check = try check(OutcomeSample(count: 1000, beaten: 200), now, available: 1_000_000)
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
    other.change = { $0.limit = 10 }
    let check = try check(sample, other, available: 268)
    #expect(check.verdict == .inconclusive && check.imagesToDecide == 268)
    // Never more than there are, and none if nobody knows.
    #expect(try self.check(sample, other, available: 267).imagesToDecide == nil)
    #expect(try self.check(sample, other).imagesToDecide == nil)
    other.change = { $0.limit = 11 }
    #expect(try self.check(sample, other, available: 268).imagesToDecide == nil)
  }

  /// The limit that it names is one that decides, and no smaller one of two digits does.
  @Test(arguments: [(1000, 206), (1000, 215), (200, 41), (60, 12), (20, 5), (5, 2)])
  func whatTheImagesCanDecideIsNamed(count: Int, beaten: Int) throws {
    let before = OutcomeSample(count: count, beaten: count / 5)
    var now = OutcomeSample(count: count, beaten: beaten)
    now.sha256 = "other"
    let check = try check(before, now)
    #expect(check.verdict == .inconclusive)
    let drop = try #require(check.decidableDrop)
    #expect(drop > 0.01 && drop < 1)
    #expect(try self.check(before, now, maxDrop: drop).verdict == .pass)
    #expect(try self.check(before, now, maxDrop: drop * 0.9).verdict == .inconclusive)
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
    let found = TrustCheckResult(check: "zero-gradients", claim: "none is zero", verdict: .found)
    now.report = TrustReport(checks: [found], findings: [finding(.warning)])
    #expect(try check(before, now).verdict == .pass)
    now.report = TrustReport(checks: [found], findings: [finding(.error)])
    let check = try check(before, now)
    #expect(check.verdict == .untrustworthy)
    #expect(check.doubts.count == 1 && check.doubts[0].hasPrefix("zero-gradients (cnn, fgsm()): no gradient. 9 of"))
  }

  /// One check is not all of them, and what is missing is named.
  @Test func checksCanBeRequired() throws {
    var sample = OutcomeSample(count: 10, beaten: 4)
    let names = TrustCheckSelection.default.names
    #expect(try check(sample, sample, requiresChecks: true).verdict == .untrustworthy)
    #expect(try check(sample, sample).notes.contains { $0.contains("without trust checks") })
    let all = names.map { TrustCheckResult(check: $0, claim: "all is well", verdict: .passed) }
    for left in [1, names.count / 2, names.count - 1] {
      sample.report = TrustReport(checks: Array(all.prefix(left)))
      let check = try check(sample, sample, requiresChecks: true)
      #expect(check.verdict == .untrustworthy && check.doubts.count == 1)
      #expect(names.dropFirst(left).allSatisfy { check.doubts[0].contains($0) })
      let remedy = #"options: RunOptions(checks: TrustCheckSelection(parsing: "default")))`."#
      #expect(
        check.doubts[0].contains("`Sweep.report(into: ") && check.doubts[0].hasSuffix(remedy), "\(check.doubts[0])")
    }
    sample.report = TrustReport(checks: all)
    #expect(try check(sample, sample, requiresChecks: true).verdict == .pass)
  }

  /// A run that was stopped between its records and its checks is no run to compare, nor to make a baseline of.
  @Test func aRunWithoutTheChecksItWasAskedForIsRefused() throws {
    let folder = try TemporaryFolder()
    let baseline = try OutcomeSample(count: 10, beaten: 4).baseline(in: folder)
    func refusal(_ change: (inout OutcomeSample) -> Void) throws -> InputError? {
      var sample = OutcomeSample(count: 10, beaten: 4)
      change(&sample)
      let store = try sample.store(in: folder)
      #expect(throws: InputError.self) { try Baseline(of: store) }
      do {
        _ = try Gate(of: store, against: baseline, options: .init())
        return nil
      } catch let error as InputError {
        return error
      }
    }
    let stopped = try #require(try refusal { $0.isChecked = false })
    #expect(stopped.kind == .file && stopped.problem.contains("stopped before its trust checks"))
    #expect(stopped.remedy.contains("`Sweep.report(into: "))
    let one = TrustReport(checks: [.init(check: "zero-gradients", claim: "none is zero", verdict: .passed)])
    let lacking = try #require(
      try refusal {
        $0.checks = .default
        $0.report = one
      })
    #expect(lacking.problem.contains("non-finite") && !lacking.problem.contains("zero-gradients"))
    // A check that says it found something, and nothing that it found.
    let lost = try #require(
      try refusal {
        $0.report = TrustReport(checks: [.init(check: "zero-gradients", claim: "none is zero", verdict: .found)])
      })
    #expect(lost.problem.contains("its findings are not those"))
  }

  /// What the records say counts, whoever left out the checks.
  @Test(arguments: [
    (RecordFlags.nonFiniteScore, 1, "non-finite"), (.nonFiniteGradient, 60, "non-finite"),
    (.zeroGradient, 60, "zero-gradients"), (.silentSuccess, 1, "silent-success"),
  ])
  func flaggedRecordsAreDoubts(flag: RecordFlags, images: Int, check name: String) throws {
    let before = OutcomeSample(count: 100, beaten: 4)
    var now = before
    for index in 40..<40 + images { now.flags[index] = flag }
    let check = try check(before, now)
    #expect(check.verdict == .untrustworthy && check.doubts.count == 1)
    #expect(check.doubts[0].hasPrefix("\(name) (cnn, fgsm(), untargeted, ε = 8/255): in \(images) of"))
    // As they are to whoever makes a baseline of it.
    let folder = try TemporaryFolder()
    #expect(try Gate.doubts(of: now.store(in: folder)) == check.doubts)
    // A check that was made has judged them.
    now.report = TrustReport(checks: [.init(check: name, claim: "all is well", verdict: .passed)])
    #expect(try self.check(before, now).verdict == .pass)
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
    #expect(check.notes.contains("2 images of the run are not in the baseline and were left out."))
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
    #expect(throws: InputError.self) { try Gate.Options(maxDrop: maxDrop, alpha: alpha) }
  }

  /// Every level and limit that is accepted is answered, with numbers that are numbers.
  @Test func extremeOptionsAreAnswered() throws {
    let folder = try TemporaryFolder()
    let baseline = try OutcomeSample(count: 20, beaten: 4).baseline(in: folder)
    var now = OutcomeSample(count: 20, beaten: 7)
    now.sha256 = "other"
    let store = try now.store(in: folder)
    for alpha in [Double.leastNonzeroMagnitude, 1e-300, 1e-17, 1e-9, 0.05, 0.499999, 0.4999999999999999] {
      for maxDrop in [0, -0.0, Double.leastNonzeroMagnitude, 1e-300, 1e-17, 0.01, 0.5, 0.9999999999, 1.0.nextDown] {
        for accuracy in [0, Double.leastNonzeroMagnitude, 0.3, 1.0.nextDown, 1] {
          let options = try Gate.Options(
            maxDrop: maxDrop, alpha: alpha, floors: [AccuracyFloor(parsing: "\(accuracy)@8/255")])
          let check = try Gate(of: store, against: baseline, options: options)
          for group in check.groups {
            let numbers = [group.regressionPValue, group.adjustedPValue, group.passPValue]
            #expect(numbers.allSatisfy { (0...1).contains($0) }, "\(alpha) \(maxDrop)")
            #expect((-1...1).contains(group.interval.lowerBound) && (-1...1).contains(group.interval.upperBound))
            #expect(group.decidableDrop.map { $0 > 0 && $0 < 1 } ?? true)
          }
          for floor in check.floors {
            let numbers = [floor.regressionPValue, floor.adjustedPValue, floor.passPValue, floor.interval.lowerBound]
            #expect(numbers.allSatisfy { (0...1).contains($0) } && floor.interval.upperBound <= 1)
          }
        }
      }
    }
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
