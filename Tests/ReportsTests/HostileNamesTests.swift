import Comparison
import Files
import Foundation
import Reports
import Runs
import TestSupport
import Testing

/// Names that would be something else in some format, in every format. Scalars are what readers go by, so some of them have a
/// combining mark after them.
@Suite struct HostileNamesTests {
  static let names = [
    "a,b", "a,\u{301}b", "a\"\u{301}b", "a'\u{301}b", "a|b", "a|\u{301}b", "a\\\u{301}b", "a`\u{301}b", "<\u{301}b>",
    "</title><script>",
    "&\u{301}amp;", "a_\u{301}b*\u{301}c", "line\nend", "line\rend", "line\u{2028}end", "line\u{85}end", "\r\nend",
    "=1+1", "@SUM(A1)", "-2+3", "\t=1", "\u{1B}]0;title\u{7}", "\u{9B}2J", "\u{202E}desrever", "\u{2066}isolated", "\0",
    "https://example.com/x", "www.example.com", "me@example.com", "@someone", "#12", "[link](javascript:x)",
    "![image](x)", "$x$", "# heading", "- item", "1. item", "> quoted", "    code", "{{title}}", "{{{title}}}",
    "%comment",
    "^^M", "~", "[10cm]", "*", "模型", "\u{FFFE}", "$(id)", "`id`",
  ]

  private func summary(_ name: String) -> RunSummary {
    var configuration = Sample.configuration(name: name)
    configuration.dataset.name = name
    configuration.dataset.classNames = [name, "square"]
    configuration.models[1].source = name
    let finding = Finding(
      check: "zero-gradients", severity: .error, title: name, evidence: name, numbers: [:], remedy: name,
      scope: .init(model: 1))
    return RunSummary(
      configuration: configuration, records: Sample.records(configuration), checks: TrustReport(findings: [finding]),
      facts: RunFacts(startedAt: .now, finishedAt: .now, seconds: 1, threads: 1, commandLine: "robust \(name)"))
  }

  private func comparison(_ name: String, _ folder: TemporaryFolder) throws -> (RunComparison, RunStore) {
    var configuration = Sample.configuration(name: name)
    configuration.dataset.name = name
    let store = try RunStore.create(at: URL(filePath: folder("run.sqlite")), configuration: configuration)
    try store.append(Sample.records(configuration))
    return (try RunComparison([RunComparison.Input(name: name, store: store)]), store)
  }

  /// What may stand in markup: everything that XML has, less what turns the text around it.
  private func shown(_ name: String) -> String {
    String(
      String.UnicodeScalarView(
        name.unicodeScalars.map { scalar in
          let isControl = scalar.properties.generalCategory == .control && !["\n", "\t", "\r"].contains(scalar)
          let isForbidden = isControl || [0x202E, 0x2066, 0xFFFE].contains(scalar.value)
          return isForbidden ? "\u{FFFD}" : scalar
        }))
  }

  @Test(.slow, arguments: names)
  func markup(name: String) throws {
    let folder = try TemporaryFolder()
    let summary = summary(name)
    let pages = [
      HTMLReport.text(summary, rows: Sample.imageRows(summary)), ComparisonHTML.text(try comparison(name, folder).0),
    ]
    for page in pages {
      #expect(!page.unicodeScalars.contains { [0, 0x1B, 0x9B, 0x202E, 0x2066].contains($0.value) })
      let markup = try #require(Markup(page))
      #expect(markup.all("script").isEmpty)
      #expect(
        markup.all("h1").first?.text.unicodeScalars.elementsEqual(markup.all("title")[0].text.unicodeScalars) == true)
      #expect(
        try Array(#require(markup.all("h1").first).text.unicodeScalars).contains(Array(shown(name).unicodeScalars)))
    }
    let written = try ReportWriter.write(summary, rows: [], to: URL(filePath: folder.path))
    for file in written where file.hasSuffix(".svg") {
      let figure = try String(contentsOfFile: folder(file), encoding: .utf8)
      #expect(try #require(Markup(figure)).all("script").isEmpty)
    }
  }

