import Attacks
import Foundation
import RunSamples
import Runs
import Testing

@Suite struct ColumnsTests {
  /// `repr(8/255)` and so on of Python.
  @Test(arguments: [
    ("8/255", "0.03137254901960784"), ("1/255", "0.00392156862745098"), ("0.1", "0.1"), ("0.05", "0.05"),
    ("1e-2", "0.01"),
    ("0", "0.0"), ("1", "1.0"), ("0.30000000000000004", "0.30000000000000004"), ("1/3", "0.3333333333333333"),
  ])
  func epsilonIsWhatWasTyped(text: String, number: String) throws {
    let value = try #require(text.contains("/") ? fraction(text) : Double(text))
    let budget = Budget(text: text, value: Float(value))
    #expect(budget.columns == [number, text])
    #expect(Double(budget.columns[0]) == value)
  }

  private func fraction(_ text: String) -> Double? {
    let parts = text.split(separator: "/").compactMap { Double($0) }
    return parts[0] / parts[1]
  }

  /// A text that says something else, as a damaged store may have, does not replace the number.
  @Test(arguments: ["", "eight", "8/256", "1/0"])
  func aTextThatSaysSomethingElseIsNotBelieved(text: String) {
    #expect(Budget(text: text, value: 0.1).columns == ["0.1", text])
  }

  @Test(arguments: [
    ("FGSM(objective: cross-entropy)", ["fgsm", "objective: cross-entropy"]),
    (
      "BIM(steps: 10, relativeStepSize: 0.2, objective: dlr)",
      ["bim", "steps: 10, relativeStepSize: 0.2, objective: dlr"]
    ),
    ("fgsm()", ["fgsm", ""]), ("custom", ["custom", ""]),
  ])
  func attacksAreNameAndParameters(description: String, columns: [String]) {
    #expect(RunConfiguration.Attack.columns(of: description) == columns)
  }

  @Test func datesAreISO8601AndThoseOfOlderStoresAreRead() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "dates-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appending(path: "run.sqlite")
    let store = try RunStore.create(at: url, configuration: .sample())
    let facts = RunFacts(
      startedAt: Date(timeIntervalSince1970: 0.25), finishedAt: Date(timeIntervalSince1970: 1e9), seconds: 1,
      threads: 1,
      commandLine: "robust")
    try store.setFacts(facts)
    try store.close()
    let stored = try #require(try StoredText.fetch(url))
    #expect(stored.contains(#""startedAt":"1970-01-01T00:00:00.250Z""#), "\(stored)")
    #expect(stored.contains(#""finishedAt":"2001-09-09T01:46:40.000Z""#))
    try StoredText.replace(url) {
      $0.replacing(#""1970-01-01T00:00:00.250Z""#, with: "-978307199.75")
        .replacing(#""2001-09-09T01:46:40.000Z""#, with: #""2001-09-09T01:46:40Z""#)
    }
    #expect(try RunStore.open(at: url).facts() == facts)
  }
}
