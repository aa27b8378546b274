import Foundation
import TestSupport
import Testing

/// `robust export` on a run of the shipped model and images.
struct ExportTests {
  /// What is exported from the lattice fools the model as a data set of its own: clean accuracy is 0.
  @Test(.slow) func examplesAreADataSetThatTheModelGetsWrong() throws {
    let folder = try TemporaryFolder()
    let swept = try Program.run([
      "sweep", "--attack", "fgsm,bim", "--model", "cnn", "--limit", "30", "--epsilon", "8/255,0.1", "--save-images",
      "0",
      "--output", folder("run"),
    ])
    #expect(swept.code == 0, "\(swept.errors)")
    let exported = try Program.run([
      "export", folder("run"), "--lattice", "--format", "npz", "--pixels", "uint8", "--grid", "--output", folder("out"),
    ])
    #expect(exported.code == 0, "\(exported.errors)")
    #expect(
      exported.output.contains("read back, all of them still fool") && exported.output.contains("25 whole levels"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder("out")).sorted() == [
        "examples.npz", "grid-cnn-bim-untargeted.png", "grid-cnn-fgsm-untargeted.png", "manifest.csv", "manifest.json",
      ])
    let again = try Program.run([
      "sweep", "--attack", "fgsm", "--model", "cnn", "--epsilon", "0", "--dataset", folder("out/examples.npz"),
      "--output", folder("again"),
    ])
    #expect(again.code == 0 && again.output.contains("right without an attack: cnn 0.0%"), "\(again.errors)")

    for (options, code) in [
      (["--output", folder("out")], 73), (["--model", "cnnn", "--output", folder("new")], 64),
      (["--epsilon", "0.3", "--output", folder("new")], 64), (["--format", "jpg", "--output", folder("new")], 64),
    ] as [([String], Int32)] {
      #expect(try Program.run(["export", folder("run")] + options).code == code)
    }
    #expect(try Program.run(["export", folder("nowhere"), "--output", folder("new")]).code == 65)
    #expect(try folder.names() == ["again", "out", "run"])
  }

  /// Neither a part of a run nor one that was stopped passes for a whole one.
  @Test func refusesAPartOfARun() throws {
    let folder = try TemporaryFolder()
    let swept = try Program.run([
      "sweep", "--attack", "fgsm", "--model", "cnn", "--limit", "130", "--epsilon", "0.1", "--save-images", "0",
      "--shard", "1/2", "--output", folder("part"),
    ])
    #expect(swept.code == 0, "\(swept.errors)")
    for command in ["export", "baseline", "compare"] {
      let outcome = try Program.run([command, folder("part"), "--output", folder("new")])
      #expect(outcome.code == 65, "\(outcome.errors)")
      #expect(outcome.errors.contains("part 1/2 of a run") && outcome.errors.contains("robust merge"))
    }
    #expect(try folder.names() == ["part"])
  }

  /// A name of one character is a name.
  @Test func writesToNamesOfOneCharacter() throws {
    let folder = try TemporaryFolder()
    let swept = try Program.run(
      ["sweep", "--attack", "fgsm", "--model", "cnn", "--limit", "10", "--epsilon", "0.2", "--output", "r"],
      in: folder.path)
    #expect(swept.code == 0, "\(swept.errors)")
    for arguments in [
      ["export", "r", "--output", "x"], ["baseline", "r", "--output", "b"],
      ["check", "--baseline", "b", "r", "--junit", "j"],
    ] {
      let outcome = try Program.run(arguments, in: folder.path)
      #expect(outcome.code == 0, "\(arguments): \(outcome.errors)")
    }
    #expect(try folder.names() == ["b", "j", "r", "x"])
    #expect(try Program.run(["export", "r", "--output", ""], in: folder.path).code == 64)
  }

  /// A sweep on the lattice says what its budgets hold, and its own PNGs all survive.
  @Test func sweepsOnTheLattice() throws {
    let folder = try TemporaryFolder()
    let swept = try Program.run([
      "sweep", "--attack", "bim", "--model", "cnn", "--limit", "20", "--epsilon", "0.05", "--lattice", "--save-images",
      "all", "--output", folder("run"),
    ])
    #expect(swept.code == 0 && swept.output.contains("ε = 0.05 is 12 whole levels"), "\(swept.errors)")
    let manifest = try String(contentsOfFile: folder("run/images/manifest.csv"), encoding: .utf8)
    let lines = manifest.split(separator: "\n").dropFirst()
    #expect(lines.count > 10)
    for line in lines {
      let end = line.split(separator: ",").suffix(4)
      #expect(end[end.startIndex] == end[end.startIndex + 2], "fools and still_fools: \(line)")
    }
  }
}
