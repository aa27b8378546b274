import Datasets
import Files
import Foundation
import Imaging
import Models
import Tensors

/// The adversarial examples of a sweep as 8-bit PNG files, and what the models say of them once they are read back.
///
///     images/clean/00017.png
///     images/<model>/<attack>/<goal>/eps-0.05/00017.png        8/255 is written 8_255; `each` has a folder per target
///     images/manifest.csv
///
/// There is a file for each budget above 0 and each image that the attack could work on: classified correctly before,
/// and not of the target class. Intensities are rounded to the nearest level inside the budget, counted in levels.
public struct SweepExamples: Sendable {
  /// How many images of the data set have their examples exported.
  public enum Count: Sendable, Hashable {
    case first(Int)
    case all
  }

  /// A file to be written.
  struct Picture: Sendable {
    let path: String
    let data: Data
  }

  let sweep: Sweep
  let directory: URL
  let store: RunStore
  let count: Int
  let paths: ExamplePaths
  let positions: [Int: Int]

  init(_ sweep: Sweep, directory: SweepDirectory, count: Count) {
    self.sweep = sweep
    self.directory = directory.images
    store = directory.store
    let limit =
      switch count {
      case .first(let limit): min(max(limit, 0), sweep.dataset.count)
      case .all: sweep.dataset.count
      }
    self.count = limit
    paths = ExamplePaths(sweep.configuration)
    positions = Dictionary(sweep.dataset.ids.prefix(limit).enumerated().map { ($1, $0) }) { first, _ in first }
  }

  /// Whether `record`, of the image at `position`, has a file.
  func includes(_ record: EvaluationRecord, at position: Int) -> Bool { position < count && hasExample(record) }

  private func hasExample(_ record: EvaluationRecord) -> Bool {
    record.isTrial && budget(record).value > 0
  }

  func budget(_ record: EvaluationRecord) -> RunConfiguration.Budget { sweep.configuration.budgets[record.budget] }

  /// The example of `record`, `[1, channel, row, column]`, as a file.
  func picture(_ record: EvaluationRecord, of image: Tensor, at position: Int) -> Picture {
    let levels = Quantizer.levels(
      of: image, around: sweep.dataset.pixels(at: position), epsilon: budget(record).value)
    return Picture(path: paths.path(of: record), data: png(levels))
  }

  func png(_ levels: [UInt8]) -> Data { PNG.encode(Bitmap(planar: levels, shape: sweep.dataset.shape)) }

  func write(_ pictures: [Picture]) throws {
    for folder in Set(pictures.map { PathParts.folder($0.path) }) { try makeFolder(folder) }
    for picture in pictures { try write(picture.data, to: picture.path) }
  }

  private func makeFolder(_ path: String) throws {
    let url = directory.appending(path: path)
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw Self.unwritable(url, "can't be written: \(error.localizedDescription)")
    }
  }

  private func write(_ data: Data, to path: String) throws {
    let url = directory.appending(path: path)
    do {
      // Not flushed one by one: a chunk whose files were lost or are empty writes them again.
      try AtomicFile.writeUnflushed(data, to: url.path)
    } catch let error as InputError {
      throw Self.unwritable(url, error.problem)
    }
  }

  private static func unwritable(_ url: URL, _ problem: String) -> InputError {
    InputError(
      .output, url.path, problem,
      remedy: "check the disk and the output folder, then run the same command again: it goes on where it stopped")
  }

  /// The images of a stored `model` some of whose examples are not on disk.
  func imagesWithoutPictures(model: Int) throws -> Set<Int> {
    var images = Set<Int>()
    for record in try exportedRecords(model: model) where !images.contains(record.image) {
      let file = directory.appending(path: paths.path(of: record)).path
      let size = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
      if (size ?? 0) == 0 { images.insert(record.image) }
    }
    return images
  }

  /// The stored records of `model` that have a file.
  func exportedRecords(model: Int) throws -> [EvaluationRecord] {
    guard count > 0 else { return [] }
    var records: [EvaluationRecord] = []
    for attack in sweep.attacks.indices {
      for goal in sweep.goals.indices {
        records += try store.records(model: model, attack: attack, goal: goal) {
          positions[$0.image] != nil && hasExample($0)
        }
      }
    }
    return records
  }

  /// Writes the originals, reads every example back, asks its model about it, and writes `manifest.csv`.
  func writeManifest(threads: Int) throws {
    guard count > 0 else { return }
    try write(
      (0..<count).map {
        Picture(path: paths.clean(sweep.dataset.ids[$0]), data: png(sweep.dataset.pixels(at: $0)))
      })
    var lines = [CSV.line(Self.header)]
    for (model, classifier) in sweep.models.enumerated() {
      let records = try exportedRecords(model: model)
      let size = classifier.chunkSize
      let firstBudgets = FirstBudgets(records)
      lines += try parallelMap(count: (records.count + size - 1) / size, threads: threads) { chunk in
        try verdicts(
          Array(records[chunk * size..<min((chunk + 1) * size, records.count)]), classifier, firstBudgets)
      }.flatMap { $0 }
    }
    try AtomicFile.write(
      Data(lines.joined().utf8), to: directory.appending(path: "manifest.csv").path)
  }
}
