import Diagnostics
import Foundation
import RunSamples
import Runs
import Sweeps
import Testing

/// Pictures that are missing, damaged, or others than were written, are made again to the same bytes.
@Suite struct PictureTests {
  private func example(_ index: Int) -> String { "images/first/fgsm/untargeted/eps-0.2/00\(index).png" }

  private func reopen(_ sample: SweepSample, _ folder: URL) throws -> SweepDirectory {
    try SweepDirectory.open(at: folder.path, configuration: sample.configuration)
  }

  private func damage(_ what: String, _ folder: URL) throws {
    let (file, other) = (folder.appending(path: example(100)), folder.appending(path: example(103)))
    let data = try Data(contentsOf: file)
    switch what {
    case "cut": try data.prefix(data.count / 2).write(to: file)
    case "empty": try Data().write(to: file)
    case "another image's": try Data(contentsOf: other).write(to: file)
    case "no picture": try Data("text".utf8).write(to: file)
    case "one bit": try (data.dropLast() + [data.last! ^ 1]).write(to: file)
    case "swapped":
      try Data(contentsOf: other).write(to: file)
      try data.write(to: other)
    default: try FileManager.default.removeItem(at: file)
    }
  }

  static let damages = ["cut", "empty", "another image's", "no picture", "one bit", "swapped", "missing"]

  @Test("A complete run repairs them", arguments: damages)
  func completeRuns(what: String) throws {
    try withFolder { folder in
      let sample = try SweepSample(epsilon: "0,0.2")
      try sample.run(in: folder).store.closeCompacted()
      let (before, store) = (try pictures(below: folder), folder.appending(path: "run.sqlite"))
      let bytes = try Data(contentsOf: store)
      try damage(what, folder)
      #expect(try pictures(below: folder) != before)
      // A report shows none of them before they are made again.
      let directory = try reopen(sample, folder)
      let error = #expect(throws: InputError.self) { try sample.sweep.gallery(in: directory, examples: .first(3)) }
      #expect(error?.kind == .output && error?.remedy.contains("again") == true)
      #expect(try sample.sweep.run(into: directory, threads: 2, examples: .first(3)))
      #expect(try !sample.sweep.gallery(in: directory, examples: .first(3)).rows.isEmpty)
      try directory.store.closeCompacted()
      #expect(try pictures(below: folder) == before)
      #expect(try Data(contentsOf: store) == bytes)
    }
  }

  @Test("A run that was stopped repairs them, and attacks nothing else again")
  func stoppedRuns() throws {
    try withFolder { folder in
      let sample = try SweepSample()
      let directory = try SweepDirectory.open(at: folder.path, configuration: sample.configuration)
      #expect(try sample.sweep.run(into: directory, threads: 1, examples: .all))
      let before = try pictures(below: folder)
      try directory.store.close()
      let work = sample.models[1].work.value
      try damage("another image's", folder)
      try FileManager.default.removeItem(at: folder.appending(path: "images/manifest.csv"))
      let second = try reopen(sample, folder)
      #expect(try sample.sweep.run(into: second, threads: 1, examples: .all))
      #expect(try pictures(below: folder) == before)
      // The other model only judges its files for the manifest: fewer passes than attacking took.
      #expect(sample.models[1].work.value - work < work)
    }
  }

  @Test("Merging makes those again that are damaged in their part")
  func merging() throws {
    try withFolder { folder in
      let sample = try SweepSample()
      let options = RunOptions(examples: .all)
      let whole = try SweepDirectory.open(
        at: folder.appending(path: "whole").path, configuration: sample.configuration, options: options)
      #expect(try sample.sweep.run(into: whole, threads: 1))
      try whole.store.closeCompacted()
      let parts = try (1...2).map { index in
        let part = try SweepDirectory.open(
          at: folder.appending(path: "part-\(index)").path, configuration: sample.configuration,
          options: RunOptions(examples: .all, shard: Shard(index, of: 2)))
        #expect(try sample.sweep.run(into: part, threads: 1))
        try part.store.closeCompacted()
        return part.url
      }
      try damage("swapped", parts[0])
      let merged = try SweepDirectory.open(
        at: folder.appending(path: "merged").path, configuration: sample.configuration, options: options)
      try ShardSet(opening: parts.map(\.path)).merge(into: merged, of: sample.sweep)
      #expect(try sample.sweep.run(into: merged, threads: 1))
      try merged.store.closeCompacted()
      #expect(try pictures(below: merged.url) == pictures(below: whole.url))
      #expect(
        try Data(contentsOf: merged.url.appending(path: "run.sqlite"))
          == Data(contentsOf: whole.url.appending(path: "run.sqlite")))
    }
  }

  @Test("Names of any length and letters become folders of their own")
  func names() throws {
    try withFolder { folder in
      let long = String(repeating: "n", count: 400)
      let names = [long + "a", long + "b", "модель", "модуль", "Clean", "manifest.csv", "NET", "net"]
      let sample = try SweepSample(count: 40, epsilon: "0.1", names: names)
      try sample.run(in: folder, examples: .all).store.close()
      let images = folder.appending(path: "images").path
      let models = Set(try FileManager.default.contentsOfDirectory(atPath: images).map { $0.lowercased() })
      #expect(models.count == names.count + 2, "\(models)")
      #expect(models.isSuperset(of: ["clean", "manifest.csv", "model-clean", "model-manifest.csv", "net", "net-2"]))
      #expect(models.allSatisfy { $0.utf8.count <= 120 && $0.allSatisfy(\.isASCII) })
    }
  }
}

