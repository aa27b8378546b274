import Datasets
import Diagnostics
import Files
import Foundation
public import Runs

/// The examples of a complete run that its report shows, and how many of all survive as files.
public struct SweepGallery: Sendable {
  /// For each model, attack and goal.
  public var rows: [ImageRow]
  /// Of the exported examples that fool their model, how many there are, and how many still do as files, read back.
  public var successes: Int
  public var surviving: Int
}

extension Sweep {
  /// Up to `count` pictures for each model, attack and goal of a complete run, read from its exported examples.
  ///
  /// Each image is shown at the smallest budget that beat it (towards its target nearest to the front, if there are
  /// several), or at the largest if none did. They are chosen for different budgets: one image for each in turn, the first
  /// in the data set whose file does to the model what the attack's own image did, else the first.
  ///
  /// - Throws: `InputError` of kind `.output` if there is no manifest of the run, or a picture is not that of the run.
  public func gallery(
    in directory: SweepDirectory, count: Int = 6, examples: ExampleCount = .first(10)
  ) throws -> SweepGallery {
    let exporter = SweepExamples(self, directory: directory, count: examples)
    let records = try models.indices.map { try exporter.exportedRecords(model: $0) }
    var predictions = try exporter.filePredictions(count: records.joined().count)[...]
    var gallery = SweepGallery(rows: [], successes: 0, surviving: 0)
    for (model, records) in records.enumerated() {
      let files = zip(records, predictions).map { File(record: $0, prediction: $1) }
      predictions = predictions.dropFirst(records.count)
      gallery.successes += files.count(where: \.record.success)
      gallery.surviving += files.count { $0.record.success && $0.isFooled }
      let hashes = try exporter.store.pictures(model: model)
      let groups = Dictionary(grouping: files) { [$0.record.attack, $0.record.goal] }
      for key in groups.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        let byImage = Dictionary(grouping: groups[key]!, by: \.record.image)
        let images = byImage.keys.sorted { exporter.positions[$0]! < exporter.positions[$1]! }
        let shown = images.map { image -> File in
          let files = byImage[image]!.sorted {
            ($0.record.budget, $0.record.target ?? 0) < ($1.record.budget, $1.record.target ?? 0)
          }
          return files.first(where: \.record.success) ?? files.last!
        }
        // Files that show what they say come first, those of each kind in the order of the data set.
        let ordered = shown.filter(\.isTrue) + shown.filter { !$0.isTrue }
        gallery.rows += try Self.spread(ordered).prefix(count).map { try exporter.shown($0, hashes) }
      }
    }
    return gallery
  }

  /// An exported example, and what its file is taken for.
  fileprivate struct File {
    let record: EvaluationRecord
    let prediction: Int

    var isFooled: Bool { record.isFooled(by: prediction) }
    /// Whether the file does to the model what the attack's own image did.
    var isTrue: Bool { isFooled == record.success }
  }

  /// `files` in another order: the first of each budget and outcome, then the second of each, and so on.
  private static func spread(_ files: [File]) -> [File] {
    let groups = Dictionary(grouping: files) { [$0.record.budget, $0.record.success ? 0 : 1] }
    let ranked = groups.keys.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { groups[$0]!.enumerated() }
    // Swift's sort is stable: within a turn, the order of the kinds stays.
    return ranked.sorted { $0.offset < $1.offset }.map(\.element)
  }
}

extension SweepExamples {
  /// What the manifest says each of `count` files is taken for, in the order of their records.
  ///
  /// - Throws: `InputError` of kind `.output` if there is no manifest of so many.
  fileprivate func filePredictions(count files: Int) throws -> [Int] {
    guard count > 0 else { return [] }
    let url = directory.appending(path: RunFolderNames.manifest)
    let rows = (try? String(contentsOf: url, encoding: .utf8)).map(CSV.rows) ?? []
    guard let column = rows.first?.firstIndex(of: "png_prediction"), rows.count == files + 1 else {
      throw InputError(
        .output, url.path, "does not fit the run",
        remedy: "delete it, and run \(Action.again) again: it writes the manifest anew")
    }
    return rows.dropFirst().map { $0.indices.contains(column) ? Int($0[column]) ?? -1 : -1 }
  }

  /// The pictures of a file.
  fileprivate func shown(_ file: Sweep.File, _ hashes: [PictureKey: String]) throws -> ImageRow {
    let position = positions[file.record.image]!
    let original = sweep.dataset.pixels(at: position)
    let levels = try levels(of: file.record, hashes)
    let perturbation = pictures.perturbation(to: levels, at: position)
    return ImageRow(
      record: file.record, cleanPNG: pictures.png(original), perturbationPNG: pictures.png(perturbation.levels),
      adversarialPNG: pictures.png(levels), magnification: Double(perturbation.gain), filePrediction: file.prediction,
      isUnchanged: levels == original)
  }
}
