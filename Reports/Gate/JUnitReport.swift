public import Comparison
import Diagnostics
import Foundation
public import Runs
import Text

/// The outcome of a check as JUnit XML, which CI systems show as tests.
///
/// A suite per model, attack and goal; a test per ε, and per required accuracy. A regression is a failure, what is
/// inconclusive a skipped test, and each doubt about the evaluation an error of the suite `trust`.
///
/// There is no one schema. `text` is valid by that of Jenkins' xUnit plugin and by Ant's, `surefireText` by that of Maven
/// Surefire and by Jenkins': Ant demands a host and the output of a suite, which Surefire does not know.
public enum JUnitReport {
  /// Suites below `testsuites`.
  ///
  /// - Parameter facts: when the run was made, and how long it took.
  public static func text(_ check: Gate, facts: RunFacts? = nil) -> String {
    let moment = Moment(facts)
    var xml = XMLText()
    // Neither schema allows more: Ant's knows no attribute here, and Jenkins' none for skipped tests.
    xml.begin("testsuites")
    for (index, suite) in suites(check, moment).enumerated() {
      xml.begin(
        "testsuite",
        [
          "id": "\(index)", "package": "robust", "name": suite.name, "tests": "\(suite.cases.count)",
          "failures": "\(suite.failures)", "errors": "\(suite.errors)", "skipped": "\(suite.skipped)",
          "timestamp": moment.timestamp, "hostname": "localhost", "time": suite.time,
        ])
      addProperties(check, moment, &xml)
      for test in suite.cases { add(test, &xml) }
      xml.element("system-out", content: suite.cases.map { "\($0.name): \($0.sentence)\n" }.joined())
      xml.element("system-err", content: "")
      xml.end()
    }
    xml.end()
    return header + xml.text
  }

  /// One suite.
  ///
  /// - Parameter facts: when the run was made, and how long it took.
  public static func surefireText(_ check: Gate, facts: RunFacts? = nil) -> String {
    let moment = Moment(facts)
    let suites = suites(check, moment)
    func sum(_ count: (Suite) -> Int) -> String { "\(suites.reduce(0) { $0 + count($1) })" }
    var xml = XMLText()
    xml.begin(
      "testsuite",
      [
        "name": "\(Action.check)", "tests": sum { $0.cases.count }, "failures": sum(\.failures),
        "errors": sum(\.errors),
        "skipped": sum(\.skipped), "time": moment.seconds,
      ])
    addProperties(check, moment, &xml)
    for test in suites.flatMap(\.cases) { add(test, &xml) }
    xml.end()
    return header + xml.text
  }

  private static let header = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

  /// What is known of when the run was made.
  private struct Moment {
    /// Without a time zone, which Ant's schema forbids: in UTC.
    let timestamp: String
    /// With three decimals.
    let seconds: String
    let tool: String?

    init(_ facts: RunFacts?) {
      let style = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day().dateSeparator(.dash)
        .time(includingFractionalSeconds: false).timeSeparator(.colon)
      timestamp = (facts?.finishedAt ?? Date(timeIntervalSince1970: 0)).formatted(style)
      let seconds = facts?.seconds ?? 0
      self.seconds = NumberFormat.fixed(seconds.isFinite && seconds > 0 ? min(seconds, 1e12) : 0, 3)
      tool = facts?.host.software
    }
  }

  private struct Test {
    enum Outcome {
      case passed, skipped, error
      /// With what is said after the sentence.
      case failure(String)
    }

    var suite: String
    var name: String
    var sentence: String
    var outcome = Outcome.passed
    var time = "0.000"
  }

  private struct Suite {
    var name: String
    var cases: [Test] = []
    var time = "0.000"

    var failures: Int { cases.count { if case .failure = $0.outcome { true } else { false } } }
    var errors: Int { cases.count { if case .error = $0.outcome { true } else { false } } }
    var skipped: Int { cases.count { if case .skipped = $0.outcome { true } else { false } } }
  }

  private static func suites(_ check: Gate, _ moment: Moment) -> [Suite] {
    let names = OutcomeNames(check)
    var suites = [trust(check, moment)]
    func add(_ test: Test) {
      if suites.last?.name != test.suite { suites.append(Suite(name: test.suite)) }
      suites[suites.count - 1].cases.append(test)
    }
    for group in check.groups {
      let lost = group.lost.map(String.init).joined(separator: " ")
      add(
        Test(
          suite: suite(group.key, names), name: "ε = \(names.epsilon(group.key))",
          sentence: group.sentence(check.options), outcome: outcome(group.verdict, "\nImages lost: \(lost)")))
    }
    for floor in check.floors {
      add(
        Test(
          suite: "min-accuracy.\(suite(floor.key, names))",
          name: "ε = \(names.epsilon(floor.key)), at least \(floor.required)",
          sentence: floor.sentence(check.options), outcome: outcome(floor.verdict, "")))
    }
    return suites
  }

  private static func suite(_ key: Outcomes.Key, _ names: OutcomeNames) -> String {
    key.attack == nil ? "\(key.model).clean" : "\(key.model).\(names.attack(key)).\(names.goal(key))"
  }

  private static func outcome(_ verdict: Gate.Verdict, _ details: String) -> Test.Outcome {
    switch verdict {
    case .regression: .failure(details)
    case .inconclusive: .skipped
    case .pass, .untrustworthy: .passed
    }
  }

  /// The time of the whole run stands here: what it took to find out anything.
  private static func trust(_ check: Gate, _ moment: Moment) -> Suite {
    var suite = Suite(name: "trust", time: moment.seconds)
    suite.cases = check.doubts.enumerated().map { index, doubt in
      Test(suite: "trust", name: "evaluation \(index + 1)", sentence: doubt, outcome: .error)
    }
    if suite.cases.isEmpty {
      suite.cases = [Test(suite: "trust", name: "evaluation", sentence: "Nothing speaks against the evaluation.")]
    }
    suite.cases[0].time = moment.seconds
    return suite
  }

  private static func addProperties(_ check: Gate, _ moment: Moment, _ xml: inout XMLText) {
    xml.begin("properties")
    var properties = [
      ("verdict", check.verdict.rawValue), ("exitCode", "\(check.verdict.exitCode)"),
      ("maxDrop", "\(check.options.maxDrop)"), ("alpha", "\(check.options.alpha)"),
    ]
    properties += check.options.floors.map { ("minAccuracy", $0.text) }
    if let tool = moment.tool { properties.append(("kernels", tool)) }
    for (name, value) in properties { xml.element("property", ["name": name, "value": value]) }
    xml.end()
  }

  private static func add(_ test: Test, _ xml: inout XMLText) {
    xml.begin("testcase", ["classname": test.suite, "name": test.name, "time": test.time])
    switch test.outcome {
    case .passed: break
    case .skipped: xml.element("skipped", ["message": test.sentence])
    case .failure(let details):
      xml.element("failure", ["type": "regression", "message": test.sentence], content: test.sentence + details)
    case .error:
      xml.element("error", ["type": "untrustworthy", "message": test.sentence], content: test.sentence)
    }
    xml.end()
  }
}
