import Foundation
import TestSupport
import Testing

/// What commands find where they are to write: one rule for all, applied before they work.
@Suite struct OutputRuleTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let swept = try Program.run(
      ["sweep", "--attack", "fgsm", "--model", "cnn", "--limit", "10", "--epsilon", "0.1", "--output", folder("run")])
    #expect(swept.code == 0, "\(swept.errors)")
    try FileManager.default.copyItem(atPath: folder("run"), toPath: folder("run2"))
    try folder.write(Data("mine".utf8), to: "mine/compare.html")
    try folder.write(Data("mine".utf8), to: "file")
    try FileManager.default.createSymbolicLink(atPath: folder("dangling"), withDestinationPath: folder("nowhere"))
  }

  /// Every file by its path, without the times of the store.
  private func snapshot() throws -> [String: Data?] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    return Dictionary(uniqueKeysWithValues: paths.map { ($0, FileManager.default.contents(atPath: folder($0))) })
  }

  /// Commands that write a folder, without its name.
  private var folderCommands: [[String]] {
    [
      ["compare", "run", "run2", "--output"], ["export", "run", "--success", "all", "--output"],
      ["minimum", "cnn", "--limit", "2", "--scan", "1", "--tolerance", "0.2", "--output"],
      ["inspect", "cnn", "--limit", "2", "--output"], ["reproduce", "parameters", "--output"],
      ["sweep", "--attack", "fgsm", "--model", "cnn", "--limit", "2", "--epsilon", "0", "--output"],
    ]
  }

  @Test(.slow) func foldersThatHoldSomethingElseAreLeftAlone() throws {
    let before = try snapshot()
    for command in folderCommands + [["reconstruct", "cnn", "--output"], ["merge", "run", "--output"]] {
      for place in ["mine", "file", "dangling", "run/images", "run/images/new", "file/new"] {
        let outcome = try Program.run(command + [place], in: folder.path)
        #expect(outcome.code == 73, "\(command) \(place): \(outcome.errors)")
      }
      // Into the run itself: a sweep finds another configuration there, the others what is not theirs.
      #expect(try Program.run(command + ["run"], in: folder.path).code == 73, "\(command)")
    }
    #expect(try snapshot() == before)
  }

  @Test(.slow) func newEmptyAndOwnFoldersAreWritten() throws {
    for (index, command) in folderCommands.enumerated() {
      // An empty folder behind a link.
      let place = "empty-\(index)"
      try FileManager.default.createDirectory(atPath: folder("real-\(index)"), withIntermediateDirectories: false)
      try FileManager.default.createSymbolicLink(atPath: folder(place), withDestinationPath: "real-\(index)")
      for arguments in [command + [place], command + ["new/deep/\(index)"]] {
        let outcome = try Program.run(arguments, in: folder.path)
        #expect(outcome.code == 0, "\(arguments): \(outcome.errors)")
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder("real-\(index)")).sorted()
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder("new/deep/\(index)")).sorted() == names)
      // The same command again: its result is replaced; an export makes new folders only.
      try folder.write(Data("mine".utf8), to: "real-\(index)/notes.txt")
      let again = try Program.run(command + [place], in: folder.path)
      #expect(again.code == (command[0] == "export" ? 73 : 0), "\(command): \(again.errors)")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder("real-\(index)")).sorted()
          == (names + ["notes.txt"]).sorted())
      #expect(FileManager.default.contents(atPath: folder("real-\(index)/notes.txt")) == Data("mine".utf8))
    }
    // The result of one command is foreign to another.
    let outcome = try Program.run(["compare", "run", "--output", "empty-3"], in: folder.path)
    #expect(outcome.code == 73 && outcome.errors.contains("no result of `robust compare`"), "\(outcome.errors)")
  }

  /// What a killed process left goes with the next that makes the same; what a living one makes, or anyone else, stays.
  @Test func halfMadeFoldersAreNotLeftForEver() throws {
    let export = ["export", "run", "--success", "all", "--output"]
    let left = [".out.0123456789abc.tmp", "empty/.export.0123456789abc.tmp"]
    let others = [".out.backup.tmp", ".other.0123456789abc.tmp"]
    for name in left + others { try folder.write(Data("half".utf8), to: name + "/manifest.csv") }
    for place in ["out", "empty"] {
      let outcome = try Program.run(export + [place], in: folder.path)
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    for name in left { #expect(!FileManager.default.fileExists(atPath: folder(name))) }
    for name in others { #expect(FileManager.default.fileExists(atPath: folder(name + "/manifest.csv"))) }

    try folder.write(Data("half".utf8), to: ".new.0123456789abc.tmp/manifest.csv")
    let descriptor = open(folder(".new.0123456789abc.tmp"), O_RDONLY)
    #expect(flock(descriptor, LOCK_EX) == 0)
    let busy = try Program.run(export + ["new"], in: folder.path)
    #expect(busy.code == 73 && busy.errors.contains("another robust is at work"), "\(busy.errors)")
    #expect(FileManager.default.fileExists(atPath: folder(".new.0123456789abc.tmp/manifest.csv")))
    close(descriptor)
    #expect(try Program.run(export + ["new"], in: folder.path).code == 0)
    #expect(!FileManager.default.fileExists(atPath: folder(".new.0123456789abc.tmp")))
  }

  @Test(.slow) func filesAreReplacedIfTheyAreOfTheSameCommand() throws {
    let baseline = ["baseline", "run", "--output"]
    #expect(try Program.run(baseline + ["base.json"], in: folder.path).code == 0)
    let check = ["check", "--baseline", "base.json", "run"]
    let options = ["junit", "sarif", "markdown", "json"]
    for _ in 0..<2 {
      let all = check + options.flatMap { ["--\($0)", "check.\($0)"] }
      #expect(try Program.run(all, in: folder.path).code == 0)
      #expect(try Program.run(baseline + ["base.json"], in: folder.path).code == 0)
    }
    try FileManager.default.createSymbolicLink(atPath: folder("link.json"), withDestinationPath: "check.json")
    #expect(try Program.run(check + ["--json", "link.json"], in: folder.path).code == 0)
    let before = try snapshot()
    for option in options {
      let others = options.filter { $0 != option }.map { "check.\($0)" }
      for place in others + ["base.json", "file", "dangling", "run", "run/summary.json", "run/run.sqlite", "none/x"] {
        let outcome = try Program.run(check + ["--\(option)", place], in: folder.path)
        #expect(outcome.code == 73 && outcome.errors.contains(place), "\(option) \(place): \(outcome.errors)")
      }
    }
    for place in ["file", "check.json", "dangling", "run", "run/summary.json", "run/run.sqlite"] {
      #expect(try Program.run(baseline + [place], in: folder.path).code == 73, "\(place)")
    }
    let twice = try Program.run(check + ["--json", "new", "--sarif", "./new"], in: folder.path)
    #expect(twice.code == 64 && twice.errors.contains("--sarif and --json"), "\(twice.errors)")
    #expect(try snapshot() == before)
    #expect(try Program.run(check + ["--json", "/dev/null", "--junit", "/dev/null"], in: folder.path).code == 0)
    let printed = try Program.run(check + ["--json", "/dev/stdout"], in: folder.path)
    #expect(printed.output.contains("\"verdict\"") && printed.output.contains("Pass: "), "\(printed.output)")
  }

  @Test(.slow) func toySheetsAreReplacedAndPhotographsAreNot() throws {
    let render = ["data", "render", "toynorb", "--sheet"]
    for _ in 0..<2 { #expect(try Program.run(render + ["toys.png"], in: folder.path).code == 0) }
    let photo = try Data(contentsOf: URL(filePath: folder("run/images/clean/" + firstPicture())))
    try folder.write(photo, to: "photo.png")
    for place in ["photo.png", "file", "dangling", "run", "run/report.html"] {
      #expect(try Program.run(render + [place], in: folder.path).code == 73)
    }
    #expect(FileManager.default.contents(atPath: folder("photo.png")) == photo)
    try folder.write(Data("mine".utf8), to: "data/toynorb-5x46789x9x18x6x2x96x96-training-dat.mat.zst")
    let outcome = try Program.run(["data", "render", "toynorb", "--output", "data"], in: folder.path)
    #expect(outcome.code == 73 && outcome.errors.contains("training-dat.mat.zst"), "\(outcome.errors)")
  }

  private func firstPicture() throws -> String {
    try #require(FileManager.default.contentsOfDirectory(atPath: folder("run/images/clean")).sorted().first)
  }

  /// A picture that was cut is made again, also in a complete run, whose report then shows it.
  @Test func damagedPicturesAreMadeAgain() throws {
    let before = try ResumeTests.contents(folder("run"))
    let paths = before.keys.filter { $0.hasPrefix("images/") && $0.hasSuffix(".png") }.sorted()
    let (first, second) = (try #require(paths.first), try #require(paths.last))
    try folder.write(try #require(before[first]).prefix(60), to: "run/" + first)
    try folder.write(try #require(before[first]), to: "run/" + second)
    let outcome = try Program.run(["sweep", "--resume", folder("run")])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try ResumeTests.contents(folder("run")) == before)
  }

  @Test func linksInARunAreRefused() throws {
    for name in ["images", "report.html", "run.lock"] {
      let link = folder("run/" + name)
      let kept = FileManager.default.fileExists(atPath: link)
      if kept { try FileManager.default.moveItem(atPath: link, toPath: folder("kept")) }
      try FileManager.default.createSymbolicLink(
        atPath: link, withDestinationPath: folder(name == "images" ? "mine" : "file"))
      let before = try snapshot()
      let outcome = try Program.run(["sweep", "--resume", "run"], in: folder.path)
      #expect(outcome.code == 73 && outcome.errors.contains(name), "\(outcome.errors)")
      #expect(try snapshot() == before)
      try FileManager.default.removeItem(atPath: link)
      if kept { try FileManager.default.moveItem(atPath: folder("kept"), toPath: link) }
    }
  }
}

/// Training writes over nothing, and two do not train into one file.
@Suite struct TrainingOutputTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try TinyMNIST.write(to: folder)
  }

  private func arguments(_ output: String, _ epochs: Int = 1) -> [String] {
    [
      "train", "--model", "matrix-capsules-small", "--sizes", "4,2,2,2", "--dataset", "mnist", "--data", folder.path,
      "--epochs", "\(epochs)", "--output", folder(output),
    ]
  }

  @Test func aSecondProcessIsRefusedAndToldByWhom() throws {
    let first = try Program.start(arguments("net.safetensors", 100_000))
    let state = folder("net.safetensors.training")
    while first.isRunning, !FileManager.default.fileExists(atPath: state) { usleep(2000) }
    Program.send(SIGSTOP, to: first)
    for options in [[], ["--resume"]] {
      let second = try Program.run(arguments("net.safetensors") + options)
      #expect(second.code == 73, "\(second.errors)")
      #expect(second.errors.contains("process \(first.processIdentifier) on "), "\(second.errors)")
    }
    Program.send(SIGKILL, to: first)
    first.waitUntilExit()
    // Whatever it left, nothing but the checkpoint stays.
    try folder.write(Data("half".utf8), to: ".net.safetensors.0123456789abc.tmp")
    try folder.write(Data("half".utf8), to: ".net.safetensors.training.0123456789abc.tmp")
    let refused = try Program.run(arguments("net.safetensors"))
    #expect(refused.code == 73 && refused.errors.contains("--resume"), "\(refused.errors)")
    for name in try folder.names() where !name.hasPrefix(".") && name != "mnist" {
      try FileManager.default.removeItem(atPath: folder(name))
    }
    let anew = try Program.run(arguments("net.safetensors"))
    #expect(anew.code == 0, "\(anew.errors)")
    #expect(try folder.names() == ["mnist", "net.safetensors"])
  }

  @Test func nothingIsOverwritten() throws {
    #expect(try Program.run(arguments("net.safetensors")).code == 0)
    let net = FileManager.default.contents(atPath: folder("net.safetensors"))
    try FileManager.default.createSymbolicLink(atPath: folder("dangling"), withDestinationPath: folder("nowhere"))
    try folder.write(Data("mine".utf8), to: "locked.lock")
    try folder.write(Data("mine".utf8), to: "notes")
    try folder.write(Data("state".utf8), to: "notes.training")
    let names = try folder.names()
    let cases: [([String], Int32)] = [
      (arguments("net.safetensors"), 73), (arguments("mnist"), 73), (arguments("dangling"), 73),
      (arguments("none/net"), 73), (arguments("locked"), 73), (arguments("notes") + ["--resume"], 73),
      (arguments("net.safetensors") + ["--resume"], 65),
      (arguments("net.safetensors") + ["--initial", folder("./net.safetensors")], 73),
      (arguments(String(repeating: "n", count: 251)), 73),
    ]
    for (arguments, code) in cases {
      let outcome = try Program.run(arguments)
      #expect(outcome.code == code, "\(arguments): \(outcome.errors)")
      #expect(try folder.names() == names, "\(arguments)")
    }
    #expect(FileManager.default.contents(atPath: folder("net.safetensors")) == net)
  }
}

/// Names that are not UTF-8 are refused before anything is made.
@Suite struct OddNameTests {
  private func run(_ folder: TemporaryFolder, _ script: String) throws -> Program.Outcome {
    try Program.run([], in: folder.path, shell: script)
  }

  @Test func arguments() throws {
    let folder = try TemporaryFolder()
    let outcome = try run(
      folder, #"exec "$0" sweep --attack fgsm --model cnn --limit 2 --output "$(printf 'caf\351')""#)
    #expect(outcome.code == 64 && outcome.errors.contains(#"caf\xE9"#), "\(outcome.errors)")
    #expect(try folder.names().isEmpty)
  }

  @Test func workingFoldersAndDataFolders() throws {
    let folder = try TemporaryFolder()
    guard try run(folder, #"mkdir "$(printf 'caf\351')""#).code == 0 else { return }
    let inside = try run(
      folder, #"cd "$(printf 'caf\351')" && exec "$0" sweep --attack fgsm --model cnn --limit 2 --output run"#)
    #expect(inside.code == 65 && inside.errors.contains(#"caf\xE9"#), "\(inside.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    // Looking for data in a folder that holds such a name.
    let data = try run(folder, #"exec "$0" data --data ."#)
    #expect(data.code == 0, "\(data.errors)")
    let busy = try run(
      folder, #"exec "$0" sweep --attack fgsm --model cnn --limit 2 --epsilon 0 --output ."#)
    #expect(busy.code == 73 && busy.errors.contains("caf"), "\(busy.errors)")
  }
}
