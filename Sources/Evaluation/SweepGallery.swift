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
  /// They show the first images of the data set, each at the smallest budget that beat it (towards its target nearest to
  /// the front, if there are several), or at the largest if none did.
  public func gallery(
    in directory: SweepDirectory, count: Int = 4, examples: SweepExamples.Count = .first(10)
  ) throws -> [SweepPicture] {
    let exporter = SweepExamples(self, directory: directory, count: examples)
    var pictures: [SweepPicture] = []
    for model in models.indices {
      let records = try exporter.exportedRecords(model: model)
      let groups = Dictionary(grouping: records) { [$0.attack, $0.goal] }
      for key in groups.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        let byImage = Dictionary(grouping: groups[key]!, by: \.image)
        let images = byImage.keys.sorted { exporter.positions[$0]! < exporter.positions[$1]! }
        for image in images.prefix(count) {
          let candidates = byImage[image]!.sorted { ($0.budget, $0.target ?? 0) < ($1.budget, $1.target ?? 0) }
          pictures.append(try exporter.shown(candidates.first(where: \.success) ?? candidates.last!))
        }
      }
    }
    return pictures
  }
}

extension SweepExamples {
  /// The pictures of an exported `record`.
  fileprivate func shown(_ record: EvaluationRecord) throws -> SweepPicture {
    let original = sweep.dataset.pixels(at: positions[record.image]!)
    let levels = try levels(of: record)
    let largest = zip(levels, original).reduce(1) { max($0, abs(Int($1.0) - Int($1.1))) }
    // The largest change then nearly reaches black or white.
    let gain = max(1, 127 / largest)
    let difference = Quantizer.difference(levels, minus: original, gain: gain)
    return SweepPicture(
      record: record, cleanPNG: png(original), perturbationPNG: png(difference), adversarialPNG: png(levels),
      magnification: gain)
  }
}
