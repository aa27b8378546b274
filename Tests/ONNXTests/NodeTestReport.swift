import Foundation
import ONNX

extension NodeTestCase {
  /// Why robust need not do it, by rule; nil: it shall.
  ///
  /// An operator that robust knows is applicable even if its family is not.
  var reasonNotApplicable: String? {
    guard foreignTypes.isEmpty else { return "\(foreignTypes) among its inputs or outputs" }
    guard opset == 0 || opset >= 7 else { return "an operator set below 7" }
    guard !name.contains("training") else { return "training" }
    for name in operators where !Self.isKnown(name) {
      for (names, reason) in Self.outside where names.contains(where: { name.contains($0) }) { return reason }
    }
    return nil
  }

  static func isKnown(_ name: String) -> Bool {
    let parts = name.split(separator: ".")
    let domain = parts.dropLast().joined(separator: ".")
    return OperatorCatalog.definition(domain: domain, name: String(parts[parts.count - 1])) != nil
  }

  static func reasonNotApplicable(_ name: String) -> String? {
    outside.first { $0.names.contains { name.contains($0) } }?.reason
  }

  /// Families that no classifier of images needs.
  private static var outside: [(names: [Regex<Substring>], reason: String)] {
    [
      ([/preview\.training/, /Loss$/], "training"),
      ([/preview\./], "previews, which may change"),
      ([/^ai\.onnx\.ml\./], "features and trees of ai.onnx.ml, which have no gradients"),
      ([/^Loop$/, /^Scan$/], "a loop"),
      ([/Sequence/, /^Optional/], "sequences and optional values"),
      ([/^String/, /^RegexFullMatch$/, /^TfIdfVectorizer$/, /^ImageDecoder$/], "texts and files"),
      ([/^Random/, /^Bernoulli$/, /^Multinomial$/], "random: scores must be the same each time"),
      ([/^DFT$/, /^STFT$/, /^MelWeightMatrix$/, /Window$/], "audio"),
      ([/^NonMaxSuppression$/, /^RoiAlign$/, /^MaxRoiPool$/], "detection of objects"),
      ([/^CausalConvWithState$/, /^LinearAttention$/, /^TensorScatter$/], "states and caches of language models"),
      ([/^Unique$/, /^BitCast$/], "sizes and bits that depend on numbers"),
      ([/^RNN$/, /^LSTM$/, /^GRU$/], "recurrent layers"),
    ]
  }
}

/// What all cases gave, for people.
struct NodeTestReport {
  let folder: NodeTestFolder
  let results: [(testCase: NodeTestCase, result: NodeTestResult)]

  init(_ folder: NodeTestFolder, _ results: [(NodeTestCase, NodeTestResult)]) {
    self.folder = folder
    self.results = results
  }

  private func count(_ isCounted: (NodeTestResult) -> Bool) -> Int { results.count { isCounted($0.result) } }

  var totals: String {
    "node tests of \(folder.source): \(results.count) cases, \(count(\.isPassed)) passed (\(count(\.isConstantOnly)) of "
      + "them only with known inputs), \(count(\.isFailed)) failed, \(count(\.isNotApplicable)) not applicable"
  }

  /// A line a case: its name, operator set, operators, and what it gave.
  var lines: String {
    results.map { testCase, result in
      let operators = testCase.operators.joined(separator: ",")
      return "\(testCase.name)\t\(testCase.opset)\t\(operators)\t\(result.text.replacing("\n", with: " "))\n"
    }.joined()
  }

  /// In Markdown: each operator of ONNX, the versions that robust reads, and its node tests.
  var table: String {
    var rows = ["| operator | versions | node tests |", "|---|---|---|"]
    var outside: [String: [String]] = [:]
    func texts(_ versions: [Int]) -> String { versions.map(String.init).joined(separator: ", ") }
    for (domain, name, versions) in folder.operators {
      let title = domain.isEmpty ? name : "\(domain).\(name)"
      let cases = results.filter { $0.testCase.subject == title && !$0.result.isNotApplicable }
      let passed = cases.count { $0.result.isPassed }
      let tests = cases.isEmpty ? "–" : "\(passed) of \(cases.count)"
      if title == "If" {
        rows.append("| If, where the condition is known | \(texts(versions)) | \(tests) |")
        continue
      }
      guard let definition = OperatorCatalog.definition(domain: domain, name: name) else {
        if let reason = NodeTestCase.reasonNotApplicable(title) { outside[reason, default: []].append(title) }
        if NodeTestCase.reasonNotApplicable(title) == nil { outside["not supported", default: []].append(title) }
        continue
      }
      let missing = versions.filter { $0 > definition.versions[0] && !definition.versions.contains($0) }
      let note = missing.isEmpty ? "" : " (not \(texts(missing)))"
      rows.append("| \(title) | \(texts(definition.versions))\(note) | \(tests) |")
    }
    rows += ["", "Not read:", ""]
    rows += outside.sorted { $0.key < $1.key }.map { "- \($0.key): \($0.value.joined(separator: ", "))" }
    return rows.joined(separator: "\n") + "\n"
  }
}

extension NodeTestResult {
  var isPassed: Bool {
    switch self {
    case .passed, .passedAsConstant: true
    default: false
    }
  }
  var isConstantOnly: Bool { if case .passedAsConstant = self { true } else { false } }
  var isFailed: Bool { if case .failed = self { true } else { false } }
  var isNotApplicable: Bool { if case .notApplicable = self { true } else { false } }

  var text: String {
    switch self {
    case .passed: "passed"
    case .passedAsConstant(let reason): "passed with known inputs only: \(reason)"
    case .notApplicable(let reason): "not applicable: \(reason)"
    case .failed(let reason): "FAILED: \(reason)"
    }
  }
}
