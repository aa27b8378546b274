import Attacks
import Datasets
import Diagnostics
import Foundation
public import Runs

/// The parts of one run, each complete, that together are the whole.
public struct ShardSet: Sendable {
  private struct Part: Sendable {
    let path: String
    let shard: Shard
  }

  /// In the order of their numbers.
  private let parts: [Part]
  public let configuration: RunConfiguration
  /// What the parts were asked for, without which part: of several wishes, the first part's.
  public let options: RunOptions
  /// The circumstances of the parts, as far as they are known.
  public let facts: [RunFacts]

  /// Looks into the folders at `paths`, in any order.
  ///
  /// - Throws: `InputError` that names the folders concerned if one holds no part of a run, if they are not parts of the
  ///   same run, or if a part is missing or there twice.
  public init(opening paths: [String]) throws {
    var parts: [Part] = []
    var facts: [RunFacts] = []
    var common: (configuration: RunConfiguration, options: RunOptions)?
    var first: Shard?
    for path in paths {
      let store = try RunStore.open(at: SweepDirectory.storeURL(in: path))
      // There may be more parts than files that may be open.
      defer { try? store.close() }
      let options = try store.options()
      guard let shard = options.shard else {
        throw InputError(
          .output, path, "holds a whole run, not a part of one", remedy: "name folders made by `\(Action.sweepPart())`")
      }
      if let common {
        try Self.check(store.configuration, path, against: common.configuration, parts[0].path)
      }
      // Whatever the order of the folders, names and paths are those of the part with the smallest number.
      if first.map({ shard.index < $0.index }) ?? true {
        first = shard
        common = (
          store.configuration,
          common?.options
            ?? RunOptions(examples: options.examples, checks: options.checks, figures: options.figures)
        )
      }
      parts.append(Part(path: path, shard: shard))
      try store.facts().map { facts.append($0) }
    }
    guard let common else {
      throw InputError(.usage, "\(Action.merge)", "no folder is named", remedy: "name the folders of all parts")
    }
    try Self.check(parts)
    self.parts = parts.sorted { $0.shard.index < $1.shard.index }
    self.facts = facts
    (configuration, options) = common
  }

  private static func check(
    _ configuration: RunConfiguration, _ path: String, against first: RunConfiguration, _ firstPath: String
  ) throws {
    guard configuration.configurationHash != first.configurationHash else { return }
    throw InputError(
      .output, path,
      "is a part of another run than \(firstPath): "
        + configuration.differences(from: first).joined(separator: "; "),
      remedy: "make all parts with the same options and the same version of robust")
  }

  /// Each part of one number of parts has to be there, once.
  private static func check(_ parts: [Part]) throws {
    var paths: [Shard: String] = [:]
    let count = parts[0].shard.count
    for part in parts {
      guard part.shard.count == count else {
        throw InputError(
          .output, part.path, "is part \(part.shard), while \(parts[0].path) is part \(parts[0].shard)",
          remedy: "make all parts with the same number of parts")
      }
      if let twin = paths.updateValue(part.path, forKey: part.shard) {
        throw InputError(.output, part.path, "is part \(part.shard), and so is \(twin)", remedy: "name each part once")
      }
    }
    let missing = (1...count).filter { paths[Shard($0, of: count)] == nil }
    guard missing.isEmpty else {
      let names = missing.prefix(10).map { "\($0)/\(count)" }.joined(separator: ", ")
      throw InputError(
        .output, "\(Action.merge)", "no folder holds part \(names)\(missing.count > 10 ? ", …" : "")",
        remedy:
          "name the folders of all \(count) parts; `\(Action.sweepPart("\(missing[0])/\(count)"))` makes a missing one")
    }
  }

