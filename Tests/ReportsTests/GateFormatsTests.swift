import Comparison
import Foundation
import Reports
import Runs
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The forms of a check's outcome that other programs read, held against the rules of those programs.
@Suite struct GateFormatsTests {
  private static let facts = RunFacts(
    startedAt: Date(timeIntervalSince1970: 0), finishedAt: Date(timeIntervalSince1970: 86_399), seconds: 1234.5678,
    threads: 2, commandLine: "robust sweep", host: .init(system: "none", architecture: "any", cores: 2))

  /// A check with every verdict among groups and required accuracies, and the file it compared with.
  private func made(name: String = "cnn") throws -> (check: Gate, file: BaselineFile, text: String) {
    let folder = try TemporaryFolder()
    var configuration = Sample.configuration(name: name)
    func store(_ file: String, _ records: [EvaluationRecord], _ report: TrustReport) throws -> RunStore {
      let store = try RunStore.create(
        at: URL(filePath: folder(file)), configuration: configuration, options: RunOptions(checks: .none))
      try store.append(records)
      try store.setCheckReport(report)
      return store
    }
    let records = Sample.records(configuration)
    let path = try folder.write(Baseline(of: store("before", records, TrustReport())).json, to: "base.json")
    configuration.models[1].sha256 = "new"
    let worse = records.map { record in
      var record = record
      if record.model == 1, record.budget > 0 { record.prediction = 1 - record.label }
      return record
    }
    let file = try BaselineFile.read(path)
    let check = try Gate(
      of: store("now", worse, Sample.checks), against: file.baseline,
      options: .init(floors: ["0.1", "0.9@0.1", "0.4@0.2"].map { try AccuracyFloor(parsing: $0) }))
    return (check, file, try String(contentsOfFile: path, encoding: .utf8))
  }

  /// An element with its children, in order.
  private final class Node: NSObject, XMLParserDelegate {
    let name: String
    let attributes: [String: String]
    var children: [Node] = []
    private var open: [Node] = []

    init(_ name: String, _ attributes: [String: String]) {
      self.name = name
      self.attributes = attributes
    }

    /// The root of a well-formed document.
    static func parse(_ text: String) -> Node? {
      let document = Node("", [:])
      document.open = [document]
      let parser = XMLParser(data: Data(text.utf8))
      parser.delegate = document
      return parser.parse() ? document.children.first : nil
    }

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      let node = Node(name, attributes)
      open[open.count - 1].children.append(node)
      open.append(node)
    }

