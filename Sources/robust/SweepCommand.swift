import ArgumentParser
import Attacks
import Datasets
import Evaluation
import Files
import Foundation
import Models
import Reports

struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Attack models over a range of budgets ε and write a report.",
    discussion: """
      Prints accuracy and success rate per model, attack and ε, and writes into the output folder: run.sqlite (one
      record per model, attack, goal, ε and image), accuracy.csv, findings.csv, summary.json, report.md, report.html, and images/ with
      adversarial PNGs and manifest.csv. An interrupted sweep goes on when the same command is given again.

      Examples:
        robust sweep --attack fgsm
        robust sweep --attack fgsm,bim --epsilon 1/255,2/255,4/255,8/255 --limit 200
        robust sweep --attack bim --target each --limit 100 --output runs/targeted
      """)

  @Option(help: "Attacks, separated by commas: \(AttackKind.allCases.map(\.rawValue).joined(separator: ", ")).")
  var attack: String

  @Option(help: "Models, separated by commas: shipped names (see `robust models`) or checkpoint files.")
  var model: String = ModelCatalog.defaultNames.joined(separator: ",")

  @Option(help: "The data set: a name (see `robust data`), or a file of images and labels, .npz or .npy.")
  var dataset: String = DatasetCatalog.defaultName

  @Option(help: "Which part of it: \(Dataset.Split.allCases.map(\.rawValue).joined(separator: " or ")).")
  var split: String = Dataset.Split.test.rawValue

  @OptionGroup var data: DatasetOptions

  @Option(
    name: [.customShort("e"), .long], parsing: .unconditional,
    help: "Budgets in pixel units of [0, 1]: START:STOP:COUNT, or a list such as 1/255,8/255,0.1.")
  var epsilon: String = "0:0.5:11"

  @Option(help: "Goal: a class (3), each, random or least-likely; without it, any other class will do.")
  var target: String?

  @Option(help: "What the attack ascends: \(Objective.allCases.map(\.rawValue).joined(separator: ", ")).")
  var objective: String = Objective.crossEntropy.rawValue

  @Option(help: "BIM: how many steps. Default 10.")
  var steps: Int?

  @Option(help: "BIM: step size α as a multiple of ε. Default 0.2.")
  var stepSize: Float?

  @Option(help: "BIM: `kurakin` takes α = 1/255 and the step count of Kurakin et al. 2017.")
  var compat: String?

  @Flag(help: "Start BIM at a random point of the ε-ball.")
  var randomStart = false

  @Flag(
    help: "Search on the grid of 8-bit images: ε counts in whole levels, and what is found survives being saved as PNG."
  )
  var lattice = false

  @Flag(help: "Attack every image anew at every ε, also those that a smaller ε has beaten.")
  var rawCurves = false

  @Option(help: "Attack the first N images only, in class-balanced order.")
  var limit: Int?

  @Option(help: "Seeds random targets and random starts.")
  var seed: UInt64 = 0

  @Option(help: "Export the adversarial PNGs of the first N images, or `all`.")
  var saveImages: String = "10"

  @Option(
    help: """
      Trust checks: default (cheap), all, none, or names separated by commas; a check that is named works \
      thoroughly. See docs/checks.md.
      """)
  var checks: String = "default"

  @OptionGroup var threading: ThreadOptions

  @Option(name: [.short, .long], help: "The folder of the run. Default: runs/ and a name made from the options.")
  var output: String?

  func run() throws {
    let started = Date()
    let attacks = try attacks()
    let budgets = try Budgets(parsing: epsilon)
    let goal = try target.map { try TargetChoice(parsing: $0) } ?? .untargeted
    let threads = try threading.resolved()
    let examples = try exampleCount()
    let selection = try CheckSelection(parsing: checks)
    let split = try Dataset.Split.parse(split, option: "--split", what: "a split")
    let names = model.split(separator: ",").map(String.init)
    guard !names.isEmpty else {
      throw InputError(.usage, "--model", "no model is named", remedy: "for example --model cnn")
    }
    let loaded = try names.map { try ModelCatalog.load($0) }
    var images = try data.catalog.load(dataset, split: split, classCount: loaded[0].model.classCount)
    if let limit {
      guard limit > 0 else { throw InputError(.usage, "--limit", "\(limit)", remedy: "use 1 or more images") }
      images = images.first(limit)
    }
    let configuration = RunConfiguration(
      models: zip(names, loaded).map { .init($0, $1) }, dataset: .init(images), attacks: attacks.map { .init($0) },
      goals: [GoalKind(goal)], budgets: budgets.all.map { .init($0) }, limit: limit, seed: seed, rawCurves: rawCurves,
      toolVersion: Robust.version)
    let sweep = try Sweep(configuration, models: loaded.map(\.model), attacks: attacks, dataset: images)
    let folder = output ?? "runs/\(runName(configuration, goal))"
    let directory = try SweepDirectory.open(at: folder, configuration: configuration)
    try execute(sweep, in: directory, threads: threads, examples: examples, checks: selection)
    let facts = RunFacts(
      startedAt: started, finishedAt: Date(), seconds: Date().timeIntervalSince(started), threads: threads,
      commandLine: (["robust"] + CommandLine.arguments.dropFirst()).joined(separator: " "), host: .current)
    try directory.store.setFacts(facts)
    let summary = try RunSummary(of: directory.store, facts: facts)
    let rows = try sweep.gallery(in: directory, examples: examples).map {
      ImageRow(
        record: $0.record, cleanPNG: $0.cleanPNG, perturbationPNG: $0.perturbationPNG,
        adversarialPNG: $0.adversarialPNG,
        magnification: Double($0.magnification))
    }
    let files = try ReportWriter.write(summary, rows: rows, to: directory.url)
    try directory.store.close()
    print(TerminalTable.text(summary))
    print(TerminalFindings.text(summary), terminator: "")
    for budget in budgets.all where lattice && !LInfinityLattice.isWhole(budget.value) {
      print("on the lattice, ε = \(budget) is \(LInfinityLattice.levels(in: budget.value)) whole levels of 1/255")
    }
    print("\nWrote \(files.joined(separator: ", ")), run.sqlite and images/ into \(folder)/")
    print("Open \(folder)/report.html in a browser.")
  }

  private func attacks() throws -> [any Attack] {
    var settings = AttackKind.Settings()
    settings.objective = try Objective(parsing: objective)
    settings.steps = steps
    settings.relativeStepSize = stepSize
    settings.compatibility = try compat.map { try AttackKind.Compatibility(parsing: $0) }
    settings.startsAtRandom = randomStart
    settings.isOnLattice = lattice
    return try AttackKind.list(parsing: attack).map { try $0.attack(settings) }
  }

  private func exampleCount() throws -> SweepExamples.Count {
    if saveImages == "all" { return .all }
    guard let count = Int(saveImages), count >= 0 else {
      throw InputError(.usage, "--save-images", "“\(saveImages)”", remedy: "use a number such as 10, or all")
    }
    return .first(count)
  }

  /// A readable name for the folder, ending in the configuration's hash so that other settings get another folder.
  private func runName(_ configuration: RunConfiguration, _ goal: TargetChoice) -> String {
    let attacks = configuration.attacks.map(\.name).joined(separator: "-")
    let goalName = goal == .untargeted ? "" : "-\(GoalKind(goal).rawValue)"
    let data = (configuration.dataset.name as NSString).lastPathComponent
    return "\(attacks)\(goalName)-\(data)-\(configuration.configurationHash.prefix(8))"
  }

  private func execute(
    _ sweep: Sweep, in directory: SweepDirectory, threads: Int, examples: SweepExamples.Count,
    checks: CheckSelection
  ) throws {
    Interruption.watch()
    let progress = ProgressLine()
    let isComplete = try sweep.run(
      into: directory, threads: threads, examples: examples, isCancelled: { Interruption.isRequested },
      progress: { report in
        progress.show(
          report.model, share: Double(report.done) / Double(report.total),
          detail: "\(report.done)/\(report.total) images")
      })
    progress.clear()
    let isChecked =
      try isComplete
      && sweep.check(directory.store, checks, threads: threads, isCancelled: { Interruption.isRequested }) != nil
    guard isChecked else {
      try directory.store.close()
      progress.note("interrupted: give the same command again to go on")
      throw Interruption()
    }
  }
}
