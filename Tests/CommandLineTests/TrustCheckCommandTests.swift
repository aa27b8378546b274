import Arrays
import Datasets
import Foundation
import Models
import TestSupport
import Testing

/// The trust checks of `robust sweep` on the shipped models and images.
struct TrustCheckCommandTests {
  private func summary(_ path: String) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: Any])
  }

  @Test(.slow) func shippedModelsPassEveryCheck() throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run([
      "sweep", "--attack", "fgsm,bim", "--epsilon", "0:0.5:6", "--limit", "100", "--checks", "all", "--save-images",
      "0", "--output", folder("run"),
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("trust checks that apply passed"))
    let summary = try summary(folder("run/summary.json"))
    #expect((summary["findings"] as? [Any])?.isEmpty == true, "\(outcome.output)")
    let checks = try #require(summary["checks"] as? [[String: Any]])
    // Without raw curves the sample is attacked anew; ε = 0.5 is there; the run has two models.
    #expect(checks.count > 20 && checks.allSatisfy { $0["verdict"] as? String == "passed" }, "\(checks)")
  }

  /// The classical case: spread loss, once it is satisfied, has no gradient. Here is a capsule network, trained to be surer
  /// than the margin asks.
  @Test(.slow) func ownLossOfConfidentCapsulesFires() throws {
    let folder = try TemporaryFolder()
    let shipped = try #require(try ModelCatalog.load("matrix-capsules-small").model as? MatrixCapsules)
    var configuration = shipped.configuration
    configuration.loss = .spread(margin: 0.1)
    var capsules = try MatrixCapsules(configuration: configuration, name: "capsules")
    capsules.parameters = shipped.parameters
    try Checkpoint.write(capsules, provenance: .init(), to: folder("capsules.safetensors"))
    for threads in ["1", "2"] {
      let outcome = try Program.run([
        "sweep", "--attack", "fgsm", "--model", folder("capsules.safetensors"), "--objective", "own-loss", "--epsilon",
        "0.1,0.2", "--limit", "200", "--threads", threads, "--output", folder("run\(threads)"),
      ])
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("This evaluation is not trustworthy"))
      #expect(outcome.output.contains("[zero-gradients]") && outcome.output.contains("--objective cross-entropy"))
    }
    let files = try [1, 2].map { try Data(contentsOf: URL(filePath: folder("run\($0)/findings.csv"))) }
    #expect(files[0] == files[1])
    let findings = try #require(try summary(folder("run1/summary.json"))["findings"] as? [[String: Any]])
    #expect(
      findings.first?["check"] as? String == "zero-gradients" && findings.first?["severity"] as? String == "error")
    #expect(String(decoding: files[0], as: UTF8.self).contains("error,zero-gradients,capsules,fgsm,"))
  }

  /// Inverted images, and labels that are rolled by one: every report and the gate say so, whatever the threads.
  @Test(.slow) func wrongDataIsNotTrusted() throws {
    let folder = try TemporaryFolder()
    let images = try DatasetCatalog().load().first(200)
    let inverted = images.labels.indices.flatMap { images.pixels(at: $0).map { 255 - $0 } }
    for (name, pixels, labels) in [
      ("inverted", inverted, images.labels),
      ("rolled", images.labels.indices.flatMap(images.pixels), images.labels.map { ($0 + 1) % 10 }),
    ] {
      try folder.write(
        NPZ.encoded([
          ("images", NumericArray(pixels, shape: [200, 28, 28])), ("labels", NumericArray(labels)),
        ]), to: "\(name).npz")
      for threads in ["1", "2"] {
        let outcome = try Program.run([
          "sweep", "--attack", "fgsm", "--model", "cnn", "--dataset", folder("\(name).npz"), "--epsilon", "0.1",
          "--save-images", "0", "--threads", threads, "--output", folder("\(name)\(threads)"),
        ])
        #expect(outcome.code == 0 && outcome.output.contains("This evaluation is not trustworthy"), "\(outcome.output)")
      }
      let reports = try [1, 2].map { try Data(contentsOf: URL(filePath: folder("\(name)\($0)/findings.csv"))) }
      #expect(reports[0] == reports[1])
      let findings = String(decoding: reports[0], as: UTF8.self)
      #expect(findings.contains(name == "rolled" ? "subtract 1 from every label" : "save 255 − x"), "\(findings)")
      #expect(try Program.run(["baseline", folder("\(name)1"), "--output", folder("\(name).json")]).code == 0)
      #expect(try Program.run(["check", "--baseline", folder("\(name).json"), folder("\(name)1")]).code == 12)
    }
  }

  @Test func checksCanBeChosen() throws {
    let folder = try TemporaryFolder()
    let options = ["sweep", "--attack", "fgsm", "--model", "cnn", "--limit", "20", "--epsilon", "0.1"]
    let none = try Program.run(options + ["--checks", "none", "--output", folder("none")])
    #expect(none.code == 0 && none.output.contains("No trust checks were run."))
    let one = try Program.run(options + ["--checks", "zero-gradients", "--output", folder("one")])
    #expect(one.code == 0 && one.output.contains("The one trust check that applies passed."))
    let wrong = try Program.run(options + ["--checks", "zero-gradient", "--output", folder("wrong")])
    #expect(wrong.code == 64 && wrong.errors.contains("did you mean zero-gradients"))
    #expect(!FileManager.default.fileExists(atPath: folder("wrong")))
  }
}