/// In the folder of a run, what is not the run's is neither followed nor removed.
@Suite struct ForeignFileTests {
  private let precious = Data("precious".utf8)

  /// A complete run, and a folder outside it.
  private func withRun(_ body: (_ run: URL, _ outside: URL, _ sample: SweepSample) throws -> Void) throws {
    try withFolder { folder in
      let (run, outside) = (folder.appending(path: "run"), folder.appending(path: "outside"))
      let sample = try SweepSample()
      try sample.run(in: run).store.close()
      try FileManager.default.createDirectory(at: outside, withIntermediateDirectories: false)
      for name in ["file", "clean", ".x.tmp", ".manifest.csv.0123456789abc.tmp"] {
        try precious.write(to: outside.appending(path: name))
      }
      try body(run, outside, sample)
      for name in try FileManager.default.contentsOfDirectory(atPath: outside.path) {
        #expect(FileManager.default.contents(atPath: outside.appending(path: name).path) == precious)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: outside.path).count == 4)
    }
  }

  @Test(arguments: [
    "run.lock", "run.sqlite", "report.html", "report.md", "summary.json", "accuracy.csv", "accuracy.svg", "images",
    "images/clean", "images/manifest.csv", "images/first/fgsm", "images/first/fgsm/untargeted/eps-0.2/00100.png",
  ])
  func linksAreRefusedByName(name: String) throws {
    try withRun { run, outside, sample in
      let url = run.appending(path: name)
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
      try? FileManager.default.removeItem(at: url)
      let target = isFolder.boolValue ? outside : outside.appending(path: "file")
      try FileManager.default.createSymbolicLink(at: url, withDestinationURL: target)
      let error = #expect(throws: InputError.self) {
        try SweepDirectory.open(at: run.path, configuration: sample.configuration)
      }
      #expect(error?.kind == .output && error?.subject.hasSuffix(name) == true, "\(String(describing: error))")
      #expect(error?.problem.contains("symbolic link") == true)
      #expect(throws: InputError.self) { try SweepDirectory.refuseIfBusy(run.path) }
      // The remedy, taken at its word.
      guard name != "run.sqlite" else { return }
      try FileManager.default.moveItem(at: url, to: run.appending(path: "moved"))
      let directory = try SweepDirectory.open(at: run.path, configuration: sample.configuration)
      #expect(try sample.sweep.run(into: directory, threads: 1, examples: .first(3)))
      try directory.store.close()
    }
  }

  @Test func whatOthersPutThereStays() throws {
    try withRun { run, _, sample in
      let theirs = [
        ".notes.tmp", ".report.html.backup.tmp", "notes.txt", "images/.notes.tmp", ".new.run.sqlite.bak",
        "images/mine.png", ".notes.0123456789abc.tmp", "images/.report.html.0123456789abc.tmp", "run.lock.txt",
      ]
      for name in theirs { try precious.write(to: run.appending(path: name)) }
      let ours = [
        ".report.html.0123456789abc.tmp", ".accuracy.csv.zzz456789abc.tmp", ".success-1.svg.0123456789abc.tmp",
        ".new.run.sqlite", ".new.run.sqlite-journal", "images/.manifest.csv.0123456789abc.tmp", "run.lock",
      ]
      for name in ours { try precious.write(to: run.appending(path: name)) }
      let directory = try SweepDirectory.open(at: run.path, configuration: sample.configuration)
      #expect(try sample.sweep.run(into: directory, threads: 1, examples: .first(3)))
      try directory.store.close()
      for name in theirs {
        #expect(FileManager.default.contents(atPath: run.appending(path: name).path) == precious, "\(name)")
      }
      for name in ours { #expect(!FileManager.default.fileExists(atPath: run.appending(path: name).path), "\(name)") }
    }
  }

  @Test func copiesByHardLinksKeepTheirContents() throws {
    try withRun { run, outside, sample in
      let picture = run.appending(path: "images/first/fgsm/untargeted/eps-0.2/00100.png")
      try FileManager.default.removeItem(at: picture)
      try FileManager.default.linkItem(at: outside.appending(path: "file"), to: picture)
      let directory = try SweepDirectory.open(at: run.path, configuration: sample.configuration)
      #expect(try sample.sweep.run(into: directory, threads: 1, examples: .first(3)))
      #expect(FileManager.default.contents(atPath: picture.path) != precious)
      try directory.store.close()
    }
  }

  @Test func theFolderItselfMayBeALink() throws {
    try withRun { run, outside, sample in
      let link = run.deletingLastPathComponent().appending(path: "link")
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: run)
      let directory = try SweepDirectory.open(at: link.path, configuration: sample.configuration)
      #expect(directory.isResumed)
      try directory.store.close()
    }
  }
}
