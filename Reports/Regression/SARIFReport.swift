public import Evaluation
public import Foundation

/// The outcome of a check as SARIF 2.1.0 (OASIS 2020), which code hosts show beside the baseline's lines.
public enum SARIFReport {
  private enum Rule: String, CaseIterable {
    case regression = "robustness-regression"
    case inconclusive = "robustness-inconclusive"
    case untrustworthy = "evaluation-not-trustworthy"

    var summary: String {
      switch self {
      case .regression: "The model withstands an attack less often than the baseline."
      case .inconclusive: "There are too few images to tell whether the model withstands an attack less often."
      case .untrustworthy: "The evaluation itself is in doubt, so that its numbers decide nothing."
      }
    }

    var help: String {
      switch self {
      case .regression: "Train the model again, or accept the change with `robust baseline`."
      case .inconclusive: "Attack more images in both the baseline and the run, or allow a larger --max-drop."
      case .untrustworthy: "Follow the remedy of each finding of the run's report, and sweep again."
      }
    }

    var level: String { self == .inconclusive ? "warning" : "error" }
  }

  /// - Parameters:
  ///   - baseline: the path of the baseline, relative to the repository.
  ///   - lines: where each group stands in it.
  /// - Throws: what `JSONSerialization` throws.
  public static func data(
    _ check: RegressionCheck, baseline: String, lines: [Outcomes.Key: Int], toolVersion: String
  ) throws -> Data {
    let names = CheckNames(check)
    let results =
      check.doubts.map { result(.untrustworthy, $0, baseline, line: 1, about: "trust: \($0)") }
      + (check.groups(.regression) + check.groups(.inconclusive)).map { group in
        var result = result(
          group.verdict == .regression ? .regression : .inconclusive,
          "\(names.title(group.key)): \(group.sentence(check.options))", baseline, line: lines[group.key] ?? 1,
          about: group.key.words)
        result["properties"] = properties(group)
        return result
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
    ]
    let log: [String: Any] = [
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run],
    ]
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return try JSONSerialization.data(withJSONObject: log, options: options) + Data("\n".utf8)
  }

  private static func result(
    _ rule: Rule, _ message: String, _ baseline: String, line: Int, about: String
  ) -> [String: Any] {
    let address = baseline.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? baseline
    let place: [String: Any] = ["artifactLocation": ["uri": address], "region": ["startLine": line]]
    return [
      "ruleId": rule.rawValue, "ruleIndex": Rule.allCases.firstIndex(of: rule)!, "level": rule.level,
      "message": ["text": message], "locations": [["physicalLocation": place]],
      // The same from run to run, so that a code host knows a result again.
      "partialFingerprints": ["robustGroup/v1": "\(rule.rawValue): \(about)"],
    ]
  }

  private static func properties(_ group: RegressionCheck.Group) -> [String: Any] {
    [
      "correctBefore": group.pairs.first, "correctNow": group.pairs.second, "count": group.pairs.count,
      "lost": group.pairs.onlyFirst, "gained": group.pairs.onlySecond, "adjustedPValue": group.adjustedPValue,
    ]
  }
}
