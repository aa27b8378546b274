import Datasets
import Files
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// `--azimuth`, `--crops` and their kin, on a small data set in smallNORB's format.
struct ViewpointTests {
  let folder: TemporaryFolder

  /// Of each split two toys from three elevations and eighteen azimuths, as pairs of noise of 24×24 pixels.
  init() throws {
    folder = try TemporaryFolder()
    var stream = RandomStream(seed: 8)
    for split in Dataset.Split.allCases {
      let toys = split == .train ? [8, 9] : [2, 3]
      let dataset = Dataset(
        name: "smallnorb", split: split, shape: [2, 24, 24],
        bytes: Data((0..<108 * 1152).map { _ in UInt8.random(in: 0...255, using: &stream) }),
        labels: (0..<108).map { $0 % 5 },
        viewpoints: (0..<108).map {
          Viewpoint(instance: toys[$0 / 54], elevation: $0 / 18 % 3, azimuth: $0 % 18 * 2, lighting: 0)
        }, classNames: ["a", "b", "c", "d", "e"], sha256: "", attribution: "noise")
      try SmallNORBFiles.write(dataset, to: folder("smallnorb"), compression: .gzip)
    }
    var configuration = CNN.Configuration()
    configuration.inputShape = [2, 24, 24]
    configuration.classCount = 5
    configuration.channels = [2]
    configuration.hiddenUnits = 4
    configuration.crop = 16
    try Checkpoint.write(CNN(configuration: configuration, seed: 1), provenance: .init(), to: folder("cnn.safetensors"))
  }

  private func robust(_ arguments: [String], code: Int32 = 0) throws -> Program.Outcome {
    let outcome = try Program.run(arguments + ["--data", folder.path])
    #expect(outcome.code == code, "\(arguments): \(outcome.errors)")
    return outcome
  }

  private var sweep: [String] {
    [
      "sweep", "--model", folder("cnn.safetensors"), "--dataset", "smallnorb", "--attack", "fgsm", "--epsilon",
      "0,0.1", "--save-images", "2", "--checks", "none",
    ]
  }

