import Attacks
import Datasets
import Diagnostics
import Files
import Foundation
import Imaging
import Models
import Runs
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
  /// A file to be written.
  struct Picture: Sendable {
    let path: String
    let data: Data
    /// Of an example: which, and the hash by which the store will know the file again.
    var identity: (key: PictureKey, sha256: String)?
  }

  let sweep: Sweep
  let directory: URL
  let store: RunStore
  let count: Int
  let paths: ExamplePaths
  let positions: [Int: Int]

  init(_ sweep: Sweep, directory: SweepDirectory, count: ExampleCount) {
    self.init(sweep, images: directory.images, store: directory.store, count: count)
  }

  /// The examples of a part of the sweep, to be read from its folder at `path`.
  init(_ sweep: Sweep, partAt path: String, count: ExampleCount) throws {
    let images = URL(filePath: path, directoryHint: .isDirectory).appending(path: RunFolderNames.images)
    self.init(sweep, images: images, store: try RunStore.open(at: SweepDirectory.storeURL(in: path)), count: count)
  }

  private init(_ sweep: Sweep, images: URL, store: RunStore, count: ExampleCount) {
    self.sweep = sweep
    directory = images
    self.store = store
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

  func budget(_ record: EvaluationRecord) -> Budget { sweep.configuration.budgets[record.budget] }

  /// The example of `record`, `[1, channel, row, column]`, as a file.
  func picture(_ record: EvaluationRecord, of image: Tensor, at position: Int) -> Picture {
    let levels = ExampleLevels.nearest(
      to: image, around: sweep.dataset.pixels(at: position), budget: budget(record).value,
      norm: sweep.configuration.norm)
    let data = png(levels)
    return Picture(
      path: paths.path(of: record), data: data, identity: (PictureKey(record), Checksum.sha256(of: data)))
  }

  func png(_ levels: [UInt8]) -> Data { PNG.encode(Bitmap(planar: levels, shape: sweep.dataset.shape)) }

  /// Writes files, and tells the store which they are.
  func write(_ pictures: [Picture]) throws {
    for folder in Set(pictures.map { PathParts.folder($0.path) }).sorted() { try makeFolder(folder) }
    for picture in pictures { try write(picture.data, to: picture.path) }
    try store.setPictures(pictures.compactMap(\.identity))
  }

  /// Makes a folder below that of the pictures, one after the other, none of which may be a link.
  private func makeFolder(_ path: String) throws {
    var url = directory
    for part in [""] + path.split(separator: "/").map(String.init) {
      if !part.isEmpty { url.append(path: part, directoryHint: .isDirectory) }
      switch PathKind(at: PathParts.withoutSlash(url.path)) {
      case .folder: continue
      case nil:
        guard mkdir(url.path, 0o777) != 0 else { continue }
        throw Self.unwritable(url, "can't be made: \(String(cString: strerror(errno)))")
      case .some(let kind):
        throw InputError(
          .output, url.path, "is \(kind.words), and a folder of pictures is to be made there",
          remedy: "move it away, then run \(Action.again) again: it goes on where it stopped")
      }
    }
  }

  private func write(_ data: Data, to path: String) throws {
    let url = directory.appending(path: path)
    do {
      // Not flushed one by one: a chunk whose files were lost or are damaged writes them again.
      try AtomicFile.writeUnflushed(data, to: url.path)
    } catch let error as InputError {
      guard PathKind(at: url.path) != .link else { throw error }
      throw Self.unwritable(url, error.problem)
    }
  }

  private static func unwritable(_ url: URL, _ problem: String) -> InputError {
    InputError(
      .output, url.path, problem,
      remedy: "check the disk and the output folder, then run \(Action.again) again: it goes on where it stopped")
  }

  /// The images of a stored `model` some of whose examples are not on disk, or are not those that were written.
  func imagesWithoutPictures(model: Int) throws -> Set<Int> {
    let hashes = count > 0 ? try store.pictures(model: model) : [:]
    var images = Set<Int>()
    for record in try exportedRecords(model: model) where !images.contains(record.image) {
      if data(of: record, hashes) == nil { images.insert(record.image) }
    }
    return images
  }

  /// The file of `record`, if it is the one whose hash is in `hashes`.
  func data(of record: EvaluationRecord, _ hashes: [PictureKey: String]) -> Data? {
    let path = directory.appending(path: paths.path(of: record)).path
    // A link is not followed; a device or pipe is not waited for.
    guard PathKind(at: path) == .file, let data = FileManager.default.contents(atPath: path),
      Checksum.sha256(of: data) == hashes[PictureKey(record)]
    else { return nil }
    return data
  }

  /// The stored records of `model` that have a file.
  func exportedRecords(model: Int) throws -> [EvaluationRecord] {
    guard count > 0 else { return [] }
    var records: [EvaluationRecord] = []
    for attack in sweep.attacks.indices {
      for goal in sweep.configuration.goals.indices {
        records += try store.records(model: model, attack: attack, goal: goal) {
          positions[$0.image] != nil && hasExample($0)
        }
      }
    }
    return records
  }

  /// Writes the originals, reads every example back, asks its model about it, and writes `manifest.csv`.
  func writeManifest(threads: Int, isCancelled: @Sendable () -> Bool) throws {
    guard count > 0 else { return }
    try write(
      (0..<count).map {
        Picture(path: paths.clean(sweep.dataset.ids[$0]), data: png(sweep.dataset.pixels(at: $0)))
      })
    var lines = [CSV.line(Self.header)]
    for (model, classifier) in sweep.models.enumerated() {
      let records = try exportedRecords(model: model)
      let hashes = try store.pictures(model: model)
      let size = classifier.chunkSize
      let firstBudgets = FirstBudgets(records)
      lines += try parallelMap(
        count: (records.count + size - 1) / size, threads: threads, isCancelled: isCancelled
      ) { chunk in
        try verdicts(
          Array(records[chunk * size..<min((chunk + 1) * size, records.count)]), hashes, classifier, firstBudgets)
      }.flatMap { $0 }
    }
    try AtomicFile.write(
      Data(lines.joined().utf8), to: directory.appending(path: RunFolderNames.manifest).path, links: .refused)
  }
}
