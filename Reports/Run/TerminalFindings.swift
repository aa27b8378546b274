public import Runs
import Text

/// The trust checks in plain text: the verdict, then each finding with its evidence and its remedy.
public enum TerminalFindings {
  /// - Parameter width: the columns of a line.
  public static func text(_ summary: RunSummary, width: Int = 80) -> String {
    let checks = TrustText(summary)
    var lines = TextLines.wrapped(checks.verdict, width: width)
    for finding in checks.findings {
      lines.append("")
      lines += TextLines.wrapped("\(finding.severity.rawValue): \(finding.title) [\(finding.check)]", width: width)
      lines += TextLines.wrapped(finding.evidence, width: width, indent: 2)
      lines += TextLines.wrapped("→ \(finding.remedy)", width: width, indent: 2)
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
