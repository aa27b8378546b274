import Attacks
import Diagnostics
import Foundation
import RunSamples
import Runs
import Sweeps
import TestSupport
import Testing

/// A sweep in parts: the same records and bytes as the whole.
@Suite struct ShardTests {
  /// 2 models × 6 chunks of 4 images, with examples, on targets and two attacks.
  private func sample(_ limit: Int = 23) throws -> SweepSample {
    try SweepSample(
      count: limit, goals: [.untargeted, .each],
      attacks: [FGSM(), BIM(steps: .relative(count: 2, relativeSize: 0.5), startsAtRandom: true)])
  }

  /// Runs each part in a folder of its own below `folder`.
  private func parts(
    _ count: Int, _ sample: SweepSample, in folder: URL, only: Set<Int>? = nil, isCancelled: Bool = false
  ) throws -> [String] {
    try (1...count).filter { only?.contains($0) ?? true }.map { index in
      let path = folder.appending(path: "part-\(index)-\(UUID().uuidString.prefix(4))").path
      let directory = try SweepDirectory.open(
        at: path, configuration: sample.configuration,
        options: RunOptions(examples: .first(9), shard: Shard(index, of: count)))
      #expect(try sample.sweep.run(into: directory, threads: 2, isCancelled: { isCancelled }) == !isCancelled)
      try directory.store.closeCompacted()
      return path
    }
  }

  /// The bytes of the store, of the examples and of the manifest.
  private func bytes(_ folder: URL) throws -> [String: Data] {
    var files = try pictures(below: folder)
    files["run.sqlite"] = try Data(contentsOf: folder.appending(path: "run.sqlite"))
    return files
  }

  private func whole(_ sample: SweepSample, in folder: URL) throws -> [String: Data] {
    let directory = try SweepDirectory.open(
      at: folder.path, configuration: sample.configuration, options: RunOptions(examples: .first(9)))
    #expect(try sample.sweep.run(into: directory, threads: 1))
    try directory.store.closeCompacted()
    return try bytes(folder)
  }

  @Test("Merged parts are the whole run, byte for byte", .slow, arguments: [1, 3, 7, 40])
  func merges(count: Int) throws {
    try withFolder { folder in
      let sample = try sample()
      let expected = try whole(sample, in: folder.appending(path: "whole"))
      #expect(expected.count > 200)
      let paths = try parts(count, sample, in: folder)
      let shards = try ShardSet(opening: paths.reversed())
      #expect(shards.options == RunOptions(examples: .first(9)))

      let merged = folder.appending(path: "merged")
      let before = sample.models.map(\.work.value)
      let directory = try SweepDirectory.open(
        at: merged.path, configuration: shards.configuration, options: shards.options)
      try shards.merge(into: directory, of: sample.sweep)
      let between = sample.models.map(\.work.value)
      #expect(before == between, "merging attacks nothing")
      #expect(try sample.sweep.run(into: directory, threads: 2))
      try directory.store.closeCompacted()
      #expect(try bytes(merged) == expected)

      // Merging again finds everything there.
      let again = try SweepDirectory.open(at: merged.path, configuration: shards.configuration)
      try shards.merge(into: again, of: sample.sweep)
      try again.store.closeCompacted()
      #expect(try bytes(merged) == expected)
    }
  }

  @Test("Every chunk is in one part, and every part has chunks of every model")
  func dealing() throws {
    try withFolder { folder in
      let sample = try sample()
      var images: [[Int]] = []
      for path in try parts(3, sample, in: folder) {
        let store = try RunStore.open(at: SweepDirectory.storeURL(in: path))
        images.append(try (0...1).map { try store.images(model: $0, attack: 0, goal: 0).count })
        try store.close()
      }
      // Chunks of 4, 4, 4, 4, 4, 3 images of each model, dealt 0, 1, 2, 0, 1, 2.
      #expect(images == [[8, 8], [8, 8], [7, 7]])
    }
  }

