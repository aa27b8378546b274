import Comparison
import Files
import Foundation
import Reports
import Runs
import TestSupport
import Testing

@Suite struct GateReportTests {
  /// The sample run as a baseline, and a run in which `caps` loses all images under attack and `cnn` none.
  private struct Made {
    let check: Gate
    let file: BaselineFile
    let text: String

    init(name: String = "caps", doubt: Bool = false, floors: [String] = []) throws {
      let folder = try TemporaryFolder()
      var configuration = Sample.configuration(name: name)
      func store(_ file: String, _ records: [EvaluationRecord]) throws -> RunStore {
        let store = try RunStore.create(
          at: URL(filePath: folder(file)), configuration: configuration, options: RunOptions(checks: .none))
        try store.append(records)
        try store.setCheckReport(TrustReport())
        return store
      }
      let records = Sample.records(configuration)
      let path = try folder.write(Baseline(of: store("before", records)).json, to: "base.json")
      file = try BaselineFile.read(path)
      text = try String(contentsOfFile: path, encoding: .utf8)
      configuration.models[1].sha256 = "new"
      let worse = records.map { record in
        var record = record
        if record.model == 1, record.budget > 0 { record.prediction = 1 - record.label }
        return record
      }
      let now = try store("now", worse)
      if doubt {
        let finding = Finding(
          check: "zero-gradients", severity: .error, title: "most <gradients> are zero", evidence: "9 of 10.",
          remedy: "use --objective cross-entropy")
        let found = TrustCheckResult(check: "zero-gradients", claim: "none is zero", verdict: .found)
        try now.setCheckReport(TrustReport(checks: [found], findings: [finding]))
      }
      check = try Gate(
        of: now, against: file.baseline, options: .init(floors: floors.map { try AccuracyFloor(parsing: $0) }))
    }

    func place(_ path: String, isInRepository: Bool = true) -> SARIFReport.Place {
      .init(path: path, isInRepository: isInRepository, lines: file.lineNumbers)
    }
  }

  /// Ten images: nine lost at ε = 0.1 are a regression (2⁻⁹ by McNemar, times six groups for Holm), five at 0.2 are not.
  @Test func verdictsOfTheSample() throws {
    let check = try Made().check
    #expect(check.groups.map(\.verdict) == [.pass, .pass, .pass, .inconclusive, .regression, .inconclusive])
    #expect(check.verdict == .regression)
    let adjusted = try #require(check.groups(.regression).first).adjustedPValue
    #expect(adjusted >= 6 * 0x1p-9 && adjusted < 0.05)
  }

