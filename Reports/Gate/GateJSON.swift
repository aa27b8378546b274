import Attacks
public import Comparison
import Files
public import Foundation
import Runs
import Statistics

/// The outcome of a check for programs; `docs/ci.md` documents its fields.
public enum GateJSON {
  private struct File: Encodable {
    var alpha: Double
    var decidableMaxDrop: Double?
    var doubts: [String]
    var exitCode: Int32
    var floors: [Floor]
    var groups: [Group]
    var imagesToDecide: Int?
    var maxDrop: Double
    var notes: [String]
    var schemaVersion: Int
    var verdict: Gate.Verdict
  }

  private struct Group: Encodable {
    var attack: String?
    var goal: TargetChoice?
    var epsilon: Float?
    var epsilonText: String?
    var model: String
    var count: Int
    var correctBefore: Int
    var correctNow: Int
    var drop: Double
    var dropLower: Double
    var dropUpper: Double
    var lost: [Int]
    var gained: [Int]
    var mcNemar: McNemarTest
    var cohensG: Double?
    var oddsRatio: Double?
    var regressionPValue: Double
    var adjustedPValue: Double
    var passPValue: Double
    var imagesToDecide: Int?
    var decidableMaxDrop: Double?
    var verdict: Gate.Verdict

    init(_ group: Gate.Group) {
      attack = group.key.attack
      goal = group.key.goal
      epsilon = group.key.budget?.value
      epsilonText = group.key.budget?.text
      model = group.key.model
      count = group.pairs.count
      correctBefore = group.pairs.first
      correctNow = group.pairs.second
      drop = group.drop
      dropLower = group.interval.lowerBound
      dropUpper = group.interval.upperBound
      lost = group.lost
      gained = group.gained
      mcNemar = group.mcNemar
      cohensG = group.pairs.cohensG
      oddsRatio = group.pairs.oddsRatio
      regressionPValue = group.regressionPValue
      adjustedPValue = group.adjustedPValue
      passPValue = group.passPValue
      imagesToDecide = group.imagesToDecide
      decidableMaxDrop = group.decidableDrop
      verdict = group.verdict
    }
  }

  private struct Floor: Encodable {
    var attack: String?
    var goal: TargetChoice?
    var epsilon: Float?
    var epsilonText: String?
    var model: String
    var count: Int
    var correct: Int
    var required: Double
    var accuracyLower: Double
    var accuracyUpper: Double
    var regressionPValue: Double
    var adjustedPValue: Double
    var passPValue: Double
    var imagesToDecide: Int?
    var decidableAccuracy: Double?
    var verdict: Gate.Verdict

    init(_ floor: Gate.Floor) {
      attack = floor.key.attack
      goal = floor.key.goal
      epsilon = floor.key.budget?.value
      epsilonText = floor.key.budget?.text
      model = floor.key.model
      count = floor.count
      correct = floor.correct
      required = floor.floor.accuracy
      accuracyLower = floor.interval.lowerBound
      accuracyUpper = floor.interval.upperBound
      regressionPValue = floor.regressionPValue
      adjustedPValue = floor.adjustedPValue
      passPValue = floor.passPValue
      imagesToDecide = floor.imagesToDecide
      decidableAccuracy = floor.verdict == .inconclusive ? floor.decidableAccuracy : nil
      verdict = floor.verdict
    }
  }

  /// - Throws: what `JSONEncoder` throws, if a number is not finite.
  public static func data(_ check: Gate) throws -> Data {
    let file = File(
      alpha: check.options.alpha, decidableMaxDrop: check.decidableDrop, doubts: check.doubts,
      exitCode: check.verdict.exitCode, floors: check.floors.map(Floor.init),
      groups: check.groups.map(Group.init), imagesToDecide: check.imagesToDecide, maxDrop: check.options.maxDrop,
      notes: check.notes, schemaVersion: 1, verdict: check.verdict)
    return try JSONEncoder.readable.encode(file) + Data("\n".utf8)
  }
}

extension Gate.Verdict {
  /// How a command with this verdict ends: apart from what a shell, a crash or `InputError` gives.
  public var exitCode: Int32 {
    switch self {
    case .pass: 0
    case .regression: 10
    case .inconclusive: 11
    case .untrustworthy: 12
    }
  }
}