  @Test func aSweepOfSomeViewpointsIsResumedSharedOutAndMerged() throws {
    let options = sweep + ["--azimuth", "30,32,34,0,2,4", "--elevation", "1-2", "--limit", "20"]
    let outcome = try robust(options + ["--output", folder("whole")])
    #expect(
      outcome.output.contains("20 images of smallnorb (test, elevation 1,2; azimuth 0,2,4,30,32,34)"),
      "\(outcome.output)")
    let same = ["--azimuth", "0-4,30-34", "--elevation", "2,1"]
    _ = try robust(["sweep", "--resume", folder("whole")] + same)
    for (other, name) in [
      (["--azimuth", "0-4"], "--azimuth"), (["--elevation", "1"], "--elevation"), (["--instance", "2"], "--instance"),
      (["--lighting", "0"], "--lighting"), (["--crops", "5"], "--crops"),
    ] {
      let refused = try robust(["sweep", "--resume", folder("whole")] + other, code: 64)
      #expect(refused.errors.contains("\(name) is "), "\(refused.errors)")
    }
    for part in ["1/2", "2/2"] {
      _ = try robust(options + ["--shard", part, "--output", folder("part-\(part.prefix(1))")])
    }
    _ = try robust(["merge", "--output", folder("merged"), folder("part-1"), folder("part-2")])
    #expect(try ResumeTests.contents(folder("merged")) == ResumeTests.contents(folder("whole")))
    // A baseline of these images is not one of others.
    _ = try Program.run(["baseline", folder("whole"), "--output", folder("base.json")])
    _ = try robust(sweep + ["--azimuth", "6-28", "--output", folder("novel")])
    let check = try Program.run(["check", "--baseline", folder("base.json"), folder("novel")])
    #expect(check.code == 65 && check.errors.contains("images are not in the run"), "\(check.errors)")
    let compare = try Program.run([
      "compare", folder("whole"), folder("novel"), "--output", folder("comparison"),
    ])
    #expect(compare.code == 65 && compare.errors.contains("shares no image"), "\(compare.errors)")
  }

  @Test func aSweepOverSeveralCropsIsResumed() throws {
    _ = try robust(sweep + ["--limit", "6", "--output", folder("one")])
    _ = try robust(sweep + ["--limit", "6", "--crops", "13", "--output", folder("several")])
    let before = try ResumeTests.contents(folder("several"))
    #expect(before["accuracy.csv"] != nil)
    #expect(try before["run.sqlite"] != ResumeTests.contents(folder("one"))["run.sqlite"])
    _ = try robust(["sweep", "--resume", folder("several"), "--crops", "13"])
    #expect(try ResumeTests.contents(folder("several")) == before)
    let report = String(decoding: before["report.md"] ?? Data(), as: UTF8.self)
    #expect(report.contains("mean over 13 crops"), "\(report)")
    for (run, crops) in [("several", "13"), ("one", "absent")] {
      let refused = try robust(["sweep", "--resume", folder(run), "--crops", "5"], code: 64)
      #expect(refused.errors.contains("--crops is \(crops), not 5"), "\(refused.errors)")
    }
    #expect(try robust(sweep + ["--crops", "12"], code: 64).errors.contains("found 12"))
    #expect(try robust(sweep + ["--crops", "21"], code: 64).errors.contains("out of the image"))
    let whole = try Program.run(["sweep", "--attack", "fgsm", "--crops", "13"])
    #expect(whole.code == 65 && whole.errors.contains("sees whole images"), "\(whole.errors)")
  }

  @Test func wrongViewpointsAreNamed() throws {
    #expect(try robust(sweep + ["--azimuth", "3"], code: 64).errors.contains("found “3”; the codes are 0, 2, … 34"))
    #expect(try robust(sweep + ["--instance", "5"], code: 65).errors.contains("no image of instance 5"))
    let plain = try Program.run(["sweep", "--attack", "fgsm", "--azimuth", "0"])
    #expect(plain.code == 65 && plain.errors.contains("does not say from where"), "\(plain.errors)")
  }

  @Test func trainingOnSomeViewpoints() throws {
    let train = [
      "train", "--model", "cnn", "--dataset", "smallnorb", "--epochs", "1", "--elevation", "0-1", "--instance", "8",
    ]
    let outcome = try robust(
      train + ["--crop", "16", "--brightness", "0.5", "--contrast", "0.5:1.5", "--output", folder("new.safetensors")])
    #expect(outcome.output.contains("test accuracy") && outcome.output.contains("of 108)"), "\(outcome.output)")
    #expect(outcome.output.contains("on those of elevation 0,1: ") && outcome.output.contains("of 72)"))
    let loaded = try Checkpoint.read(folder("new.safetensors"))
    #expect(loaded.provenance.dataset == "smallnorb train, instance 8; elevation 0,1 (36 images)")
    #expect(loaded.provenance.testCount == 108 && loaded.model.configuration.crop == 16)
    #expect(loaded.provenance.recipe?.contains(#""jitter":{"brightness":0.5,"contrast":[0.5,1.5]}"#) == true)
    let tooLarge = try robust(train + ["--crop", "25", "--output", folder("no")], code: 65)
    #expect(tooLarge.errors.contains("crop of 25×25"), "\(tooLarge.errors)")
    for wrong in [["--contrast", "1.5:0.5"], ["--contrast", "1"], ["--contrast", "0:1"], ["--brightness", "-1"]] {
      #expect(try robust(train + wrong + ["--output", folder("no")], code: 64).errors.contains(wrong[0]))
    }
    #expect(try folder.names() == ["cnn.safetensors", "new.safetensors", "smallnorb"])
  }
}
