import ArgumentParser
import Attacks
import Datasets
import Evaluation
import Files
import Foundation
import Models
import Reports

struct MinimumCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "minimum",
    abstract: "Find the smallest ε that beats each image, by bisection.",
    discussion: """
      Tries a few evenly spaced ε up to --max-epsilon, then halves the interval in which the attack begins to succeed until \
      it is no wider than --tolerance. What is reported was tried: at that ε the attack really succeeds. Where success is \
      not monotone in ε, as for a single step that may overshoot, it is one crossing, and not always the first. Prints the \
      median with its 95% interval, and writes minimum.csv (one line per image), minimum.json and histograms.

      Examples:
        robust minimum cnn --attack fgsm --limit 200
        robust minimum cnn matrix-capsules-small --attack bim --max-epsilon 0.2 --limit 50
      """)

  @Argument(
    help: """
      Shipped names (see `robust models`) or checkpoint files, by default those of `robust sweep`; or the folder of one run, \
      for its models, images and attacks.
      """, completion: Completions.model)
  var models: [String] = ModelCatalog.defaultNames

  @Option(
    help: """
      Attacks, separated by commas: \(AttackKind.allCases.map(\.rawValue).joined(separator: ", ")). Default: fgsm, or \
      those of the run.
      """, completion: Completions.attacks)
  var attack: String?

  @OptionGroup var hyperparameters: HyperparameterOptions

  @Option(
    help: """
      The data set: a name (see `robust data`), or an .npz or .npy file. Default: that of the run, or \
      \(DatasetCatalog.defaultName).
      """, completion: Completions.dataset)
  var dataset: String?

  @Option(
    help: "Which part of it: \(Dataset.Split.allCases.map(\.rawValue).joined(separator: " or ")). Default: test.",
    completion: Completions.splits)
  var split: String?

  @OptionGroup var data: DatasetOptions

  @OptionGroup var viewpoints: ViewpointOptions

  @Option(help: "Where a model's file is now, if it has moved since the run: NAME=PATH, separated by commas.")
  var model: String?

  @Option(parsing: .unconditional, help: "The largest ε that is tried, such as 0.5 or 64/255.")
  var maxEpsilon: String = "0.5"

  @Option(parsing: .unconditional, help: "How close the ε that succeeds and the one that fails have to come.")
  var tolerance: Float = 0.001

  @Option(help: "How many evenly spaced ε are tried before bisection.")
  var scan: Int = 8

  @Option(
    help: "Goal: a class (3), random or least-likely; without it, any other class will do.",
    completion: .list(["random", "least-likely"]))
  var target: String?

  @Option(help: "Attack the first N images only, in class-balanced order.")
  var limit: Int?

  @Option(help: "Seeds random targets and random starts. Default: 0, or that of the run.")
  var seed: UInt64?

  @OptionGroup var threading: ThreadOptions

  @Option(
    name: [.short, .long], help: "The folder to write into. Default: runs/ and a name made from the options.",
    completion: .directory)
  var output: String?

  func run() throws {
    let largest = try largestEpsilon()
    let goal = try target.map { try TargetChoice(parsing: $0) } ?? .untargeted
    let threads = try threading.resolved()
    let subject = try subject()
    let configuration = try MinimumConfiguration(
      models: subject.descriptions, dataset: .init(subject.images), attacks: subject.attacks.map { .init($0) },
      goal: GoalKind(goal), maximum: .init(largest), tolerance: tolerance, scan: scan, limit: limit,
      seed: seed ?? subject.seed,
      toolVersion: Robust.version)
    let search = try MinimumSearch(
      configuration, models: subject.models, attacks: subject.attacks, dataset: subject.images)
    let path = output ?? "runs/\(name(configuration))"
    let folder = try OutputFolder.make(path)
    let records = try execute(search, threads: threads)
    Interruption.watch("the files are written.")
    let summary = MinimumSummary(configuration, records)
    let files = try MinimumReport.write(summary, records, to: folder)
    print(MinimumReport.text(summary, width: Terminal.outputWidth))
    print(PrintableText.line("Wrote \(files.joined(separator: ", ")) into \(path)/"))
  }

  private func largestEpsilon() throws -> Budget {
    let budgets: [Budget]
    do {
      budgets = try Budgets(parsing: maxEpsilon).all
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
    var seed: UInt64 = 0
  }

  private func subject() throws -> Subject {
    let named = try attack.map { try AttackKind.list(parsing: $0).map { try $0.attack(hyperparameters.settings()) } }
    var subject = try runSubject() ?? modelSubject()
    if let named { subject.attacks = named }
    if let limit {
      guard limit > 0 else { throw InputError(.usage, "--limit", "\(limit)", remedy: "use 1 or more images") }
      subject.images = subject.images.first(limit)
    }
    return subject
  }

  private func modelSubject() throws -> Subject {
    guard model == nil else {
      throw InputError(
        .usage, "--model", "says where the models of a run are, and no run is named",
        remedy: "name models without the option: robust minimum cnn my.safetensors")
    }
    let split = try split.map { try Dataset.Split.parse($0, option: "--split", what: "split") } ?? .test
    let loaded = try models.map { try ModelCatalog.load($0) }
    return Subject(
      descriptions: zip(models, loaded).map { RunConfiguration.Model($0, $1) }, models: loaded.map(\.model),
      attacks: [try AttackKind.fgsm.attack(hyperparameters.settings())],
      images: try viewpoints.apply(to: data.catalog.load(dataset ?? DatasetCatalog.defaultName, split: split)))
  }

  /// Those of the run, if the argument is the folder of one.
  private func runSubject() throws -> Subject? {
    func isRun(_ path: String) -> Bool {
      FileManager.default.fileExists(atPath: URL(filePath: path).appending(path: "run.sqlite").path)
    }
    guard let path = models.first(where: isRun) else { return nil }
    guard models.count == 1, dataset == nil, split == nil, viewpoints.given.isEmpty else {
      throw InputError(
        .usage, path, "is a run, which says itself what its models and images are",
        remedy: "name it alone, and leave out "
          + (["--dataset", "--split"] + viewpoints.given).joined(separator: ", "))
    }
    guard attack != nil || hyperparameters.given.isEmpty else {
      throw InputError(
        .usage, hyperparameters.given.joined(separator: ", "), "the attacks of a run are repeated as they were",
        remedy: "leave it out, or name the attacks that it is meant for by --attack")
    }
    let store = try RunStore.openRun(path)
    let sweep = try Sweep(reopening: store, catalog: data.catalog, paths: ModelPath.list(parsing: model))
    try store.close()
    return Subject(
      descriptions: sweep.configuration.models, models: sweep.models, attacks: sweep.attacks, images: sweep.dataset,
      seed: sweep.configuration.seed)
  }

  private func execute(_ search: MinimumSearch, threads: Int) throws -> [MinimumRecord] {
    Interruption.watch("nothing is written.")
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
      progress.note("interrupted: nothing was written")
      throw Interruption()
    }
    return records
  }

  private func name(_ configuration: MinimumConfiguration) -> String {
    let attacks = configuration.attacks.map(\.name).joined(separator: "-")
    return "minimum-\(attacks)-\(configuration.dataset.name)-\(configuration.hash.prefix(8))"
  }
}
