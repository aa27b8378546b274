public import Comparison
import Diagnostics
public import Foundation
import Statistics

/// The outcome of a check as SARIF 2.1.0 (OASIS 2020), which code hosts show beside the baseline's lines.
public enum SARIFReport {
  private enum Rule: String, CaseIterable {
    case regression = "robustness-regression"
    case tooLow = "robustness-too-low"
    case inconclusive = "robustness-inconclusive"
    case untrustworthy = "evaluation-not-trustworthy"

    var summary: String {
      switch self {
      case .regression: "The model withstands an attack less often than the baseline."
      case .tooLow: "The model is right less often than \(Setting.floors) requires."
      case .inconclusive: "There are too few images to tell whether the model withstands an attack often enough."
      case .untrustworthy: "The evaluation itself is in doubt, so that its numbers decide nothing."
      }
    }

    var help: String {
      switch self {
      case .regression: "Train the model again, or accept the change with `\(Action.makeBaseline)`."
      case .tooLow: "Train the model again, or require less of it."
      case .inconclusive:
        "Allow the \(Setting.maxDrop) that the images can decide, or attack more images in baseline and run."
      case .untrustworthy: "Follow the remedy of each finding of the run's report, and sweep again."
      }
    }

    var level: String { self == .inconclusive ? "warning" : "error" }
  }

  /// Where code hosts look for what a result is about.
  public struct Place: Sendable {
    /// The baseline's path from the top of the repository, or an absolute one if it is in none.
    public var path: String
    public var isInRepository: Bool
    /// Where each group stands in it.
    public var lines: [Outcomes.Key: Int]

    public init(path: String, isInRepository: Bool, lines: [Outcomes.Key: Int]) {
      self.path = path
      self.isInRepository = isInRepository
      self.lines = lines
    }
  }

  /// - Parameter place: the baseline that was read, if there was one.
  /// - Throws: what `JSONSerialization` throws.
  public static func data(_ check: Gate, place: Place?, toolVersion: String) throws -> Data {
    let names = OutcomeNames(check)
    var results = check.doubts.map { result(.untrustworthy, $0, place, nil, about: "trust: \($0)") }
    for group in check.groups(.regression) + check.groups(.inconclusive) {
      var result = result(
        group.verdict == .regression ? .regression : .inconclusive,
        "\(names.title(group.key)): \(group.sentence(check.options))", place, group.key, about: group.key.words)
      result["properties"] = properties(group)
      results.append(result)
    }
    for floor in check.floors(.regression) + check.floors(.inconclusive) {
      results.append(
        result(
          floor.verdict == .regression ? .tooLow : .inconclusive,
          "\(names.title(floor.key)): \(floor.sentence(check.options))", place, floor.baselineKey,
          about: "\(Setting.floors.set(to: floor.floor.text)): \(floor.key.words)"))
    }
    let driver: [String: Any] = [
      "name": "robust", "semanticVersion": toolVersion,
      "rules": Rule.allCases.map { rule in
        [
          "id": rule.rawValue, "shortDescription": ["text": rule.summary], "help": ["text": rule.help],
          "defaultConfiguration": ["level": rule.level],
        ] as [String: Any]
      },
    ]
    let run: [String: Any] = [
      "tool": ["driver": driver], "results": results, "columnKind": "unicodeCodePoints",
      "invocations": [["executionSuccessful": true, "exitCode": Int(check.verdict.exitCode)] as [String: Any]],
      "originalUriBaseIds": [base: ["description": ["text": "The top of the repository."]]],
    ]
    let log: [String: Any] = [
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run],
    ]
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return try JSONSerialization.data(withJSONObject: log, options: options) + Data("\n".utf8)
  }

  /// What code hosts call the top of a repository.
  private static let base = "%SRCROOT%"

  private static func result(
    _ rule: Rule, _ message: String, _ place: Place?, _ key: Outcomes.Key?, about: String
  ) -> [String: Any] {
    var result: [String: Any] = [
      "ruleId": rule.rawValue, "ruleIndex": Rule.allCases.firstIndex(of: rule)!, "level": rule.level,
      "message": ["text": message],
      // The same from run to run, so that a code host knows a result again.
      "partialFingerprints": ["robustGroup/v1": "\(rule.rawValue): \(about)"],
    ]
    guard let place else { return result }
    // A colon in the first part of a relative address would end its scheme.
    let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: ":"))
    let path = place.path.addingPercentEncoding(withAllowedCharacters: allowed) ?? place.path
    let file: [String: Any] =
      place.isInRepository ? ["uri": path, "uriBaseId": base] : ["uri": "file://\(path)"]
    let line = key.flatMap { place.lines[$0] } ?? 1
    result["locations"] = [["physicalLocation": ["artifactLocation": file, "region": ["startLine": line]]]]
    return result
  }

  private static func properties(_ group: Gate.Group) -> [String: Any] {
    [
      "correctBefore": group.pairs.first, "correctNow": group.pairs.second, "count": group.pairs.count,
      "lost": group.pairs.onlyFirst, "gained": group.pairs.onlySecond, "adjustedPValue": group.adjustedPValue,
    ]
  }
}
