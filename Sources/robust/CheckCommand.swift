import ArgumentParser
import Evaluation
import Files
import Foundation
import Reports

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Compare a run with a baseline on the same images, and fail if robustness was lost.",
    discussion: """
      For every model, attack, goal and ε it asks whether accuracy fell by more than --max-drop. Exit codes: 0 pass; 10 \
      regression; 11 inconclusive, with the number of images that would decide; 12 the evaluation is not trustworthy; 64 \
      wrong usage; 65 the run or the baseline can't be used, or are of different data or attacks.

      Examples:
        robust sweep --attack fgsm --model my.safetensors --output runs/now
        robust check --baseline robustness.json runs/now
        robust check --baseline robustness.json runs/now --max-drop 0.02 --junit check.xml --markdown comment.md
      """)

  @Argument(help: ArgumentHelp("The folder of a finished run.", valueName: "run"), completion: .directory)
  var folder: String

  @Option(help: "The file that `robust baseline` made.", completion: .file())
  var baseline: String

  @Option(parsing: .unconditional, help: "How much accuracy may be lost, as a share of the images.")
  var maxDrop: Double = 0.01

  @Option(
    parsing: .unconditional,
    help: "How likely a false alarm over all groups may be, and how likely a pass although more was lost.")
  var alpha: Double = 0.05

  @Flag(help: "Do not trust a run that was made without trust checks.")
  var requireChecks = false

  @Option(help: "Write JUnit XML to this file; only an earlier one is replaced.", completion: .file())
  var junit: String?

  @Option(help: "Write SARIF 2.1.0 to this file; only an earlier one is replaced.", completion: .file())
  var sarif: String?

  @Option(
    help: "Write Markdown, for a comment on a pull request, to this file; only an earlier one is replaced.",
    completion: .file())
  var markdown: String?

  @Option(help: "Write JSON to this file; only an earlier one is replaced.", completion: .file())
  var json: String?

  func run() throws {
    let options = try RegressionCheck.Options(maxDrop: maxDrop, alpha: alpha, requiresChecks: requireChecks)
    try checkOutputs()
    let expected = try Baseline.read(baseline)
    let store = try RunStore.openRun(folder)
    let check: RegressionCheck
    do {
      check = try RegressionCheck(of: store, against: expected, options: options)
    } catch let error as InputError where error.subject == "the run" {
      throw InputError(error.kind, folder, error.problem, remedy: error.remedy)
    }
    try store.close()
    try write(check, expected)
    print(CheckText.text(check), terminator: "")
    if check.verdict != .pass { throw ExitCode(check.verdict.exitCode) }
  }

  /// What an earlier check wrote is replaced, any other file is not.
  private func checkOutputs() throws {
    let files: [(String?, String, OutputForm)] = [
      (junit, "--junit", .junit), (sarif, "--sarif", .sarif), (markdown, "--markdown", .checkMarkdown),
      (json, "--json", .checkJSON),
    ]
    try OutputFile.requireDistinct(
      files.compactMap { path, option, form in try path.map { try OutputFile($0, option: option, replacing: form) } })
  }

  private func write(_ check: RegressionCheck, _ expected: Baseline) throws {
    if let junit { try AtomicFile.write(Data(JUnitReport.text(check).utf8), to: junit) }
    if let sarif {
      let data = try SARIFReport.data(
        check, baseline: relative(baseline), lines: expected.lineNumbers, toolVersion: Robust.version)
      try AtomicFile.write(data, to: sarif)
    }
    if let markdown { try AtomicFile.write(Data(CheckMarkdown.text(check).utf8), to: markdown) }
    if let json { try AtomicFile.write(CheckJSON.data(check), to: json) }
  }

  /// `path` from the current folder if it lies below, as code hosts want it.
  private func relative(_ path: String) -> String {
    let here = FileManager.default.currentDirectoryPath + "/"
    let full = URL(filePath: path).standardizedFileURL.path
    return full.hasPrefix(here) ? String(full.dropFirst(here.count)) : path
  }
}
