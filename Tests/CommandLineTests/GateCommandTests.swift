import Files
import Foundation
import TestSupport
import Testing

/// `robust baseline`, `check`, `compare` and `minimum` on the shipped models and images.
struct GateCommandTests {
  private static func sweep(_ folder: TemporaryFolder, _ name: String, _ options: String) throws {
    let arguments =
      "sweep --attack fgsm --save-images 0 \(options) --output".split(separator: " ").map(String.init)
    let outcome = try Program.run(arguments + [folder(name)])
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  @Test func gatesARun() throws {
    let folder = try TemporaryFolder()
    try Self.sweep(folder, "run", "--model cnn --epsilon 0,0.05 --limit 60")
    let made = try Program.run(["baseline", folder("run"), "--output", folder("base.json")])
    #expect(made.code == 0 && made.output.contains("2 groups of 60 images"), "\(made.errors)")
    let baseline = try String(contentsOfFile: folder("base.json"), encoding: .utf8)
    let printed = try Program.run(["baseline", folder("run/run.sqlite"), "--output", "-"])
    #expect(printed.output == baseline)

    let same = try Program.run(
      ["check", "--baseline", folder("base.json"), folder("run")]
        + ["junit", "sarif", "markdown", "json"].flatMap { ["--\($0)", folder("check.\($0)")] })
    #expect(same.code == 0 && same.output.contains("Pass: "), "\(same.output)\(same.errors)")
    #expect(try folder.names() == ["base.json", "check.json", "check.junit", "check.markdown", "check.sarif", "run"])

    // A baseline in which every image stood is what this run falls short of: refused as it is, and taken once it is sound.
    var stood = baseline
    for line in baseline.split(separator: "\n") where line.contains("\"epsilon\":\"0.05\"") {
      let full = #""correct":60,"epsilon":"0.05","goal":"untargeted","images":"fffffffffffffff","model":"cnn"}"#
      stood = stood.replacing(line, with: line.prefix(while: { $0 != "," }) + "," + full)
    }
    #expect(stood != baseline)
    try folder.write(Data(stood.utf8), to: "stood.json")
    let edited = try Program.run(["check", "--baseline", folder("stood.json"), folder("run")])
    #expect(edited.code == 65 && edited.errors.contains("checksum"), "\(edited.errors)")
    try folder.write(Data(Self.sound(stood).utf8), to: "stood.json")
    let worse = try Program.run(["check", "--baseline", folder("stood.json"), folder("run")])
    #expect(worse.code == 10 && worse.output.contains("Regression: "), "\(worse.output)\(worse.errors)")

    let other = baseline.replacing(#""sha256":""#, with: #""sha256":"0"#, maxReplacements: 3)
    try folder.write(Data(Self.sound(other).utf8), to: "other.json")
    let checkpoint = try Program.run(["check", "--baseline", folder("other.json"), folder("run")])
    #expect(checkpoint.code == 65 && checkpoint.errors.contains("hash"), "\(checkpoint.errors)")
  }

  /// `baseline` with the checksum of its other lines.
  private static func sound(_ baseline: String) -> String {
    let lines = baseline.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let rest = lines.filter { !$0.hasPrefix("\"checksum\"") }.joined(separator: "\n")
    let checksum = "\"checksum\": \"\(Checksum.sha256(of: Data(rest.utf8)))\","
    return lines.map { $0.hasPrefix("\"checksum\"") ? checksum : $0 }.joined(separator: "\n")
  }

  /// What it proposes decides, and what other programs are told of it stands where they look.
  @Test func saysWhatTheImagesCanDecide() throws {
    let folder = try TemporaryFolder()
    try Self.sweep(folder, "before", "--model matrix-capsules-small --epsilon 0.02 --limit 20 --checks none")
    try Self.sweep(folder, "now", "--model cnn --epsilon 0.02 --limit 20 --checks none")
    try FileManager.default.createDirectory(atPath: folder(".git"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: folder("ci/deep"), withIntermediateDirectories: true)
    #expect(try Program.run(["baseline", folder("before"), "--output", folder("ci/base.json")]).code == 0)
    let summary = folder("summary.md")
    try folder.write(Data("before\n".utf8), to: "summary.md")
    let open = try Program.run(
      ["check", "--baseline", "../base.json", "../../now", "--sarif", "x.sarif", "--alpha", "1e-17"],
      in: folder("ci/deep"),
      environment: ["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": summary])
    #expect(open.code == 11, "\(open.output)\(open.errors)")
    #expect(open.output.contains("::warning file=ci/base.json,line="))
    let text = try String(contentsOfFile: summary, encoding: .utf8)
    #expect(text.hasPrefix("before\n## ") && text.contains("Robustness: inconclusive"))
    let sarif = try String(contentsOfFile: folder("ci/deep/x.sarif"), encoding: .utf8)
    #expect(sarif.contains("\"uri\" : \"ci/base.json\""))
    let quiet = try Program.run(
      ["check", "--baseline", folder("ci/base.json"), folder("now"), "--no-github"],
      environment: ["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": summary])
    #expect(!quiet.output.contains("::") && quiet.code == 11, "\(quiet.output)")
    #expect(try String(contentsOfFile: summary, encoding: .utf8) == text)
    // The last line is a command; whoever runs it gets an answer.
    let command = try #require(quiet.output.split(separator: "\n").last { $0.hasPrefix("  robust check ") })
    let words = command.split(separator: " ").dropFirst().map(String.init)
    let decided = try Program.run(words)
    #expect(decided.code == 0, "\(words): \(decided.output)\(decided.errors)")
    // Nothing but an accuracy that is required.
    for (floor, code) in [("0.05@0.02", 0), ("0", 0), ("1", 10), ("0.5@0.01", 65), ("0.5@2", 64)] as [(String, Int32)] {
      let outcome = try Program.run(["check", folder("now"), "--min-accuracy", floor])
      #expect(outcome.code == code, "\(floor): \(outcome.output)\(outcome.errors)")
    }
    // Of the runs that were made without checks.
    let required = try Program.run(["check", folder("now"), "--min-accuracy", "0", "--require-checks"])
    #expect(required.code == 12 && required.output.contains("--checks default"), "\(required.output)")
  }

  /// Every number that can be given, at and beyond its ends: an exit code that is documented, never a trap.
  @Test(.slow) func numbersOfEverySizeAreAnswered() throws {
    let folder = try TemporaryFolder()
    try Self.sweep(folder, "run", "--model cnn --epsilon 0.05 --limit 20 --checks none")
    #expect(try Program.run(["baseline", folder("run"), "--output", folder("base.json")]).code == 0)
    let check = ["check", "--baseline", folder("base.json"), folder("run")]
    for number in ["nan", "1e-17", "5e-324", "0.499999"] {
      for option in ["--alpha", "--max-drop", "--min-accuracy"] {
        let code = try Program.run(check + [option, number, "--json", folder("x.json")]).code
        #expect([0, 10, 11, 64].contains(code), "\(option) \(number): \(code)")
      }
      for option in ["--tolerance", "--max-epsilon"] {
        let code = try Program.run(["minimum", "cnn", option, number, "--limit", "1", "--output", folder("m")]).code
        #expect([0, 64].contains(code), "\(option) \(number): \(code)")
      }
    }
  }

  @Test(.slow) func tellsInputFromUsageErrors() throws {
    let folder = try TemporaryFolder()
    try Self.sweep(folder, "run", "--model cnn --epsilon 0.05 --limit 20")
    try Self.sweep(folder, "other", "--model cnn --epsilon 0.1 --limit 20")
    try Self.sweep(folder, "capsules", "--model matrix-capsules-small,cnn --epsilon 0.05 --limit 20")
    #expect(try Program.run(["baseline", folder("run"), "--output", folder("base.json")]).code == 0)
    let cases: [([String], Int32, String)] = [
      (["check", folder("run")], 64, "--baseline"),
      (["check", "--baseline", folder("base.json"), folder("run"), "--max-drop", "-1"], 64, "--max-drop"),
      (["check", "--baseline", folder("base.json"), folder("run"), "--alpha", "0.5"], 64, "--alpha"),
      (["check", "--baseline", folder("none.json"), folder("run")], 65, "none.json"),
      (["check", "--baseline", folder("run/summary.json"), folder("run")], 65, "not a baseline"),
      (["check", "--baseline", folder("base.json"), folder("nowhere")], 65, "no such run"),
      (["check", "--baseline", folder("base.json"), folder.path], 65, "no run store"),
      (["check", "--baseline", folder("base.json"), folder("other")], 65, "lacks 0.05"),
      (["check", "--baseline", folder("base.json"), folder("run"), "--junit", folder("no/x.xml")], 73, "x.xml"),
      (["compare", folder("run")], 64, "nothing to compare"),
      (["compare", folder("run"), folder("other")], 65, "in common"),
      (["compare", folder("capsules"), "--reference", "cn"], 64, "did you mean cnn"),
      (["minimum", folder("run"), "cnn"], 64, "name it alone"),
      (["minimum", folder("run"), "--objective", "margin", "--steps", "3"], 64, "--objective, --steps"),
      (["minimum", folder("run"), "--model", "cnn"], 65, "no such file"),
      (["minimum", "cnn", "--model", "cnn=x.safetensors"], 64, "so do the arguments"),
      (["minimum", "cnn", "--max-epsilon", "2"], 64, "--max-epsilon “2”"),
      (["minimum", "cnn", "--max-epsilon", "0,1"], 64, "--max-epsilon"),
      (["minimum", "cnn", "--max-epsilon", "0"], 64, "--max-epsilon"),
      (["minimum", "cnn", "--tolerance", "0"], 64, "--tolerance"),
      (["minimum", "cnn", "--max-epsilon", "1e-40"], 64, "at least 1e-06"),
      (["minimum", "cnn", "--max-epsilon", "0.0005"], 64, "--tolerance 0.0001"),
      (["minimum", "cnn", "--target", "each"], 64, "each"),
      (["minimum", "cnnn"], 65, "did you mean cnn"),
    ]
    let before = try folder.names()
    for (arguments, code, mention) in cases {
      let outcome = try Program.run(arguments, in: folder.path)
      #expect(outcome.code == code, "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.contains(mention), "\(arguments): \(outcome.errors)")
    }
    #expect(try folder.names() == before)
    let extra = try Program.run(["check", "--baseline", folder("base.json"), folder("capsules")])
    #expect(extra.code == 0 && extra.output.contains("groups of the run are not in the baseline"), "\(extra.errors)")
    let compared = try Program.run(["compare", "capsules", "--reference", "cnn", "--output", "both"], in: folder.path)
    #expect(compared.code == 0 && compared.output.contains("matrix-capsules-small − cnn"), "\(compared.errors)")
  }

  @Test(.slow) func findsTheSmallestEpsilon() throws {
    let folder = try TemporaryFolder()
    let options = ["--limit", "20", "--max-epsilon", "0.2", "--tolerance", "0.01", "--attack", "fgsm"]
    for threads in ["1", "2"] {
      let outcome = try Program.run(
        ["minimum", "cnn"] + options + ["--threads", threads, "--output", folder("by-model-\(threads)")])
      #expect(outcome.code == 0 && outcome.output.contains("median"), "\(outcome.errors)")
    }
    try Self.sweep(folder, "run", "--model cnn --epsilon 0.05 --limit 20")
    let ofRun = try Program.run(
      ["minimum", folder("run"), "--max-epsilon", "0.2", "--tolerance", "0.01", "--output", folder("by-run")])
    #expect(ofRun.code == 0, "\(ofRun.errors)")
    let files = try ["by-model-1", "by-model-2", "by-run"].map {
      try Data(contentsOf: URL(filePath: folder("\($0)/minimum.csv")))
    }
    #expect(files[0] == files[1] && files[0] == files[2] && files[0].count > 1000)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder("by-run")).sorted()
    #expect(names == ["minimum-1.svg", "minimum.csv", "minimum.json"])
  }
}