  @Test("What does not fit together is refused by name")
  func refusals() throws {
    try withFolder { folder in
      let sample = try sample()
      func refusal(_ paths: [String]) throws -> InputError {
        try #require(throws: InputError.self) { try ShardSet(opening: paths) }
      }
      let thirds = try parts(3, sample, in: folder)
      let missing = try refusal([thirds[0], thirds[2]])
      #expect(missing.problem.contains("2/3") && missing.remedy.contains("Shard(parsing: \"2/3\")"))
      let twin = try parts(3, sample, in: folder, only: [2])
      let twice = try refusal(thirds + twin)
      #expect(twice.subject == twin[0] && twice.problem.contains(thirds[1]) && twice.problem.contains("2/3"))
      let half = try parts(2, sample, in: folder, only: [1])
      let uneven = try refusal(thirds + half)
      #expect(uneven.subject == half[0] && uneven.problem.contains("1/2") && uneven.problem.contains("1/3"))
      let other = try parts(3, try self.sample(22), in: folder, only: [3])
      let mixed = try refusal([thirds[0], thirds[1], other[0]])
      #expect(mixed.subject == other[0] && mixed.problem.contains("image count: 23 there, 22 here"))
      #expect(mixed.problem.contains("image count") && mixed.problem.contains(thirds[0]))
      _ = try whole(sample, in: folder.appending(path: "whole"))
      let complete = try refusal([folder.appending(path: "whole").path])
      #expect(complete.problem.contains("whole run"))
      #expect(try refusal([folder.path]).problem.contains("no run"))
      #expect(try refusal([]).kind == .usage)
    }
  }

  @Test("A part that is incomplete or holds another's work is refused, and leaves nothing behind")
  func incompleteParts() throws {
    try withFolder { folder in
      let sample = try sample()
      let good = try parts(2, sample, in: folder, only: [1])
      let empty = try parts(2, sample, in: folder, only: [2], isCancelled: true)
      let merged = folder.appending(path: "merged")
      let shards = try ShardSet(opening: good + empty)
      let directory = try SweepDirectory.open(at: merged.path, configuration: shards.configuration)
      let error = try #require(throws: InputError.self) { try shards.merge(into: directory, of: sample.sweep) }
      #expect(
        error.subject == empty[0] && error.problem.contains("2/2")
          && error.remedy.contains("`Sweep.report(into: \"\(empty[0])\")`"))
      #expect(try directory.store.recordCount() == 0)

      // The first part's record in the second part's store.
      let foreign = try RunStore.open(at: SweepDirectory.storeURL(in: good[0]))
      let record = try #require(try foreign.records().first)
      try foreign.close()
      let tampered = try RunStore.open(at: SweepDirectory.storeURL(in: empty[0]))
      try tampered.append([record])
      try tampered.close()
      let overlap = try #require(throws: InputError.self) {
        try ShardSet(opening: good + empty).merge(into: directory, of: sample.sweep)
      }
      #expect(overlap.subject == empty[0] && overlap.problem.contains("image \(record.image)"))
      #expect(try directory.store.recordCount() == 0)
      try directory.store.close()
    }
  }

  @Test("A part goes on in its own folder only")
  func foreignFolder() throws {
    try withFolder { folder in
      let sample = try sample()
      let path = try parts(3, sample, in: folder, only: [1])[0]
      for shard in [Shard(2, of: 3), nil] {
        let error = try #require(throws: InputError.self) {
          try SweepDirectory.open(at: path, configuration: sample.configuration, options: RunOptions(shard: shard))
        }
        #expect(error.subject == path && error.problem.contains("part 1/3"))
      }
      let directory = try SweepDirectory.open(at: path, configuration: sample.configuration)
      #expect(directory.options == RunOptions(examples: .first(9), shard: Shard(1, of: 3)))
      try directory.store.close()
    }
  }

  @Test(arguments: ["", "1", "0/3", "4/3", "1/0", "a/b", "1/2/3", "-1/3", "1/99999999999999999999"])
  func noShard(text: String) {
    #expect(throws: InputError.self) { try Shard(parsing: text) }
  }

  @Test func shardsAreReadAndPrinted() throws {
    let shard = try Shard(parsing: "2/7")
    #expect(shard == Shard(2, of: 7) && shard.description == "2/7")
    #expect((0..<14).filter(shard.includes(chunk:)) == [1, 8])
  }
}
