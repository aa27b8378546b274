public import Evaluation

/// The outcome of a check as JUnit XML, which CI systems show as tests.
///
/// A suite per model, attack and goal; a test per ε. A regression is a failure, an inconclusive group a skipped test, and
/// each doubt about the evaluation an error of the suite `trust`.
public enum JUnitReport {
  public static func text(_ check: RegressionCheck) -> String {
    let names = CheckNames(check)
    var suites: [(name: String, cases: [RegressionCheck.Group])] = []
    for group in check.groups {
      let key = group.key
      let name = key.attack == nil ? "\(key.model).clean" : "\(key.model).\(names.attack(key)).\(names.goal(key))"
      if suites.last?.name != name { suites.append((name, [])) }
      suites[suites.count - 1].cases.append(group)
    }
    var xml = XMLText()
    let trust = max(check.doubts.count, 1)
    xml.begin(
      "testsuites",
      [
        "name": "robust check", "tests": "\(check.groups.count + trust)",
        "failures": "\(check.groups(.regression).count)", "errors": "\(check.doubts.count)",
        "skipped": "\(check.groups(.inconclusive).count)",
      ])
    addTrust(check, &xml)
    for suite in suites {
      let skipped = suite.cases.count { $0.verdict == .inconclusive }
      xml.begin(
        "testsuite",
        [
          "name": suite.name, "tests": "\(suite.cases.count)",
          "failures": "\(suite.cases.count { $0.verdict == .regression })", "errors": "0", "skipped": "\(skipped)",
        ])
      for group in suite.cases { add(group, suite.name, check.options, names, &xml) }
      xml.end()
    }
    xml.end()
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + xml.text
  }

  private static func add(
    _ group: RegressionCheck.Group, _ suite: String, _ options: RegressionCheck.Options, _ names: CheckNames,
    _ xml: inout XMLText
  ) {
    let sentence = group.sentence(options)
    xml.begin("testcase", ["classname": suite, "name": "ε = \(names.epsilon(group.key))"])
    switch group.verdict {
    case .regression:
      let lost = group.lost.map(String.init).joined(separator: " ")
      xml.element(
        "failure", ["type": "regression", "message": sentence], content: "\(sentence)\nImages lost: \(lost)")
    case .inconclusive: xml.element("skipped", ["message": sentence])
    case .pass, .untrustworthy: xml.element("system-out", content: sentence)
    }
    xml.end()
  }

  private static func addTrust(_ check: RegressionCheck, _ xml: inout XMLText) {
    let count = check.doubts.count
    xml.begin(
      "testsuite",
      ["name": "trust", "tests": "\(max(count, 1))", "failures": "0", "errors": "\(count)", "skipped": "0"])
    if check.doubts.isEmpty { xml.element("testcase", ["classname": "trust", "name": "evaluation"]) }
    for (index, doubt) in check.doubts.enumerated() {
      xml.begin("testcase", ["classname": "trust", "name": "evaluation \(index + 1)"])
      xml.element("error", ["type": "untrustworthy", "message": doubt], content: doubt)
      xml.end()
    }
    xml.end()
  }
}
