public import Evaluation

/// The trust checks in plain text: the verdict, then each finding with its evidence and its remedy.
public enum TerminalFindings {
  private static let width = 100

  public static func text(_ summary: RunSummary) -> String {
    let checks = TrustChecks(summary)
    var lines = wrapped(checks.verdict, indent: 0)
    for finding in checks.findings {
      lines.append("")
      lines += wrapped("\(finding.severity.rawValue): \(finding.title) [\(finding.check)]", indent: 0)
      lines += wrapped(finding.evidence, indent: 2)
      lines += wrapped("→ \(finding.remedy)", indent: 2)
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// Lines of at most `width` characters, broken at spaces.
  private static func wrapped(_ text: String, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = margin
    for word in text.split(separator: " ") {
      if line.count + word.count + 1 > width, line != margin {
        lines.append(line)
        line = margin
      }
      line += line == margin ? String(word) : " \(word)"
    }
    return lines + [line]
  }
}