  /// Puts the records and examples of all parts into `directory`, unless they are there already.
  ///
  /// The records go in as one transaction: a merge that is killed leaves none, and can be repeated. Examples that a part
  /// lacks are left to `Sweep.run`, which makes them again.
  ///
  /// - Parameter sweep: the sweep of the parts.
  /// - Throws: `InputError` of kind `.output` that names a part that is incomplete, damaged, or holds what belongs to
  ///   another part; nothing is then in `directory`.
  public func merge(into directory: SweepDirectory, of sweep: Sweep) throws {
    let present = try directory.store.recordCount()
    if present == 0 {
      try directory.store.append { add in
        for part in parts {
          let store = try RunStore.open(at: SweepDirectory.storeURL(in: part.path))
          defer { try? store.close() }
          try Self.hand(store, part, of: sweep, to: add)
        }
      }
    } else if present != sweep.dataset.count * sweep.models.count * sweep.recordsPerImage {
      throw InputError(
        .output, directory.url.path, "already holds \(present) records of this run",
        remedy: "name a new output folder, or complete that one by `\(Action.resume())`")
    }
    try copyExamples(to: directory, of: sweep)
  }

  /// Hands the records of a part to `add`, after which they are known to be all of it and nothing else.
  private static func hand(
    _ store: RunStore, _ part: Part, of sweep: Sweep, to add: (EvaluationRecord) throws -> Void
  ) throws {
    let (shard, path) = (part.shard, part.path)
    /// By model and image.
    var missing: [[Int: Int]] = sweep.models.map { _ in [:] }
    for chunk in sweep.chunks(of: shard) {
      for position in chunk.positions { missing[chunk.model][sweep.dataset.ids[position]] = sweep.recordsPerImage }
    }
    try store.forEachRecord { record in
      guard let count = missing[record.model][record.image], count > 0 else {
        throw InputError(
          .output, path, "holds image \(record.image) of model \(record.model), which is not in its part \(shard)",
          remedy: "make that part again in a new folder")
      }
      missing[record.model][record.image] = count - 1
      try add(record)
    }
    let images = missing.reduce(0) { $0 + $1.values.count { $0 > 0 } }
    let all = missing.reduce(0) { $0 + $1.count }
    guard images == 0 else {
      throw InputError(
        .output, path, "part \(shard) is incomplete: \(images) of \(all) images are still to be attacked",
        remedy: "complete it by `\(Action.resume(in: path))`, then merge again")
    }
  }

  /// How many are held at a time, and made known to the store in one transaction.
  private static let picturesAtOnce = 256

  private func copyExamples(to directory: SweepDirectory, of sweep: Sweep) throws {
    let exporter = SweepExamples(sweep, directory: directory, count: directory.options.examples)
    guard exporter.count > 0 else { return }
    let records = try sweep.models.indices.map { try exporter.exportedRecords(model: $0) }
    for part in parts {
      let own = sweep.chunks(of: part.shard)
      let store = try RunStore.open(at: SweepDirectory.storeURL(in: part.path))
      defer { try? store.close() }
      let folder = URL(filePath: part.path, directoryHint: .isDirectory)
      let source = SweepExamples(sweep, in: folder, store: store, count: directory.options.examples)
      for model in sweep.models.indices {
        let images = Set(own.filter { $0.model == model }.flatMap(\.positions).map { sweep.dataset.ids[$0] })
        let hashes = images.isEmpty ? [:] : try store.pictures(model: model)
        // A picture that is missing or damaged in its part is made again by the sweep.
        let wanted = records[model].filter { images.contains($0.image) }
        for start in stride(from: 0, to: wanted.count, by: Self.picturesAtOnce) {
          try exporter.write(
            wanted[start..<min(start + Self.picturesAtOnce, wanted.count)].compactMap { record in
              guard let data = source.data(of: record, hashes) else { return nil }
              let key = PictureKey(record)
              return .init(path: exporter.pictures.paths.path(of: record), data: data, identity: (key, hashes[key]!))
            })
        }
      }
    }
  }
}

extension Sweep {
  /// How many records there are of one image under one model.
  var recordsPerImage: Int {
    let goals = configuration.goals.reduce(0) { $0 + ($1 == .each ? configuration.classCount : 1) }
    return attacks.count * goals * configuration.budgets.count
  }
}
