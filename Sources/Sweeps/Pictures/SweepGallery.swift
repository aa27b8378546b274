import Datasets
import Diagnostics
import Files
import Foundation
import Imaging
public import Runs

extension Sweep {
  /// Up to `count` pictures for each model, attack and goal of a complete run, read from its exported examples.
  ///
  /// Each image is shown at the smallest budget that beat it (towards its target nearest to the front, if there are
  /// several), or at the largest if none did. They are chosen for different budgets: one image for each in turn, the first
  /// in the data set whose file does to the model what the attack's own image did, else the first.
  public func gallery(
    in directory: SweepDirectory, count: Int = 6, examples: ExampleCount = .first(10)
  ) throws -> [ImageRow] {
    let exporter = SweepExamples(self, directory: directory, count: examples)
    let predictions = try exporter.filePredictions()
    var pictures: [ImageRow] = []
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
        let isTrue = { (record: EvaluationRecord) in
          record.isFooled(by: predictions[exporter.paths.path(of: record)]!) == record.success
        }
        // Files that show what they say come first, those of each kind in the order of the data set.
        let ordered = shown.filter(isTrue) + shown.filter { !isTrue($0) }
        for record in Self.spread(ordered).prefix(count) {
          let prediction = predictions[exporter.paths.path(of: record)]!
          pictures.append(try exporter.shown(record, hashes, filePrediction: prediction))
        }
      }
    }
    return pictures
  }

  /// Of the exported examples that fool their model, how many there are, and how many still do as files, read back.
  public func exportedSuccesses(
    in directory: SweepDirectory, examples: ExampleCount = .first(10)
  ) throws -> (count: Int, surviving: Int) {
    let exporter = SweepExamples(self, directory: directory, count: examples)
    let predictions = try exporter.filePredictions()
    var (count, surviving) = (0, 0)
    for model in models.indices {
      for record in try exporter.exportedRecords(model: model) where record.success {
        count += 1
        if record.isFooled(by: predictions[exporter.paths.path(of: record)]!) { surviving += 1 }
      }
    }
    return (count, surviving)
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
  /// By path: what the manifest says each file is taken for.
  ///
  /// - Throws: `InputError` of kind `.output` if there is no manifest of these records.
  fileprivate func filePredictions() throws -> [String: Int] {
    guard count > 0 else { return [:] }
    let url = directory.appending(path: "manifest.csv")
    let rows = (try? String(contentsOf: url, encoding: .utf8)).map(CSV.rows) ?? []
    // Its lines are in the order of the records.
    let paths = try sweep.models.indices.flatMap { try exportedRecords(model: $0) }.map { self.paths.path(of: $0) }
    guard let column = rows.first?.firstIndex(of: "png_prediction"), rows.count == paths.count + 1 else {
      throw InputError(
        .output, url.path, "does not fit the run",
        remedy: "delete it, and run \(Action.again) again: it writes the manifest anew")
    }
    return Dictionary(
      zip(paths, rows.dropFirst().map { $0.indices.contains(column) ? Int($0[column]) ?? -1 : -1 }),
      uniquingKeysWith: { first, _ in first })
  }

  /// The pictures of an exported `record`.
  fileprivate func shown(
    _ record: EvaluationRecord, _ hashes: [PictureKey: String], filePrediction: Int
  ) throws -> ImageRow {
    let original = sweep.dataset.pixels(at: positions[record.image]!)
    let levels = try levels(of: record, hashes)
    let largest = zip(levels, original).reduce(1) { max($0, abs(Int($1.0) - Int($1.1))) }
    // The largest change then nearly reaches black or white.
    let gain = max(1, 127 / largest)
    let difference = Quantizer.difference(levels, minus: original, gain: gain)
    return ImageRow(
      record: record, cleanPNG: png(original), perturbationPNG: png(difference), adversarialPNG: png(levels),
      magnification: Double(gain), filePrediction: filePrediction, isUnchanged: levels == original)
  }
}