  @Test(arguments: names)
  func csv(name: String) throws {
    let folder = try TemporaryFolder()
    let summary = summary(name)
    let (comparison, store) = try comparison(name, folder)
    try PerImageCSV.write(store, to: URL(filePath: folder.path))
    let perImage = try String(contentsOfFile: folder("per-image.csv"), encoding: .utf8)
    let tables = [
      CSVReport.text(summary), CSVReport.curves(summary), FindingsCSV.text(summary),
      ComparisonCSV.differences(comparison),
      ComparisonCSV.flips(comparison), perImage,
    ]
    for table in tables {
      let lines = CSVLines.fields(table)
      #expect(Set(lines.map(\.count)).count == 1)
      let model = try #require(lines[0].firstIndex(of: "model"))
      let field = try #require(lines.last)[model]
      let first = field.unicodeScalars.first.map { String($0) } ?? ""
      #expect(!["=", "+", "-", "@", "\t", "\r", "\n"].contains(first))
      // Nothing is lost but control characters and what begins a formula.
      let kept = field.hasPrefix("'") && !name.hasPrefix("'") ? String(field.dropFirst()) : field
      let expected = name.unicodeScalars.map { scalar in
        let isControl = scalar.properties.generalCategory == .control && !["\n", "\t", "\r", "\u{85}"].contains(scalar)
        return isControl ? "\u{FFFD}" : scalar
      }
      #expect(Array(kept.unicodeScalars) == expected)
    }
  }

  @Test(arguments: names)
  func latex(name: String) throws {
    let text = ComparisonLaTeX.text(try comparison(name, TemporaryFolder()).0)
    let lines = text.unicodeScalars.split { "\n\r\u{85}\u{2028}\u{2029}\u{0B}\u{0C}".unicodeScalars.contains($0) }
    // A comment, the tabular's two ends, three rules, a rule before each block, a header, a clean row and two more.
    #expect(lines.count == 1 + 2 + 3 + 1 + 1 + 3)
    #expect(lines[0].first == "%" && lines.dropFirst().allSatisfy { unescaped("%", in: Array($0)) == 0 })
    for line in lines.dropFirst(4) where line.reversed().starts(with: "\\\\".unicodeScalars) {
      #expect(line.first != "[" && line.first != "*")
      #expect(unescaped("&", in: Array(line)) == 4)
    }
    #expect(!text.unicodeScalars.contains { [0, 7, 9, 0x1B, 0x9B, 0x202E, 0x2066].contains($0.value) })
  }

  /// How often `sign` stands in `line` without a backslash before it.
  private func unescaped(_ sign: Unicode.Scalar, in line: [Unicode.Scalar]) -> Int {
    line.indices.count { line[$0] == sign && ($0 == 0 || line[$0 - 1] != "\\") }
  }

  @Test(arguments: names)
  func markdown(name: String) throws {
    let summary = summary(name)
    let folder = try TemporaryFolder()
    for text in [MarkdownReport.text(summary), ComparisonMarkdown.text(try comparison(name, folder).0)] {
      let scalars = text.unicodeScalars
      #expect(!scalars.contains { [0, 9, 0x0D, 0x1B, 0x85, 0x9B, 0x2028, 0x202E, 0x2066].contains($0.value) })
      for line in scalars.split(separator: "\n") {
        let line = Array(line)
        // In a table, bars stand alone between spaces, or at the ends; backslashes before those in names.
        if line.first == "|" {
          let bars = line.indices.filter { line[$0] == "|" && ($0 == 0 || line[$0 - 1] != "\\") }
          #expect(bars.allSatisfy { $0 == 0 || $0 == line.count - 1 || (line[$0 - 1] == " " && line[$0 + 1] == " ") })
        }
      }
      #expect(!text.contains("https://") && !text.contains("www.e") && !text.contains("@e") && !text.contains("#12"))
      #expect(!text.contains("[link](") && !text.contains("<script") && !text.contains("![image"))
      // What was there, with the escapes taken away.
      let plain = text.replacing("<!-- -->", with: "").unicodeScalars.filter { $0 != "\\" }
      for word in shown(name).unicodeScalars.split(whereSeparator: { $0.properties.isWhitespace }) {
        guard !word.contains(where: { ["<", "&", "\u{FFFD}"].contains($0) }) else { continue }
        #expect(plain.contains(word.filter { $0 != "\\" }), "\(word)")
      }
    }
  }

  @Test(arguments: names)
  func terminal(name: String) throws {
    let summary = summary(name)
    let (comparison, _) = try comparison(name, TemporaryFolder())
    let texts = [TerminalTable.text(summary), TerminalFindings.text(summary), ComparisonText.text(comparison)]
    for text in texts {
      #expect(
        !text.unicodeScalars.contains { scalar in
          (scalar.properties.generalCategory == .control && scalar != "\n")
            || [0x2028, 0x202E, 0x2066].contains(scalar.value)
        })
      #expect(text.split(separator: "\n").allSatisfy { Terminal.columns(of: $0) <= 80 }, "\(text)")
    }
  }
}
