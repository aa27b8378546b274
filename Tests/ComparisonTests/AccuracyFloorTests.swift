import Comparison
import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite struct AccuracyFloorTests {
  private func check(_ run: OutcomeSample, _ floors: String..., withBaseline: Bool = false) throws -> Gate {
    let folder = try TemporaryFolder()
    return try Gate(
      of: run.store(in: folder), against: withBaseline ? run.baseline(in: folder) : nil,
      options: .init(floors: floors.map { try AccuracyFloor(parsing: $0) }))
  }

  /// Of 100 images `right` are right under attack. The bounds of Wilson's 90% interval, by the formula in Python: of 80 right
  /// 0.7267 and 0.8575, of 50 0.4188 and 0.5812.
  @Test(arguments: [
    (80, "0.72@8/255", Gate.Verdict.pass), (80, "0.726@8/255", .pass), (80, "0.727@8/255", .inconclusive),
    (80, "0.857@8/255", .inconclusive), (50, "0.5@8/255", .inconclusive), (50, "0.418@0.03137255", .pass),
    (50, "0.62@8/255", .regression), (100, "0.97@8/255", .pass), (100, "0.99@8/255", .inconclusive),
    (100, "1@8/255", .pass), (99, "1@8/255", .regression), (0, "0@8/255", .pass), (0, "0.5@8/255", .regression),
  ])
  func verdictFollowsTheInterval(right: Int, floor: String, verdict: Gate.Verdict) throws {
    let check = try check(OutcomeSample(count: 100, beaten: 100 - right), floor)
    #expect(check.verdict == verdict && check.groups.isEmpty && check.floors.count == 1)
    let result = check.floors[0]
    #expect(result.correct == right && result.count == 100 && result.key.words.contains("fgsm(), untargeted"))
    if right == 80 {
      #expect(abs(result.interval.lowerBound - 0.7267) < 5e-5 && abs(result.interval.upperBound - 0.8575) < 5e-5)
    }
    if right == 50 {
      #expect(abs(result.interval.lowerBound - 0.4188) < 5e-5 && abs(result.interval.upperBound - 0.5812) < 5e-5)
    }
    // What it says these images can prove, they prove.
    if verdict == .inconclusive {
      let accuracy = try #require(result.decidableAccuracy)
      #expect(
        try self.check(OutcomeSample(count: 100, beaten: 100 - right), result.floor.text(for: accuracy)).verdict
          == .pass)
    }
  }

  @Test func withoutAnEpsilonItIsAboutImagesBeforeAnyAttack() throws {
    var run = OutcomeSample(count: 100, beaten: 100)
    for index in 0..<20 { run.clean[index] = false }
    let check = try check(run, "0.6", "0.6@0", "0.95", withBaseline: true)
    #expect(check.floors.map(\.key.words) == ["cnn, clean", "cnn, clean", "cnn, clean"])
    #expect(check.floors.map(\.verdict) == [.pass, .pass, .regression])
    #expect(check.groups.count == 2 && check.groups.allSatisfy { $0.verdict == .pass } && check.verdict == .regression)
  }

  /// Both kinds of comparison are one family: the p-value of the floor counts three times here.
  @Test func floorsCountForHolm() throws {
    let check = try check(OutcomeSample(count: 100, beaten: 45), "0.66@8/255", withBaseline: true)
    let floor = try #require(check.floors.first)
    #expect(abs(floor.adjustedPValue - 3 * floor.regressionPValue) < 1e-12 && floor.regressionPValue < 0.02)
  }

  @Test(arguments: [
    "", "@", "0.5@", "@8/255", "half", "50%", "-0.1", "1.1", "nan", "inf", "-inf", "1e400", "0.5@-1",
    "0.5@nan",
    "0.5@0.1,0.2", "0.5@0:1:3", "0.5@8/0", "0.5@8/255@2",
  ])
  func whatHasNoMeaningIsRefused(text: String) {
    #expect {
      try AccuracyFloor(parsing: text)
    } throws: { error in
      (error as? InputError)?.kind == .usage && "\(error)".hasPrefix("floors “")
    }
  }

  @Test func anEpsilonThatTheRunLacksIsNamed() throws {
    do {
      _ = try check(OutcomeSample(count: 10, beaten: 2), "0.5@4/255")
      Issue.record("accepted")
    } catch let error as InputError {
      #expect(error.kind == .file && error.problem.contains("ε = 4/255"))
      #expect(error.remedy.contains("budgets: 0,8/255,4/255"))
    }
  }
}
