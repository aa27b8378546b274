import ArgumentParser
import Attacks
import Datasets
import Diagnostics
import Files
import Foundation
import Models
import Runs
import Sweeps

struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Attack models over a range of budgets ε and write a report.",
    discussion: """
      Prints accuracy and success rate per model, attack and ε, and writes into the output folder: run.sqlite (one \
      record per model, attack, goal, ε and image), per-image.csv with the same, accuracy.csv, curves.csv, findings.csv, \
      summary.json, report.md, report.html, report.tex with references.bib, and images/ with adversarial PNGs and manifest.csv.

      A sweep that was stopped, in whatever way, goes on by --resume; only the chunk of images in flight is lost. With \
      --shard it does one of several parts, each on a machine or in a process of its own, that `robust merge` joins.

      Examples:
        robust sweep --attack fgsm
        robust sweep --attack fgsm,bim --epsilon 1/255,2/255,4/255,8/255 --limit 200
        robust sweep --attack 'pgd(steps: 20, restarts: 5)' --norm l2 --epsilon 0.5,1,2
        robust sweep --attack bim --target each --limit 100 --output runs/targeted
        robust sweep --attack fgsm --model my.safetensors --dataset smallnorb-48 --azimuth 6-28 --crops 13
        robust sweep --attack pgd --model net.onnx --dataset images.npz --mean 0.5,0.5,0.5 --std 0.5,0.5,0.5
        robust sweep --resume runs/targeted
      """)

  @Option(
    help: """
      Attacks, separated by commas: \(HyperparameterOptions.attackSummaries). \
      Hyperparameters may follow as reports print them: 'pgd(steps: 40, restarts: 5)'.
      """,
    completion: Completions.attacks)
  var attack: String?

  @Option(
    help: """
      Models, separated by commas: shipped names (see `robust models`), ONNX files or checkpoint files; last, 'process: \
      COMMAND' or 'socket: PATH', a model that another process computes. NAME=PATH gives one a name in the report, \
      and says with --resume where it is now. Default: \(ModelCatalog.defaultNames.joined(separator: ",")).
      """, completion: Completions.models)
  var model: String?

  @Option(
    help: """
      The data set: a name (see `robust data`); a file of images and labels, .npz or .npy; or PNG and JPEG files, by a folder \
      that holds a folder of them for each class, or by a CSV file of file,label. NAME=PATH gives it a name in the report, and \
      says with --resume where it is now. Default: \(DatasetCatalog.defaultName).
      """, completion: Completions.dataset)
  var dataset: String?

  @Option(
    help: "Which part of it: \(Dataset.Split.allCases.map(\.rawValue).joined(separator: " or ")). Default: test.",
    completion: Completions.splits)
  var split: String?

  @OptionGroup var data: DatasetOptions

  @OptionGroup var viewpoints: ViewpointOptions

  @Option(help: "Average over N crops of each image: 13 as the paper does. For models that see crops.")
  var crops: Int?

  @OptionGroup var preprocessing: PreprocessingOptions

  @Option(
    name: [.customShort("e"), .long], parsing: .unconditional,
    help: """
      BudgetList in the unit of the norm, for pixels in [0, 1]: START:STOP:COUNT, or a list such as 1/255,8/255,0.1. Default: \
      \(NormCatalog.all.map { "\($0.defaultBudgets) in \($0.name)" }.joined(separator: ", ")).
      """)
  var epsilon: String?

  @OptionGroup var norms: NormOptions

  @Option(
    help: "Goal: a class (3 or shirt), each, random or least-likely; without it, any other class will do.",
    completion: Completions.targets)
  var target: String?

  @OptionGroup var hyperparameters: HyperparameterOptions

  @Flag(
    help: "Search on the grid of 8-bit images: ε counts in whole levels, and what is found survives being saved as PNG."
  )
  var lattice = false

  @Flag(help: "Attack every image anew at every ε, also those that a smaller ε has beaten.")
  var rawCurves = false

  @Option(help: "Attack the first N images only, in class-balanced order.")
  var limit: Int?

  @Option(help: "Seeds random targets and random starts. Default: 0.")
  var seed: UInt64?

  @Option(help: "Export the adversarial PNGs of the first N images, or `all`. Default: 10.")
  var saveImages: String?

  @Option(
    help: """
      Trust checks: default (cheap), all, none, or names separated by commas; a check that is named works \
      thoroughly. Default: default. See docs/checks.md.
      """, completion: Completions.checks)
  var checks: String?

  @OptionGroup var figures: FigureOptions

  @OptionGroup var threading: ThreadOptions

  @Option(
    name: [.short, .long],
    help: """
      The folder of the run: a new or an empty one, or that of the same run, which goes on. Default: runs/ and a name made \
      from the options.
      """, completion: .directory)
  var output: String?

  @Option(
    help: "Go on with the run in this folder, as it was started; options that say otherwise are refused.",
    completion: .directory)
  var resume: String?

  @Option(help: "Do one part of the work: 2/7 is the second of seven, which `robust merge` joins.")
  var shard: String?

  func run() throws {
    let threads = try threading.resolved()
    _ = try figures.renderer()
    let (sweep, folder, options) = try resume.map { try resumed($0) } ?? fresh()
    let directory = try SweepDirectory.open(at: folder, configuration: sweep.configuration, options: options)
    defer { try? directory.store.close() }
    let session = try SweepSession(sweep, in: directory, at: folder, threads: threads)
    try session.attack()
    try session.finish(session.facts)
  }

  /// The sweep that the options ask for.
  private func fresh() throws -> (sweep: Sweep, folder: String, options: RunOptions) {
    try output.map { try SweepDirectory.refuseIfBusy($0) }
    let attacks = try attacks()
    let norm = try norms.chosen()
    let budgets = try BudgetList(parsing: epsilon ?? norm.defaultBudgets, norm: norm)
    let options = RunOptions(
      examples: try ExampleCount(parsing: saveImages ?? "10"),
      checks: try TrustCheckSelection(parsing: checks ?? "default"), shard: try shard.map { try Shard(parsing: $0) },
      figures: try figures.formats())
    let split = try split.map { try Dataset.Split.parse($0, option: "--split", what: "split") } ?? .test
    let named = try model.map { try NamedPath.list(parsing: $0, option: "--model") } ?? Self.defaultModels
    let fit = try preprocessing.fit(for: dataset, split: split, in: data)
    let models = try AttackedModels(named, fit == nil ? preprocessing : preprocessing.withoutSize)
    let images = try viewpoints.apply(to: data.load(dataset, split: split, classCount: models.classCount, fit: fit))
      .limited(to: limit)
    let goal = try target.map { try TargetChoice(parsing: $0, classNames: images.classNames) } ?? .untargeted
    let (classifiers, descriptions) = try models.suiting(images, crops: crops)
    var configuration = RunConfiguration(
      models: descriptions, dataset: .init(images),
      attacks: attacks.map { .init($0) }, norm: norm, goals: [goal], budgets: budgets.all, limit: limit,
      seed: seed ?? 0,
      rawCurves: rawCurves, toolVersion: Robust.version)
    configuration.dataset.sha256 = recordedHash(of: images)
    let sweep = try Sweep(configuration, models: classifiers, attacks: attacks, dataset: images)
    Notice.showWarnings(attacks, budgets: budgets.all, norm: norm)
    return (sweep, output ?? "runs/\(runName(configuration, goal, options))", options)
  }

  /// The hash of `images`; that of their file if a run in the output folder was begun by a version that knew them by it.
  private func recordedHash(of images: Dataset) -> String {
    guard let output, let path = images.source,
      let store = try? RunStore.open(at: SweepDirectory.storeURL(in: output))
    else { return images.sha256 }
    defer { try? store.close() }
    let recorded = store.configuration.dataset.sha256
    return recorded == DatasetCatalog.formerHash(ofFile: path) ? recorded : images.sha256
  }

  static let defaultModels = ModelCatalog.defaultNames.map { NamedPath($0) }

  private func attacks() throws -> [any Attack] {
    guard let attack else {
      throw InputError(
        .usage, "--attack", "no attack is named",
        remedy: "for example --attack fgsm; or give --resume DIR to go on with a run")
    }
    return try hyperparameters.attacks(attack, onLattice: lattice)
  }

  /// A readable name for the folder, ending in the configuration's hash so that other settings get another folder. It says of
  /// images of one's own only that they are that: the same ones may lie in other files.
  private func runName(_ configuration: RunConfiguration, _ goal: TargetChoice, _ options: RunOptions) -> String {
    let attacks = configuration.attacks.map(\.name).joined(separator: "-")
    let goalName = goal == .untargeted ? "" : "-\(goal.rawValue)"
    let part = options.shard.map { "-\($0.index)-of-\($0.count)" } ?? ""
    let data = FileName.safe(configuration.dataset.source == nil ? configuration.dataset.name : "images")
    let norm = configuration.norm.name == LInfinity().name ? "" : "-\(configuration.norm.name)"
    return "\(attacks)\(norm)\(goalName)-\(data)-\(configuration.configurationHash.prefix(8))\(part)"
  }
}
