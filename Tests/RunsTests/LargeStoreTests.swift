import Attacks
import Comparison
import Foundation
import RunSamples
import Runs
import TestSupport
import Testing

/// 10,000 images × 11 budgets × 2 models.
@Suite struct LargeStoreTests {
  @Test("Records take less than 100 bytes each, and are summed up in full", .slow)
  func size() throws {
    let folder = try TemporaryFolder()
    var configuration = RunConfiguration.sample(
      budgets: (0...10).map { .init(text: "\($0)/20", value: Float($0) / 20) })
    configuration.models.append(configuration.models[0])
    configuration.models[1].name = "other"
    let url = URL(filePath: folder("run.sqlite"))
    let store = try RunStore.create(at: url, configuration: configuration)
    for start in stride(from: 0, to: 20_000, by: 500) {
      var records: [EvaluationRecord] = []
      for number in start..<start + 500 {
        for budget in 0...10 {
          let image = number % 10_000
          // Image i falls at budget i mod 11, but for those that would at 0.
          let falls = image % 11 > 0 && budget >= image % 11
          var record = EvaluationRecord.sample(
            budget: budget, image: image, label: image % 3, clean: image % 3,
            after: falls ? (image + 1) % 3 : image % 3,
            norm: Float(budget) / 20 + Float(image) * 1e-9)
          record.model = number / 10_000
          records.append(record)
        }
      }
      try store.append(records)
    }
    let summary = try RunSummary(of: store)
    #expect(summary.results.count == 22)
    for cell in summary.results {
      let fallen = (0..<10_000).count { $0 % 11 > 0 && $0 % 11 <= cell.budgetIndex }
      #expect(cell.count == 10_000 && cell.correct == 10_000 - fallen && cell.successes == fallen)
    }
    try store.closeCompacted()
    let size = try #require(try FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int)
    #expect(size < 220_000 * 100)
    let again = try RunStore.open(at: url)
    #expect(try again.recordCount() == 220_000)
    try again.verify()
    try again.close()
  }
}
