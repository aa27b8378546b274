import Foundation
import TestSupport
import Testing

/// Runs that are killed, resumed, shared out and merged end with the bytes of a run left alone.
struct ResumeTests {
  static let options = [
    "sweep", "--attack", "fgsm,bim", "--epsilon", "0,8/255,0.1", "--limit", "200", "--save-images", "12", "--seed", "3",
  ]

  /// Every file of a run by its path, without what tells when, where and how it was made: the object `run` of
  /// `summary.json`, the entries of the reports that show it, and the row of `facts` in the store.
  static func contents(_ folder: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      let url = URL(filePath: folder + "/" + path)
      guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
      files[path] = try Data(contentsOf: url)
    }
    func text(_ name: String) throws -> String { try String(decoding: #require(files[name]), as: UTF8.self) }
    let json = try #require(files["summary.json"])
    var summary = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
    #expect(summary.removeValue(forKey: "run") != nil)
    files["summary.json"] = try JSONSerialization.data(withJSONObject: summary, options: .sortedKeys)
    let markdown = try text("report.md").replacing(/\n- (Command|Run|Machine|Built for): [^\n]*/, with: "")
    let html = try text("report.html").replacing(
      /<dt>(Command|Run|Machine|Built for)<\/dt>\s*<dd>.*?<\/dd>/, with: "")
    #expect(try markdown.count < text("report.md").count && html.count < text("report.html").count)
    files["report.md"] = Data(markdown.utf8)
    files["report.html"] = Data(html.utf8)
    let store = try #require(files["run.sqlite"])
    files["run.sqlite"] = try withoutFacts(store)
    return files
  }

  /// The pages of a store but that which holds the JSON of its facts.
  private static func withoutFacts(_ store: Data) throws -> Data {
    let size = 4096
    let pages = stride(from: 0, to: store.count, by: size).map { store[$0..<min($0 + size, store.count)] }
    let others = pages.filter { $0.range(of: Data("\"commandLine\"".utf8)) == nil }
    #expect(others.count == pages.count - 1)
    return others.reduce(Data(), +)
  }

  private func sweep(_ arguments: [String], code: Int32 = 0) throws -> Program.Outcome {
    let outcome = try Program.run(arguments)
    #expect(outcome.code == code, "\(outcome.errors)")
    return outcome
  }

  /// What a run that is left alone holds.
  private static let whole = Result {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(options + ["--output", folder("whole")])
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try contents(folder("whole"))
  }

  @Test(.slow) func killedRunsGoOnAndHoldOffOthers() throws {
    let folder = try TemporaryFolder()
    let expected = try Self.whole.get()

    let killed = folder("killed")
    var arguments = Self.options + ["--threads", "1", "--output", killed]
    for kill in 0..<3 {
      let process = try Program.start(arguments)
      // Once a chunk, then one more, then the rest is in the store.
      let isFar = {
        let size = try? FileManager.default.attributesOfItem(atPath: killed + "/run.sqlite")[.size] as? Int
        return (size ?? 0) > [45_000, 57_000, 70_000][kill]
      }
      while process.isRunning, !isFar() { usleep(2000) }
      #expect(process.isRunning)
      if kill < 2 {
        // It has the lock, and stands still while the other asks for it.
        Program.send(SIGSTOP, to: process)
        let second = try sweep(["sweep", "--resume", killed], code: 73)
        #expect(second.errors.contains("process \(process.processIdentifier) on "), "\(second.errors)")
        Program.send(SIGKILL, to: process)
      } else {
        Program.send(SIGTERM, to: process)
      }
      process.waitUntilExit()
      if kill == 2 { #expect(process.terminationStatus == 130) }
      arguments = ["sweep", "--resume", killed]
    }
    let resumed = try sweep(["sweep", "--resume", killed, "--threads", "2"])
    #expect(resumed.output.contains("8/255") && resumed.output.contains("\(killed)/report.html"))
    #expect(try Self.contents(killed) == expected)
    // A complete run resumes to the same.
    _ = try sweep(["sweep", "--resume", killed])
    #expect(try Self.contents(killed) == expected)
  }

  @Test(.slow, arguments: [1, 3])
  func partsMergeToTheWhole(count: Int) throws {
    let folder = try TemporaryFolder()
    let parts = (1...count).map { folder("part-\($0)") }
    for (index, part) in parts.enumerated() {
      let outcome = try sweep(Self.options + ["--shard", "\(index + 1)/\(count)", "--output", part])
      #expect(outcome.output.contains("Part \(index + 1)/\(count)"))
      #expect(!FileManager.default.fileExists(atPath: part + "/report.html"))
    }
    _ = try sweep(["merge", "--output", folder("merged")] + parts.reversed())
    #expect(try Self.contents(folder("merged")) == Self.whole.get())
    if count > 1 {
      let error = try sweep(["merge", "--output", folder("lacking")] + parts.dropLast(), code: 73)
      #expect(error.errors.contains("\(count)/\(count)"), "\(error.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder("lacking")))
    }
  }

  @Test func contradictingOptionsAreNamed() throws {
    let folder = try TemporaryFolder()
    let run = folder("run")
    _ = try sweep([
      "sweep", "--attack", "bim", "--model", "cnn", "--limit", "5", "--steps", "4", "--epsilon", "0:0.1:2", "--output",
      run,
    ])
    let csv = try Data(contentsOf: URL(filePath: run + "/accuracy.csv"))
    let repeated = [
      "--attack", "bim", "--model", "cnn", "--dataset", "fashion-mnist-1000", "--split", "test", "--limit", "5",
      "--steps", "4", "--step-size", "0.2", "--epsilon", "0,0.1", "--objective", "cross-entropy", "--seed", "0",
      "--target", "untargeted", "--threads", "1", "--output", run + "/.",
    ]
    _ = try sweep(["sweep", "--resume", run] + repeated)
    let others: [[String]] = [
      ["--attack", "fgsm"], ["--model", "matrix-capsules-small"], ["--dataset", "mnist"], ["--split", "train"],
      ["--limit", "6"], ["--steps", "5"], ["--step-size", "0.3"], ["--compat", "kurakin"], ["--random-start"],
      ["--epsilon", "0.1"], ["--objective", "margin"], ["--seed", "1"], ["--target", "3"], ["--raw-curves"],
      ["--shard", "1/2"], ["--output", folder("elsewhere")],
    ]
    for other in others {
      let outcome = try sweep(["sweep", "--resume", run] + other, code: 64)
      #expect(outcome.errors.contains("\(other[0]) is "), "\(outcome.errors)")
    }
    #expect(try Data(contentsOf: URL(filePath: run + "/accuracy.csv")) == csv)
    #expect(try folder.names() == ["run"])
    #expect(try sweep(["sweep", "--resume", folder("none")], code: 73).errors.contains("none"))
  }
}
