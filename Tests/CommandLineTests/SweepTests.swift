import Foundation
import Processor
import TestSupport
import Testing

/// `robust sweep` and its companions on the shipped models and images.
struct SweepTests {
  static let options = ["sweep", "--attack", "fgsm,bim", "--epsilon", "0,8/255,0.1", "--limit", "40"]

  /// Everything of `summary.json` that must not change from run to run.
  static func summary(_ path: String) throws -> NSDictionary {
    var object = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: Any])
    #expect(object.removeValue(forKey: "run") != nil)
    return object as NSDictionary
  }

  @Test(.slow) func writesTheWholeRunWhateverTheThreads() throws {
    let folder = try TemporaryFolder()
    for threads in ["1", "2"] {
      let outcome = try Program.run(Self.options + ["--threads", threads, "--output", folder("run\(threads)")])
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("matrix-capsules-small") && outcome.output.contains("8/255"))
    }
    let names = Set(try FileManager.default.contentsOfDirectory(atPath: folder("run1")))
    #expect(
      names.isSuperset(of: ["accuracy.csv", "summary.json", "report.md", "report.html", "run.sqlite", "images"]))
    #expect(!names.contains { $0.hasSuffix("-wal") || $0.hasSuffix("-journal") || $0.hasSuffix(".tmp") })
    let csv = try [1, 2].map { try Data(contentsOf: URL(filePath: folder("run\($0)/accuracy.csv"))) }
    #expect(csv[0] == csv[1])
    #expect(try Self.summary(folder("run1/summary.json")) == Self.summary(folder("run2/summary.json")))
    let manifests = try [1, 2].map { try Data(contentsOf: URL(filePath: folder("run\($0)/images/manifest.csv"))) }
    #expect(manifests[0] == manifests[1] && manifests[0].count > 100)
  }

  /// The same command again finds the run complete and writes the same numbers.
  @Test func canBeRepeated() throws {
    let folder = try TemporaryFolder()
    let options = [
      "sweep", "--attack", "fgsm", "--model", "cnn", "--limit", "20", "--target", "each", "--epsilon", "0.1",
    ]
    let first = try Program.run(options, in: folder.path)
    #expect(first.code == 0, "\(first.errors)")
    let runs = try FileManager.default.contentsOfDirectory(atPath: folder("runs"))
    #expect(runs.count == 1)
    let csv = folder("runs/\(runs[0])/accuracy.csv")
    let before = try Data(contentsOf: URL(filePath: csv))
    #expect(try Program.run(options, in: folder.path).code == 0)
    #expect(try Data(contentsOf: URL(filePath: csv)) == before)
    let other = try Program.run(options + ["--seed", "7", "--output", folder("runs/\(runs[0])")], in: folder.path)
    #expect(other.code == 73, "another configuration in the same folder")
    #expect(try Data(contentsOf: URL(filePath: csv)) == before)
  }

  /// Dynamic routing is attacked as any model is: all checks pass, one of which compares gradients with finite differences.
  @Test(.slow) func attacksCapsulesWithDynamicRouting() throws {
    let folder = try TemporaryFolder()
    for threads in ["1", "2"] {
      let outcome = try Program.run([
        "sweep", "--attack", "fgsm,bim", "--model", "dynamic-capsules-small", "--epsilon", "0,0.05,0.2", "--limit",
        "60",
        "--checks", "all", "--threads", threads, "--output", folder("run\(threads)"),
      ])
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("trust checks that apply passed"), "\(outcome.output)")
    }
    let csv = try [1, 2].map { try String(contentsOfFile: folder("run\($0)/accuracy.csv"), encoding: .utf8) }
    #expect(csv[0] == csv[1])
    #expect(try Self.summary(folder("run1/summary.json")) == Self.summary(folder("run2/summary.json")))
  }

  @Test func trainsAndUsesACheckpoint() throws {
    let folder = try TemporaryFolder()
    try TinyMNIST.write(to: folder)
    let options = [
      "train", "--model", "matrix-capsules-small", "--sizes", "4,2,2,2", "--dataset", "mnist", "--data", folder.path,
      "--epochs", "2", "--output", folder("tiny.safetensors.zst"),
    ]
    let trained = try Program.run(options)
    #expect(trained.code == 0 && trained.output.contains("test accuracy"), "\(trained.errors)")
    #expect(try folder.names() == ["mnist", "tiny.safetensors.zst"])
    let again = try Program.run(options)
    #expect(again.code == 73, "an existing checkpoint is not overwritten")
    let shown = try Program.run(["models", "show", folder("tiny.safetensors.zst")])
    #expect(shown.code == 0 && shown.output.contains("2 epochs") && shown.output.contains("total"))
    let swept = try Program.run([
      "sweep", "--attack", "fgsm", "--model", folder("tiny.safetensors.zst"), "--dataset", "mnist", "--data",
      folder.path,
      "--epsilon", "0.1", "--output", folder("run"),
    ])
    #expect(swept.code == 0, "\(swept.errors)")
  }

  @Test(arguments: [
    ["--help"], ["sweep", "--help"], ["train", "--help"], ["models"], ["data"], ["--version"],
    ["baseline", "--help"], ["check", "--help"], ["compare", "--help"], ["minimum", "--help"],
    ["reconstruct", "--help"],
  ])
  func explainsItself(arguments: [String]) throws {
    let outcome = try Program.run(arguments)
    #expect(outcome.code == 0 && !outcome.output.isEmpty && outcome.errors.isEmpty)
  }

  /// The executable and its tests are of one build.
  @Test func versionNamesWhatItWasBuiltFor() throws {
    let outcome = try Program.run(["--version"])
    #expect(outcome.output.hasPrefix("0.1.0 (kernels: \(InstructionSet.ofKernels.variant); oneDNN: "))
  }
}
