import ArgumentParser
import Attacks
import Datasets
import Diagnostics
import Figures
import Files
import Foundation
import Models
import Reports
import Runs
import Sweeps

struct MinimumCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "minimum",
    abstract: "Find the smallest ε that beats each image, by bisection.",
    discussion: """
      Tries a few evenly spaced ε up to --max-epsilon, then halves the interval in which the attack begins to succeed until \
      it is no wider than --tolerance. What is reported was tried: at that ε the attack really succeeds. Where success is \
      not monotone in ε, as for a single step that may overshoot, it is one crossing, and not always the first; how many \
      images withstand a larger ε again is said. Prints the median with its 95% interval, and writes minimum.csv (one line per image), minimum.json and histograms.

      Examples:
        robust minimum cnn --attack fgsm --limit 200
        robust minimum cnn matrix-capsules-small --attack bim --max-epsilon 0.2 --limit 50
      """)

  @Argument(
    help: """
      Shipped names (see `robust models`), ONNX files or checkpoint files, 'process: COMMAND', or NAME=PATH, by default those of `robust sweep`; or the folder \
      of one run, for its models, images and attacks.
      """, completion: Completions.model)
  var models: [String] = []

  @Option(
    help: """
      Attacks, separated by commas: \(AttackCatalog.names.joined(separator: ", ")), also with hyperparameters, \
      'pgd(steps: 40)'. Default: fgsm, or \
      those of the run.
      """, completion: Completions.attacks)
  var attack: String?

  @OptionGroup var hyperparameters: HyperparameterOptions

  @Option(
    help: """
      The data set: a name (see `robust data`), an .npz or .npy file, a folder of class folders with PNG or \
      JPEG files, a CSV file of file,label, or NAME=PATH; with a run, where its file is now. \
      Default: that of the run, or \(DatasetCatalog.defaultName).
      """, completion: Completions.dataset)
  var dataset: String?

  @Option(
    help: "Which part of it: \(Dataset.Split.allCases.map(\.rawValue).joined(separator: " or ")). Default: test.",
    completion: Completions.splits)
  var split: String?

  @OptionGroup var data: DatasetOptions

  @OptionGroup var viewpoints: ViewpointOptions

  @Option(help: "Models, separated by commas, as the arguments are; with a run, where their files are now: NAME=PATH.")
  var model: String?

  @Option(help: "Average over N crops of each image: 13 as the paper does. For models that see crops.")
  var crops: Int?

  @OptionGroup var preprocessing: PreprocessingOptions

  @Flag(help: "Search on the grid of 8-bit images: ε counts in whole levels.")
  var lattice = false

  @Option(
    parsing: .unconditional,
    help: """
      The largest ε that is tried, such as 0.5 or 64/255. Default: \
      \(NormCatalog.all.map { "\($0.largestDefaultBudget) in \($0.name)" }.joined(separator: ", ")).
      """)
  var maxEpsilon: String?

  @Option(
    parsing: .unconditional,
    help: """
      How close the ε that succeeds and the one that fails have to come. Default: \
      \(NormCatalog.all.map { "\($0.defaultTolerance) in \($0.name)" }.joined(separator: ", ")).
      """)
  var tolerance: Float?

  @OptionGroup var norms: NormOptions

  @Option(help: "How many evenly spaced ε are tried before bisection. Default: 8; 64 for an attack of a single step.")
  var scan: Int?

  @Option(
    help: "Goal: a class (3 or shirt), random or least-likely; without it, any other class will do.",
    completion: .list(["random", "least-likely"]))
  var target: String?

  @Option(help: "Attack the first N images only, in class-balanced order.")
  var limit: Int?

  @Option(help: "Seeds random targets and random starts. Default: 0, or that of the run.")
  var seed: UInt64?

  @OptionGroup var figures: FigureOptions

  @OptionGroup var threading: ThreadOptions

  @Option(
    name: [.short, .long],
    help: """
      The folder to write into: a new or an empty one, or one with an earlier search, which is replaced. Default: runs/ and \
      a name made from the options.
      """, completion: .directory)
  var output: String?

  func run() throws {
    let renderer = try figures.renderer()
    // A place that was named is looked at before anything is loaded.
    let named = try output.map { try ResultFolder($0, for: .minimum) }
    defer { named?.close() }
    let threads = try threading.resolved()
    let subject = try subject()
    let largest = try largestEpsilon(subject.norm)
    let goal = try target.map { try TargetChoice(parsing: $0, classNames: subject.images.classNames) } ?? .untargeted
    let configuration = try MinimumConfiguration(
      models: subject.descriptions, dataset: .init(subject.images), attacks: subject.attacks.map { .init($0) },
      norm: subject.norm, goal: goal, maximum: largest,
      tolerance: tolerance ?? subject.norm.defaultTolerance, scan: scan, limit: limit,
      seed: seed ?? subject.seed,
      toolVersion: Robust.version)
    let search = try MinimumSearch(
      configuration, models: subject.models, attacks: subject.attacks, dataset: subject.images)
    Notice.showWarnings(subject.attacks, budgets: [largest], norm: subject.norm)
    let path = output ?? "runs/\(name(configuration))"
    let folder = try named ?? ResultFolder(path, for: .minimum)
    defer { if named == nil { folder.close() } }
    let records = try execute(search, into: folder, threads: threads)
    Interruption.watch("the files are written.")
    let summary = MinimumSummary(configuration, records)
    var files = try MinimumReport.write(summary, records, to: folder.url)
    files += try renderer.render(files, in: folder.url)
    print(MinimumReport.text(summary, width: Terminal.outputWidth))
    print(PrintableText.line("Wrote \(files.joined(separator: ", ")) into \(path)/"))
  }

  private func largestEpsilon(_ norm: any Norm) throws -> Budget {
    let maxEpsilon = maxEpsilon ?? norm.largestDefaultBudget
    let budgets: [Budget]
    do {
      budgets = try BudgetList(parsing: maxEpsilon, norm: norm).all
    } catch let error as InputError {
      throw InputError(
        .usage, "--max-epsilon “\(maxEpsilon)”", error.problem, remedy: "name one ε, for example 0.5 or 64/255")
    }
    guard budgets.count == 1 else {
      throw InputError(.usage, "--max-epsilon", "“\(maxEpsilon)”", remedy: "name one ε, for example 0.5")
    }
    return budgets[0]
  }

  /// What is attacked, and how.
  private struct Subject {
    var descriptions: [RunConfiguration.Model]
    var models: [any Classifier]
    var attacks: [any Attack]
    var images: Dataset
    var norm: any Norm
    var seed: UInt64 = 0
  }

  private func subject() throws -> Subject {
    let named = try attack.map { try hyperparameters.attacks($0, onLattice: lattice) }
    var subject = try runSubject() ?? modelSubject(named)
    if let named { subject.attacks = named }
    subject.images = try subject.images.limited(to: limit)
    return subject
  }

  private func modelSubject(_ attacks: [any Attack]?) throws -> Subject {
    guard model == nil || models.isEmpty else {
      throw InputError(
        .usage, "--model", "names models, and so do the arguments (\(models.joined(separator: " ")))",
        remedy: "name all of them in one place: robust minimum cnn my.safetensors, or --model cnn,my.safetensors")
    }
    let attacks = try attacks ?? hyperparameters.attacks(FGSM.name, onLattice: lattice)
    let split = try split.map { try Dataset.Split.parse($0, option: "--split", what: "split") } ?? .test
    let named = try model.map { try NamedPath.list(parsing: $0, option: "--model") } ?? models.map { NamedPath($0) }
    let chosen = named.isEmpty ? SweepCommand.defaultModels : named
    let fit = try preprocessing.fit(for: dataset, split: split, in: data)
    let loaded = try AttackedModels(chosen, fit == nil ? preprocessing : preprocessing.withoutSize)
    let images = try viewpoints.apply(to: data.load(dataset, split: split, classCount: loaded.classCount, fit: fit))
    let (classifiers, descriptions) = try loaded.suiting(images, crops: crops)
    return Subject(
      descriptions: descriptions, models: classifiers, attacks: attacks, images: images, norm: try norms.chosen())
  }

  /// Those of the run, if the argument is the folder of one.
  private func runSubject() throws -> Subject? {
    func isRun(_ path: String) -> Bool {
      FileManager.default.fileExists(atPath: URL(filePath: path).appending(path: "run.sqlite").path)
    }
    guard let path = models.first(where: isRun) else { return nil }
    let others =
      (models.count > 1 ? models.filter { $0 != path } : []) + (split == nil ? [] : ["--split"])
      + (crops == nil ? [] : ["--crops"]) + preprocessing.given + viewpoints.given
    guard others.isEmpty else {
      throw InputError(
        .usage, path, "is a run, which says itself what its models and images are",
        remedy: "name it alone, and leave out \(others.joined(separator: ", "))")
    }
    let settings = try hyperparameters.given().map(\.option) + (lattice ? ["--lattice"] : [])
    guard attack != nil || settings.isEmpty else {
      throw InputError(
        .usage, settings.joined(separator: ", "), "the attacks of a run are repeated as they were",
        remedy: "leave it out, or name the attacks that it is meant for by --attack")
    }
    let store = try RunStore.openRun(path)
    let norm = store.configuration.norm
    if let name = try norms.norm.map({ _ in try norms.chosen().name }), name != norm.name, attack == nil {
      throw InputError(
        .usage, "--norm \(name)", "the attacks of a run are repeated as they were, in \(norm.name)",
        remedy: "leave it out, or name the attacks that it is meant for by --attack")
    }
    let sweep = try Sweep(
      reopening: store, catalog: data.catalog, places: RunPlaces(model: model, dataset: dataset))
    try store.close()
    return Subject(
      descriptions: sweep.configuration.models, models: sweep.models, attacks: sweep.attacks, images: sweep.dataset,
      norm: norms.norm == nil ? norm : try norms.chosen(), seed: sweep.configuration.seed)
  }

  private func execute(_ search: MinimumSearch, into folder: ResultFolder, threads: Int) throws -> [MinimumRecord] {
    let dropped = "interrupted: nothing was written"
    Interruption.watch("nothing is written.") {
      folder.close()
      return dropped
    }
    let progress = ProgressLine()
    let records = try search.run(
      threads: threads, isCancelled: { Interruption.isRequested },
      progress: { report in
        progress.show(
          report.model, share: Double(report.done) / Double(report.total),
          detail: "\(report.done)/\(report.total) images")
      })
    progress.clear()
    guard let records else {
      progress.note(dropped)
      throw Interruption()
    }
    return records
  }

  private func name(_ configuration: MinimumConfiguration) -> String {
    let attacks = configuration.attacks.map(\.name).joined(separator: "-")
    let data = configuration.dataset.source == nil ? configuration.dataset.name : "images"
    let norm = configuration.norm.name == LInfinity().name ? "" : "-\(configuration.norm.name)"
    return "minimum-\(attacks)\(norm)-\(FileName.safe(data))-\(configuration.hash.prefix(8))"
  }
}
