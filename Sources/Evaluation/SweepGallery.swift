import Datasets
public import Foundation
import Imaging

/// One attacked image to be shown in a report: clean, perturbation and adversarial, as PNG.
public struct SweepPicture: Sendable {
  public let record: EvaluationRecord
  public let cleanPNG: Data
  /// The perturbation, magnified, with grey for zero.
  public let perturbationPNG: Data
  public let adversarialPNG: Data
  /// By how much the perturbation is magnified.
  public let magnification: Int
}

extension Sweep {
  /// Up to `count` pictures for each model, attack and goal of a complete run, read from its exported examples.
  ///
  /// Each image is shown at the smallest budget that beat it (towards its target nearest to the front, if there are
  /// several), or at the largest if none did. They are chosen for different budgets: one image for each in turn, the first
  /// in the data set, those that were wrong from the start last.
  public func gallery(
    in directory: SweepDirectory, count: Int = 6, examples: SweepExamples.Count = .first(10)
  ) throws -> [SweepPicture] {
    let exporter = SweepExamples(self, directory: directory, count: examples)
    var pictures: [SweepPicture] = []
    for model in models.indices {
      let records = try exporter.exportedRecords(model: model)
      let hashes = try exporter.store.pictures(model: model)
      let groups = Dictionary(grouping: records) { [$0.attack, $0.goal] }
      for key in groups.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        let byImage = Dictionary(grouping: groups[key]!, by: \.image)
        let images = byImage.keys.sorted { exporter.positions[$0]! < exporter.positions[$1]! }
        let shown = images.map { image -> EvaluationRecord in
          let records = byImage[image]!.sorted { ($0.budget, $0.target ?? 0) < ($1.budget, $1.target ?? 0) }
          return records.first(where: \.success) ?? records.last!
        }
        for record in Self.spread(shown).prefix(count) { pictures.append(try exporter.shown(record, hashes)) }
      }
    }
    return pictures
  }

  /// `records` in another order: the first of each budget and outcome, then the second of each, and so on.
  private static func spread(_ records: [EvaluationRecord]) -> [EvaluationRecord] {
    func kind(_ record: EvaluationRecord) -> [Int] { [record.isTrial ? 0 : 1, record.budget, record.success ? 0 : 1] }
    let groups = Dictionary(grouping: records, by: kind)
    let kinds = groups.keys.sorted { $0.lexicographicallyPrecedes($1) }
    let ranked = kinds.flatMap { kind in
      groups[kind]!.enumerated().map { (turn: kind[0] == 0 ? $0.offset : .max, record: $0.element) }
    }
    // Swift's sort is stable: within a turn, the order of the kinds stays.
    return ranked.sorted { $0.turn < $1.turn }.map(\.record)
  }
}

extension SweepExamples {
  /// The pictures of an exported `record`.
  fileprivate func shown(_ record: EvaluationRecord, _ hashes: [PictureKey: String]) throws -> SweepPicture {
    let original = sweep.dataset.pixels(at: positions[record.image]!)
    let levels = try levels(of: record, hashes)
    let largest = zip(levels, original).reduce(1) { max($0, abs(Int($1.0) - Int($1.1))) }
    // The largest change then nearly reaches black or white.
    let gain = max(1, 127 / largest)
    let difference = Quantizer.difference(levels, minus: original, gain: gain)
    return SweepPicture(
      record: record, cleanPNG: png(original), perturbationPNG: png(difference), adversarialPNG: png(levels),
      magnification: gain)
  }
}