  @Test(arguments: ["caps", "a<b> & \"c\"\u{1}"])
  func junitIsWhatCISystemsRead(name: String) throws {
    let markup = try #require(Markup(JUnitReport.text(try Made(name: name).check)))
    #expect(markup.elements.first?.name == "testsuites" && markup.elements.first?.attributes.isEmpty == true)
    let suites = markup.all("testsuite")
    let shown = name.replacing("\u{1}", with: "\u{FFFD}")
    #expect(
      suites.map { $0.attributes["name"] } == [
        "trust", "cnn.clean", "cnn.fgsm.untargeted", "\(shown).clean", "\(shown).fgsm.untargeted",
      ])
    #expect(suites.map { $0.attributes["tests"] } == ["1", "1", "2", "1", "2"])
    #expect(markup.all("testcase").count == 7)
    let failure = try #require(markup.all("failure").first)
    #expect(failure.attributes["type"] == "regression")
    #expect(failure.attributes["message"]?.contains("90.0% → 0.0%") == true)
    #expect(failure.text.contains("Images lost: 0 1 2 3 4 5 6 7 8"))
    #expect(markup.all("skipped").count == 2)
  }

  @Test func doubtsAreErrors() throws {
    let check = try Made(doubt: true).check
    #expect(check.verdict == .untrustworthy && check.verdict.exitCode == 12)
    let markup = try #require(Markup(JUnitReport.text(check)))
    #expect(markup.all("testsuite").first?.attributes["errors"] == "1")
    #expect(markup.all("error").first?.attributes["message"]?.contains("most <gradients> are zero.") == true)
    #expect(GateMarkdown.text(check).contains("most &lt;gradients> are zero."))
    #expect(GateText.text(check).contains("doubt: zero-gradients: most <gradients> are zero."))
  }

  /// The keys that the SARIF 2.1.0 schema requires (§3.13.2, §3.14.6, §3.18, §3.27.11), and what code hosts need.
  @Test func sarifHasWhatItsSchemaRequires() throws {
    let made = try Made(doubt: true)
    let data = try SARIFReport.data(
      made.check, place: made.place("ci/my baseline.json"), toolVersion: "0.1.0")
    let log = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(log["version"] as? String == "2.1.0")
    #expect((log["$schema"] as? String)?.contains("sarif-2.1.0") == true)
    let run = try #require((log["runs"] as? [[String: Any]])?.first)
    let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
    #expect(driver["name"] as? String == "robust")
    let rules = try #require(driver["rules"] as? [[String: Any]]).compactMap { $0["id"] as? String }
    let results = try #require(run["results"] as? [[String: Any]])
    #expect(results.map { $0["level"] as? String } == ["error", "error", "warning", "warning"])
    let lines = made.text.split(separator: "\n")
    for result in results {
      let index = try #require(result["ruleIndex"] as? Int)
      #expect(result["ruleId"] as? String == rules[index])
      #expect(((result["message"] as? [String: Any])?["text"] as? String)?.isEmpty == false)
      #expect((result["partialFingerprints"] as? [String: String])?.count == 1)
      let location = try #require(
        (result["locations"] as? [[String: Any]])?.first?["physicalLocation"] as? [String: Any])
      let artifact = try #require(location["artifactLocation"] as? [String: String])
      #expect(artifact == ["uri": "ci/my%20baseline.json", "uriBaseId": "%SRCROOT%"])
      let line = try #require((location["region"] as? [String: Any])?["startLine"] as? Int)
      if index > 0, result["ruleId"] as? String != "evaluation-not-trustworthy" {
        #expect(lines[line - 1].contains("\"model\":\"caps\""))
      }
    }
    let fingerprints = results.compactMap { ($0["partialFingerprints"] as? [String: String])?["robustGroup/v1"] }
    #expect(Set(fingerprints).count == results.count)
    let invocation = try #require((run["invocations"] as? [[String: Any]])?.first)
    #expect(invocation["exitCode"] as? Int == 12 && invocation["executionSuccessful"] as? Bool == true)
  }

  @Test func jsonHasTheNumbers() throws {
    let object = try JSONSerialization.jsonObject(with: GateJSON.data(Made().check)) as? [String: Any]
    #expect(object?["verdict"] as? String == "regression" && object?["exitCode"] as? Int == 10)
    let groups = try #require(object?["groups"] as? [[String: Any]])
    #expect(groups.count == 6)
    #expect(groups[0]["attack"] == nil && groups[4]["epsilonText"] as? String == "0.1")
    #expect(groups[4]["correctBefore"] as? Int == 9 && groups[4]["correctNow"] as? Int == 0)
    #expect(groups[4]["lost"] as? [Int] == Array(0..<9) && groups[4]["drop"] as? Double == 0.9)
    #expect((groups[4]["mcNemar"] as? [String: Any])?["pValue"] as? Double == 2 * 0x1p-9)
  }

  @Test func markdownPutsWhatIsWrongFirst() throws {
    let text = GateMarkdown.text(try Made(name: "a|b").check)
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines[0] == "## ❌ Robustness: regression")
    #expect(lines[1] == "Regression: accuracy fell by more than 1 percentage point in 1 of 6 comparisons.")
    let rows = lines.filter { $0.hasPrefix("| ") && !$0.contains(":--") }
    #expect(rows.count == 2 + 3 + 6)
    #expect(rows[1].hasPrefix("| ❌ | a\\|b | fgsm | untargeted | 0.1 | 90.0% | 0.0% |"))
    #expect(text.contains("<details><summary>All 6 comparisons"))
    let fences = text.ranges(of: "<details>").count
    #expect(fences == 1 && text.ranges(of: "</details>").count == 1)
  }

  @Test func textIsAligned() throws {
    let lines = GateText.text(try Made().check).split(separator: "\n").map(String.init)
    let header = try #require(lines.first)
    let rows = lines.filter { $0.hasSuffix("pass") || $0.hasSuffix("regression") || $0.hasSuffix("inconclusive") }
    #expect(rows.count == 6 && rows.allSatisfy { $0.count == header.count })
    #expect(lines.last { !$0.hasPrefix("  note: ") }?.hasPrefix("Regression: ") == true)
  }
}