    func parser(_ parser: XMLParser, didEndElement: String, namespaceURI: String?, qualifiedName: String?) {
      open.removeLast()
    }
  }

  /// What a schema allows of an element: attributes that must be there, that may be, and children.
  private struct Rule {
    var required: Set<String> = []
    var optional: Set<String> = []
    /// In this order, each at most so often; 0 must be there once.
    var children: [(name: String, most: Int)] = []
    var isOrdered = true

    func violations(_ node: Node, _ rules: [String: Rule]) -> [String] {
      let names = Set(node.attributes.keys)
      var result = required.subtracting(names).map { "\(node.name) lacks \($0)" }
      result += names.subtracting(required).subtracting(optional).map { "\(node.name) has \($0)" }
      let places = node.children.map { child in children.firstIndex { $0.name == child.name } }
      for (child, place) in zip(node.children, places) where place == nil {
        result.append("\(node.name) holds \(child.name)")
      }
      let known = places.compactMap { $0 }
      if isOrdered, known != known.sorted() { result.append("\(node.name): children out of order") }
      for (index, child) in children.enumerated() {
        let count = known.count { $0 == index }
        if child.most == 0 ? count != 1 : count > child.most {
          result.append("\(node.name): \(count) of \(child.name)")
        }
      }
      for child in node.children { if let rule = rules[child.name] { result += rule.violations(child, rules) } }
      return result
    }
  }

  private static let message = Rule(optional: ["message", "type"])
  private static let property = Rule(required: ["name", "value"])
  private static let properties = Rule(children: [("property", .max)])

  /// junit-10.xsd of Jenkins' xUnit plugin.
  private static let jenkins: [String: Rule] = [
    "testsuites": Rule(optional: ["name", "time", "tests", "failures", "errors"], children: [("testsuite", .max)]),
    "testsuite": Rule(
      required: ["name", "tests", "failures", "errors"],
      optional: [
        "group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url", "version",
      ],
      children: ["testsuite", "properties", "testcase", "system-out", "system-err"].map { ($0, .max) }, isOrdered: false
    ),
    "testcase": Rule(
      required: ["name"], optional: ["time", "classname", "group"],
      children: ["skipped", "error", "failure", "system-out", "system-err"].map { ($0, .max) }, isOrdered: false),
    "failure": message, "error": message, "skipped": message, "properties": properties, "property": property,
    "system-out": Rule(), "system-err": Rule(),
  ]

  /// JUnit.xsd of Ant's JUnit and JUnitReport tasks.
  private static let ant: [String: Rule] = [
    "testsuites": Rule(children: [("testsuite", .max)]),
    "testsuite": Rule(
      required: ["name", "timestamp", "hostname", "tests", "failures", "errors", "time", "package", "id"],
      optional: ["skipped"],
      children: [("properties", 0), ("testcase", .max), ("system-out", 0), ("system-err", 0)]),
    "testcase": Rule(
      required: ["name", "classname", "time"], children: [("skipped", 1), ("error", 1), ("failure", 1)]),
    "failure": Rule(required: ["type"], optional: ["message"]),
    "error": Rule(required: ["type"], optional: ["message"]),
    "skipped": Rule(optional: ["message"]), "properties": properties, "property": property, "system-out": Rule(),
    "system-err": Rule(),
  ]

  /// surefire-test-report.xsd of Maven, older and newer.
  private static let surefire: [String: Rule] = [
    "testsuite": Rule(
      required: ["name", "tests", "errors", "skipped", "failures"], optional: ["time", "group"],
      children: [("properties", 1), ("testcase", .max)]),
    "testcase": Rule(
      required: ["name", "time"], optional: ["classname", "group"],
      children: [("failure", .max), ("skipped", 1), ("error", 1), ("system-out", 1), ("system-err", 1)]),
    "failure": Rule(required: ["type"], optional: ["message"]),
    "error": Rule(required: ["type"], optional: ["message"]),
    "skipped": Rule(optional: ["message"]), "properties": properties, "property": property, "system-out": Rule(),
    "system-err": Rule(),
  ]

  @Test(arguments: ["cnn", "a<b> & \"c\"\n\u{1}"])
  func junitIsValidByEverySchema(name: String) throws {
    let check = try made(name: name).check
    #expect(Set(check.groups.map(\.verdict) + check.floors.map(\.verdict)) == [.pass, .regression, .inconclusive])
    let suites = try #require(Node.parse(JUnitReport.text(check, facts: Self.facts)))
    let suite = try #require(Node.parse(JUnitReport.surefireText(check, facts: Self.facts)))
    for (root, rules) in [(suites, Self.jenkins), (suites, Self.ant), (suite, Self.jenkins), (suite, Self.surefire)] {
      let rule = try #require(rules[root.name])
      #expect(rule.violations(root, rules) == [])
    }
    // Times are decimals, moments have no zone, and the sums are those of the cases.
    for suite in suites.children + [suite] {
      let cases = suite.children.filter { $0.name == "testcase" }
      #expect(suite.attributes["tests"] == "\(cases.count)")
      for (attribute, element) in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")] {
        #expect(suite.attributes[attribute] == "\(cases.count { $0.children.contains { $0.name == element } })")
      }
      let times = (cases + [suite]).compactMap { $0.attributes["time"] }
      #expect(times.count == cases.count + 1 && times.allSatisfy { $0.wholeMatch(of: /[0-9]+\.[0-9]{3}/) != nil })
    }
    #expect(suites.children.allSatisfy { $0.attributes["timestamp"] == "1970-01-01T23:59:59" })
    #expect(suites.children.compactMap { $0.attributes["id"] } == suites.children.indices.map { "\($0)" })
    #expect(suite.attributes["time"] == "1234.568")
    let properties = suite.children[0].children.map { $0.attributes["name"] ?? "" }
    #expect(properties.contains("maxDrop") && properties.contains("alpha") && properties.contains("minAccuracy"))
  }

  /// Times that can't be, of a store that was changed, are not written.
  @Test(arguments: [Double.nan, .infinity, -1, 1e300])
  func impossibleTimesAreLeftOut(seconds: Double) throws {
    var facts = Self.facts
    facts.seconds = seconds
    let suite = try #require(Node.parse(JUnitReport.surefireText(try made().check, facts: facts)))
    #expect(try #require(suite.attributes["time"]).wholeMatch(of: /[0-9]+\.[0-9]{3}/) != nil)
  }

  @Test func sarifSaysWhereInTheRepository() throws {
    let (check, file, text) = try made()
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    func results(_ place: SARIFReport.Place?) throws -> [[String: Any]] {
      let data = try SARIFReport.data(check, place: place, toolVersion: "0.1.0")
      let log = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
      let run = try #require((log["runs"] as? [[String: Any]])?.first)
      let bases = try #require(run["originalUriBaseIds"] as? [String: Any])
      #expect(bases["%SRCROOT%"] != nil)
      return try #require(run["results"] as? [[String: Any]])
    }
    func artifact(_ result: [String: Any]) throws -> (uri: [String: String], line: Int) {
      let location = try #require(
        (result["locations"] as? [[String: Any]])?.first?["physicalLocation"] as? [String: Any])
      return (
        try #require(location["artifactLocation"] as? [String: String]),
        try #require((location["region"] as? [String: Int])?["startLine"])
      )
    }
    let inside = try results(.init(path: "ci/a:b c.json", isInRepository: true, lines: file.lineNumbers))
    #expect(Set(inside.compactMap { $0["ruleId"] as? String }).count == 4)
    for result in inside {
      let (uri, line) = try artifact(result)
      #expect(uri == ["uri": "ci/a%3Ab%20c.json", "uriBaseId": "%SRCROOT%"])
      let about = try #require((result["partialFingerprints"] as? [String: String])?.values.first)
      if about.contains(" under ") {
        #expect(lines[line - 1].contains(about.contains("ε = 0.1") ? "\"0.1\"" : "\"0.2\""))
      }
    }
    let outside = try results(.init(path: "/tmp/b.json", isInRepository: false, lines: file.lineNumbers))
    #expect(try artifact(outside[0]).uri == ["uri": "file:///tmp/b.json"])
    #expect(try results(nil).allSatisfy { $0["locations"] == nil })
  }

  @Test func annotationsAreEscaped() throws {
    let (check, file, text) = try made(name: "a%b:c,d\ne")
    let place = SARIFReport.Place(path: "ci/x,y:z%.json", isInRepository: true, lines: file.lineNumbers)
    let lines = GitHubAnnotations.text(check, place: place).split(separator: "\n").map(String.init)
    let baseline = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines.count == check.doubts.count + check.groups(.regression).count + check.groups(.inconclusive).count
        + check.floors(.regression).count + check.floors(.inconclusive).count)
    for line in lines {
      let parts = try #require(
        line.wholeMatch(of: /::(error|warning) file=ci\/x%2Cy%3Az%25\.json,line=([0-9]+),title=([^,:\n]+)::(.+)/))
      let number = try #require(Int(parts.2))
      if parts.3.hasPrefix("Robustness") { #expect(baseline[number - 1].contains("\"model\":")) }
    }
    #expect(
      lines.filter { $0.hasPrefix("::error") && $0.contains("Evaluation not trustworthy") }.count == check.doubts.count)
    #expect(lines.contains { $0.contains("a%25b%3Ac%2Cd%0Ae") })
    #expect(GitHubAnnotations.text(check, place: nil).contains("::error title="))
  }
}
