import ArgumentParser
import Comparison
import Datasets
import Diagnostics
import Files
import Foundation
import Reports
import Runs

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Compare a run with a baseline on the same images, and fail if robustness was lost.",
    discussion: """
      For every model, attack, goal and ε it asks whether accuracy fell by more than --max-drop, and whether it is what \
      --min-accuracy requires. Exit codes: 0 pass; 10 regression; 11 inconclusive, with the --max-drop that these images can \
      decide; 12 the evaluation is not trustworthy; 64 wrong usage; 65 the run or the baseline can't be used, or are of \
      different data or attacks.

      Examples:
        robust sweep --attack fgsm --model my.safetensors --output runs/now
        robust check --baseline robustness.json runs/now
        robust check --baseline robustness.json runs/now --max-drop 0.03 --junit check.xml --markdown comment.md
        robust check runs/now --min-accuracy 0.9 --min-accuracy 0.5@8/255
      """)

  @Argument(help: ArgumentHelp("The folder of a finished run.", valueName: "run"), completion: .directory)
  var folder: String

  @Option(help: "The file that `robust baseline` made. Only --min-accuracy does without.", completion: .file())
  var baseline: String?

  @Option(parsing: .unconditional, help: "How much accuracy may be lost, as a share of the images.")
  var maxDrop: Double = 0.01

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "The share of images that has to be right: 0.5@8/255 under every attack at that ε, 0.9 before any. May be repeated.",
      valueName: "accuracy"))
  var minAccuracy: [String] = []

  @Option(
    parsing: .unconditional,
    help: "How likely a false alarm over all groups may be, and how likely a pass although more was lost.")
  var alpha: Double = 0.05

  @Flag(help: "Do not trust a run that lacks any of the trust checks that are made by default.")
  var requireChecks = false

  @Option(
    help: "Write JUnit XML to this file, as Jenkins and Ant know it; only an earlier one is replaced.",
    completion: .file())
  var junit: String?

  @Option(
    help: "Write JUnit XML to this file, as Maven Surefire knows it; only an earlier one is replaced.",
    completion: .file())
  var surefire: String?

  @Option(help: "Write SARIF 2.1.0 to this file; only an earlier one is replaced.", completion: .file())
  var sarif: String?

  @Option(
    help: "Write Markdown, for a comment on a pull request, to this file; only an earlier one is replaced.",
    completion: .file())
  var markdown: String?

  @Option(help: "Write JSON to this file; only an earlier one is replaced.", completion: .file())
  var json: String?

  @Flag(
    inversion: .prefixedNo,
    help:
      "Annotate the baseline's lines and add to the job's summary, as GitHub Actions reads it. Default: in its jobs.")
  var github: Bool?

  func run() throws {
    let options = try Gate.Options(
      maxDrop: maxDrop, alpha: alpha, requiresChecks: requireChecks,
      floors: minAccuracy.map { try AccuracyFloor(parsing: $0) })
    guard baseline != nil || !options.floors.isEmpty else {
      throw InputError(
        .usage, "--baseline", "there is nothing to compare the run with",
        remedy: "name the file that `robust baseline` made, or require an accuracy by --min-accuracy")
    }
    try checkOutputs()
    let expected = try baseline.map { try BaselineFile.read($0) }
    let store = try RunStore.openRun(folder)
    let check: Gate
    do {
      check = try RunStore.asInput {
        try Gate(of: store, against: expected?.baseline, options: options) {
          imagesInAll(store.configuration.dataset)
        }
      }
    } catch let error as InputError where error.subject == "the run" {
      throw InputError(error.kind, folder, error.problem, remedy: error.remedy)
    }
    let facts = try RunStore.asInput { try store.facts() }
    try store.close()
    let place = expected.map { file in
      let (path, isInside) = Repository.place(of: baseline ?? "")
      return SARIFReport.Place(path: path, isInRepository: isInside, lines: file.lineNumbers)
    }
    try write(check, place, facts)
    print(GateText.text(check), terminator: "")
    if let command = decisiveCommand(check) { print("  \(command)") }
    if github ?? GitHubJob.isRunning {
      print(GitHubAnnotations.text(check, place: place), terminator: "")
      try GitHubJob.addSummary(GateMarkdown.text(check))
    }
    if check.verdict != .pass { throw ExitCode(check.verdict.exitCode) }
  }

  /// What an earlier check wrote is replaced, any other file is not.
  private func checkOutputs() throws {
    let files: [(String?, String, OutputForm)] = [
      (junit, "--junit", .junit), (surefire, "--surefire", .junit), (sarif, "--sarif", .sarif),
      (markdown, "--markdown", .checkMarkdown), (json, "--json", .checkJSON),
    ]
    try OutputFile.requireDistinct(
      files.compactMap { path, option, form in try path.map { try OutputFile($0, option: option, replacing: form) } })
  }

  private func write(_ check: Gate, _ place: SARIFReport.Place?, _ facts: RunFacts?) throws {
    if let junit { try AtomicFile.write(Data(JUnitReport.text(check, facts: facts).utf8), to: junit) }
    if let surefire { try AtomicFile.write(Data(JUnitReport.surefireText(check, facts: facts).utf8), to: surefire) }
    if let sarif {
      try AtomicFile.write(SARIFReport.data(check, place: place, toolVersion: Robust.version), to: sarif)
    }
    if let markdown { try AtomicFile.write(Data(GateMarkdown.text(check).utf8), to: markdown) }
    if let json { try AtomicFile.write(GateJSON.data(check), to: json) }
  }

  /// Of an inconclusive check, the command that the same images decide.
  private func decisiveCommand(_ check: Gate) -> String? {
    guard check.verdict == .inconclusive else { return nil }
    var drop = maxDrop
    if !check.groups(.inconclusive).isEmpty {
      guard let decidable = check.decidableDrop else { return nil }
      drop = decidable
    }
    var words = ["robust", "check"]
    if let baseline { words += ["--baseline", baseline] }
    words.append(folder)
    if baseline != nil { words += ["--max-drop", "\(drop)"] }
    for floor in check.options.floors {
      let open = check.floors(.inconclusive).filter { $0.floor == floor }.map(\.decidableAccuracy)
      guard !open.contains(nil) else { return nil }
      words += ["--min-accuracy", open.compactMap { $0 }.min().map { floor.text(for: $0) } ?? floor.text]
    }
    if alpha != 0.05 { words += ["--alpha", "\(alpha)"] }
    if requireChecks { words.append("--require-checks") }
    return words.map(ShellWord.quoted).joined(separator: " ")
  }

  /// How many images a data set has of which a run used some, if it is where it was and what it was.
  private func imagesInAll(_ dataset: RunConfiguration.Dataset) -> Int? {
    let catalog = DatasetCatalog()
    // What would first have to be rendered is not.
    guard let split = Dataset.Split(rawValue: dataset.split),
      !DatasetCatalog.names.contains(dataset.name) || (try? catalog.contains(dataset.name, split)) == true,
      var images = try? catalog.load(
        dataset.path ?? dataset.name, split: split, classCount: dataset.classNames.count, fit: dataset.fit),
      images.sha256 == dataset.sha256
    else { return nil }
    if let viewpoints = dataset.viewpoints, let seen = try? images.subset(viewpoints: viewpoints) { images = seen }
    return images.count
  }
}
