public import Comparison

/// The outcome of a check as workflow commands, which GitHub Actions shows beside the lines of the baseline.
public enum GitHubAnnotations {
  /// GitHub shows no more of each kind for a step.
  private static let shown = 10

  /// A line for each doubt, regression and inconclusive group, as many as are shown, and one for the rest of them.
  public static func text(_ check: Gate, place: SARIFReport.Place?) -> String {
    let names = OutcomeNames(check)
    var errors = check.doubts.map { command("error", "Evaluation not trustworthy", $0, place, nil) }
    var warnings: [String] = []
    for group in check.groups where group.verdict == .regression || group.verdict == .inconclusive {
      add(group.verdict, names.title(group.key), group.sentence(check.options), group.key)
    }
    for floor in check.floors where floor.verdict == .regression || floor.verdict == .inconclusive {
      add(floor.verdict, names.title(floor.key), floor.sentence(check.options), floor.baselineKey)
    }
    func add(_ verdict: Gate.Verdict, _ title: String, _ sentence: String, _ key: Outcomes.Key?) {
      if verdict == .regression {
        errors.append(command("error", "Robustness regression: \(title)", sentence, place, key))
      } else {
        warnings.append(command("warning", "Robustness inconclusive: \(title)", sentence, place, key))
      }
    }
    return (limited(errors) + limited(warnings)).joined()
  }

  private static func limited(_ lines: [String]) -> [String] {
    guard lines.count > shown else { return lines }
    let rest = "\(lines.count - shown + 1) more are in the job summary."
    let kind = lines[0].hasPrefix("::error") ? "error" : "warning"
    return lines.prefix(shown - 1) + [command(kind, "Robustness", rest, nil, nil)]
  }

  private static func command(
    _ kind: String, _ title: String, _ message: String, _ place: SARIFReport.Place?, _ key: Outcomes.Key?
  ) -> String {
    var properties: [String] = []
    if let place, place.isInRepository {
      properties.append("file=\(escaped(property: place.path))")
      properties.append("line=\(key.flatMap { place.lines[$0] } ?? 1)")
    }
    properties.append("title=\(escaped(property: title))")
    return "::\(kind) \(properties.joined(separator: ","))::\(escaped(message))\n"
  }

  /// As `@actions/core` does: per cent signs and ends of lines.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": result += "%25"
      case "\r": result += "%0D"
      case "\n": result += "%0A"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func escaped(property text: String) -> String {
    escaped(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
