import Attacks
import Diagnostics
import Files
import Foundation
import Reports
import Runs
import Testing

@Suite struct TextReportTests {
  /// Intervals from Wilson's formula in Python with z = 1.959963984540054.
  @Test func csvIsExact() {
    let expected = """
      model,attack,attack_parameters,goal,epsilon,epsilon_text,count,correct,accuracy,accuracy_lower,accuracy_upper,clean_correct,\
      trials,successes,success_rate,success_lower,success_upper,attacked,mean_linf,max_linf,mean_l2,max_l2,forwards,\
      backwards
      cnn,fgsm,objective: cross-entropy,untargeted,0.0,0,10,10,1.000000,0.722467,1.000000,10,10,0,0.000000,0.000000,0.277533,10,0.000000,\
      0.000000,0.500000,0.500000,10,0
      cnn,fgsm,objective: cross-entropy,untargeted,0.1,0.1,10,7,0.700000,0.396778,0.892209,10,10,3,0.300000,0.107791,0.603222,10,0.100000,\
      0.100000,0.500000,0.500000,10,0
      cnn,fgsm,objective: cross-entropy,untargeted,0.2,0.2,10,2,0.200000,0.056682,0.509838,10,10,8,0.800000,0.490162,0.943318,10,0.200000,\
      0.200000,0.500000,0.500000,10,0
      """
    let text = CSVReport.text(Sample.summary())
    #expect(text.hasPrefix(expected + "\n"))
    #expect(text.hasSuffix("\n") && text.split(separator: "\n").count == 7)
  }

  @Test func csvQuotesFields() {
    let text = CSVReport.text(Sample.summary(name: "a \"b\", c"))
    #expect(text.contains("\n\"a \"\"b\"\", c\",fgsm,"))
  }

  @Test func csvEndsWithTheWorstCases() throws {
    let lines = CSVReport.text(Sample.summary(goals: [.untargeted, .each])).split(separator: "\n")
    let last = try #require(lines.last)
    #expect(last.hasPrefix("caps,worst-case,,all,0.2,0.2,10,5,0.500000,"))
    #expect(Set(lines.map { $0.filter { $0 == "," }.count }) == [23])
  }

  @Test func jsonRoundTripsAndKeepsNumbersAsNumbers() throws {
    let summary = Sample.summary(goals: [.untargeted, .each])
    let data = try JSONReport.data(summary)
    #expect(try JSONReport.summary(from: data) == summary)
    #expect(data.last == UInt8(ascii: "\n"))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let results = try #require(object["results"] as? [[String: Any]])
    #expect(results[1]["epsilon"] as? Double == 0.1 && results[1]["correct"] as? Int == 7)
    #expect((results[1]["accuracy"] as? [String: Double])?["value"] == 0.7)
    #expect((object["run"] as? [String: Any])?["startedAt"] as? String == "1970-01-01T00:00:00Z")
  }

  @Test func onlyTheRunObjectDependsOnCircumstances() throws {
    var other = Sample.summary()
    other.run = RunFacts(startedAt: .now, finishedAt: .now, seconds: 1, threads: 1, commandLine: "robust")
    func withoutRun(_ summary: RunSummary) throws -> NSDictionary {
      let object = try JSONSerialization.jsonObject(with: JSONReport.data(summary))
      var fields = try #require(object as? [String: Any])
      fields["run"] = nil
      return NSDictionary(dictionary: fields)
    }
    #expect(try withoutRun(other) == withoutRun(Sample.summary()))
  }

  @Test func terminalTableIsAligned() throws {
    let lines = TerminalTable.text(Sample.summary()).split(separator: "\n").map(String.init)
    let header = try #require(lines.first { $0.hasPrefix("model") })
    // What is the same in all rows stands above them.
    #expect(lines[0] == "10 images of shapes (test), FGSM, untargeted")
    #expect(lines[1] == "right without an attack: cnn 100.0% (72.2–100.0), caps 100.0% (72.2–100.0)")
    let row = try #require(lines.first { $0.contains("39.7–89.2") })
    #expect(row.split(separator: " ") == ["0.1", "70.0%", "39.7–89.2", "30.0%"])
    #expect(row.count == header.count)
    #expect(lines.contains { $0.hasPrefix("caps     0    100.0%") })
  }

  @Test func markdownHoldsTablesAndEscapes() {
    let text = MarkdownReport.text(Sample.summary(name: "a|b_<c>"))
    #expect(text.contains("| 0.1 | 70.0% (39.7–89.2) | 90.0% (59.6–98.2) |"))
    #expect(text.contains("a\\|b\\_&lt;c>") && !text.contains("a|b") && !text.contains("<c>"))
    #expect(text.hasPrefix("# How cnn and "))
    #expect(text.contains("](accuracy.svg)"))
    #expect(text.contains("kernels: portable; oneDNN: 1.2.3"))
  }

  @Test func writerWritesEveryFile() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "reports-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let summary = Sample.summary(goals: [.untargeted, .each])
    let names = try ReportWriter.write(summary, rows: [], to: folder)
    let expected: Set = [
      "accuracy.csv", "curves.csv", "findings.csv", "summary.json", "accuracy.svg", "worst-case.svg", "success-1.svg",
      "report.md",
      "report.html", "report.tex", "references.bib",
    ]
    #expect(Set(names) == expected)
    #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)) == expected)
    let missing = folder.appending(path: "missing")
    #expect(throws: InputError.self) { try ReportWriter.write(summary, rows: [], to: missing) }
  }
}
