import Attacks
import Datasets
import Diagnostics
import Files
import Foundation
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
  let pictures: ExamplePictures
  let directory: URL
  let store: RunStore
  let count: Int
  let positions: [Int: Int]

  init(_ sweep: Sweep, directory: SweepDirectory, count: ExampleCount) {
    self.init(sweep, in: directory.url, store: directory.store, count: count)
  }

  /// Those in the `folder` of the sweep, or of a part of it, whose store is `store`.
  init(_ sweep: Sweep, in folder: URL, store: RunStore, count: ExampleCount) {
    self.sweep = sweep
    directory = folder.appending(path: RunFolderNames.images, directoryHint: .isDirectory)
    self.store = store
    let limit =
      switch count {
      case .first(let limit): min(max(limit, 0), sweep.dataset.count)
      case .all: sweep.dataset.count
      }
    self.count = limit
    pictures = ExamplePictures(sweep)
    positions = Dictionary(sweep.dataset.ids.prefix(limit).enumerated().map { ($1, $0) }) { first, _ in first }
  }

  /// Whether `record`, of the image at `position`, has a file.
  func includes(_ record: EvaluationRecord, at position: Int) -> Bool { position < count && hasExample(record) }

  private func hasExample(_ record: EvaluationRecord) -> Bool {
    record.isTrial && sweep.configuration.budgets[record.budget].value > 0
  }

  /// The example of `record`, `[1, channel, row, column]`, as a file.
  func picture(_ record: EvaluationRecord, of image: Tensor, at position: Int) -> Picture {
    let data = pictures.png(pictures.levels(of: image, record, at: position))
    return Picture(
      path: pictures.paths.path(of: record), data: data, identity: (PictureKey(record), Checksum.sha256(of: data)))
  }

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
    let path = path(of: record)
    // A link is not followed; a device or pipe is not waited for.
    guard PathKind(at: path) == .file, let data = FileManager.default.contents(atPath: path),
      Checksum.sha256(of: data) == hashes[PictureKey(record)]
    else { return nil }
    return data
  }

  private func path(of record: EvaluationRecord) -> String {
    directory.appending(path: pictures.paths.path(of: record)).path
  }

  /// The levels in the file of `record`, `[channel, row, column]`, which has to be the one that was written.
  func levels(of record: EvaluationRecord, _ hashes: [PictureKey: String]) throws -> [UInt8] {
    let remedy = "give \(Action.again) again, or `\(Action.resume())`: it makes damaged pictures again"
    guard let data = data(of: record, hashes) else {
      throw InputError(.output, path(of: record), "is not the picture that the run wrote there", remedy: remedy)
    }
    return try pictures.levels(in: data, path: path(of: record), remedy: remedy)
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
    for position in 0..<count {
      let original = pictures.original(at: position)
      try write([Picture(path: original.path, data: original.data)])
    }
    var lines = [CSV.line(ExamplePictures.runColumns.map(\.0))]
    for (model, classifier) in sweep.models.enumerated() {
      let records = try exportedRecords(model: model)
      let hashes = try store.pictures(model: model)
      let size = classifier.chunkSize
      let firstBudgets = FirstBudgets(records)
      lines += try parallelMap(
        count: (records.count + size - 1) / size, threads: threads, isCancelled: isCancelled
      ) { chunk in
        let files = try records[chunk * size..<min((chunk + 1) * size, records.count)].map { record in
          (record, positions[record.image]!, try levels(of: record, hashes).map { Float($0) / 255 })
        }
        return zip(files, pictures.verdicts(files, classifier)).map { line($0.0, firstBudgets.budget(of: $0.0), $1) }
      }.flatMap { $0 }
    }
    try AtomicFile.write(
      Data(lines.joined().utf8), to: directory.appending(path: RunFolderNames.manifest).path, links: .refused)
  }

  /// What the manifest says of a file.
  private func line(_ record: EvaluationRecord, _ firstBudget: Int?, _ verdict: ExampleVerdict) -> String {
    let configuration = sweep.configuration
    var row = pictures.row(
      record, file: pictures.paths.path(of: record), attack: configuration.attacks[record.attack],
      firstBudget: firstBudget, clean: nil, verdict)
    // ε is spelt as in the other tables of a run: 1.0 rather than 1.
    row["epsilon"] = configuration.budgets[record.budget].columns[0]
    row["first_epsilon"] = firstBudget.map { configuration.budgets[$0].columns[0] }
    return ManifestRow(ExamplePictures.runColumns.map { ($0, row[$1]) }).line
  }
}
