import Attacks
import Classifiers
import Datasets
import Diagnostics
import Files
import Foundation
import Models
import Runs
import Sweeps

extension SweepCommand {
  /// The sweep in the folder of `--resume`, made again from what the run says of itself.
  ///
  /// - Throws: `InputError` that names the options that contradict the run.
  func resumed(_ folder: String) throws -> (sweep: Sweep, folder: String, options: RunOptions) {
    try SweepDirectory.refuseIfBusy(folder)
    let store = try RunStore.open(at: SweepDirectory.storeURL(in: folder))
    defer { try? store.close() }
    let configuration = store.configuration
    var options = try store.options()
    let differing = try contradictions(to: configuration, options, in: folder)
    guard differing.isEmpty else {
      throw InputError(
        .usage, "--resume \(folder)", "the run there was started otherwise: \(differing.joined(separator: "; "))",
        remedy: "leave these options out to go on with that run, or start a new one without --resume")
    }
    guard configuration.toolVersion == Robust.version else {
      throw InputError(
        .output, folder, "the run was begun by robust \(configuration.toolVersion); this is \(Robust.version)",
        remedy: "go on with that version, or start a new run")
    }
    if let saveImages { options.examples = try ExampleCount(parsing: saveImages) }
    if let formats = try figures.formats() { options.figures = formats }
    if let checks { options.checks = try TrustCheckSelection(parsing: checks) }
    let places = RunPlaces(models: try movedModels(configuration) ?? [], dataset: movedData(configuration))
    return (try Sweep(reopening: store, catalog: data.catalog, places: places), folder, options)
  }

  /// Where the models of the run are now, as `--model` says: by name, or whatever has the hash of one; nil if it says otherwise
  /// than the run.
  private func movedModels(_ run: RunConfiguration) throws -> [(name: String?, path: String)]? {
    guard let model else { return [] }
    let pieces = try NamedPath.list(parsing: model, option: "--model")
    var moved: [(name: String?, path: String)] = []
    for piece in pieces {
      if let name = piece.name, run.models.contains(where: { $0.name == name }) {
        moved.append((name, piece.value))
      } else if let hash = try? ClassifierCatalog.sha256(of: piece.value),
        run.models.contains(where: { $0.sha256 == hash })
      {
        moved.append((nil, piece.value))
      } else if !run.models.contains(where: {
        $0.name == ModelCatalog.canonicalName(piece.value) || $0.source == piece.value
      }) {
        return nil
      }
    }
    // Names of the run's models need not all be repeated; of others, each has to be one of the run's.
    return pieces.allSatisfy { $0.name != nil } || pieces.count == run.models.count ? moved : nil
  }

  /// What `--dataset` says, with the name that records have for it.
  private var givenData: NamedPath? {
    dataset.map { NamedPath(DatasetCatalog.vocabulary.name(for: $0) ?? $0) }
  }

  /// Where the images of the run are now, as `--dataset` says; nil where the run found them.
  private func movedData(_ run: RunConfiguration) -> String? {
    guard let given = givenData, given.value != run.dataset.name, given.value != run.dataset.source else { return nil }
    return given.value
  }

  /// Whether `--dataset` may mean the images of the run: by name, or by a place, of which their hash has to be told.
  private func isDataOf(_ run: RunConfiguration) -> Bool {
    guard let given = givenData else { return true }
    if given.value == run.dataset.name || given.value == run.dataset.source { return true }
    if run.dataset.source != nil || DatasetCatalog.isFile(run.dataset.name) {
      return DatasetCatalog.isFile(given.value)
    }
    return given.name == run.dataset.name
  }

  /// As `--target` takes it.
  private static func text(_ goal: TargetChoice) -> String {
    goal == .untargeted ? "absent" : String(goal.rawValue.trimmingPrefix("target-"))
  }

  /// What `attack` has where `name` is to be `value`; nil if it has that already.
  private static func stored(_ attack: RunConfiguration.Attack, otherThan name: String, _ value: String) -> String? {
    let lengths = ["relativeStepSize", "stepSize"]
    let isLength = lengths.contains(name)
    let replacesLength = isLength || value == Steps.kurakinName
    let kept = attack.parameters.filter { $0.name != name && !(replacesLength && lengths.contains($0.name)) }
    let changed = try? AttackCatalog.attack(
      parsing: attack.name, defaults: kept.map { ($0.name, $0.value) } + [(name, value)])
    if changed?.parameters == attack.parameters { return nil }
    let values = Dictionary(attack.parameters.map { ($0.name, $0.value) }) { first, _ in first }
    let stored = isLength ? lengths.lazy.compactMap { values[$0] }.first ?? values["steps"] : values[name]
    return stored.map { $0 == "true" ? "given" : $0 } ?? "absent"
  }

  /// The options that were given and are not those of the run, each with what the run has.
  private func contradictions(
    to run: RunConfiguration, _ options: RunOptions, in folder: String
  ) throws -> [String] {
    var result: [String] = []
    func compare(_ option: String, _ given: String?, _ stored: String) {
      if let given, given != stored { result.append("\(option) is \(stored), not \(given)") }
    }
    let hyperparameters = try hyperparameters.given() + (lattice ? [("--lattice", "lattice", "true")] : [])
    if let attack {
      // Hyperparameters that are not written in it are those of the run.
      let given = try AttackCatalog.attacks(parsing: attack)
      let isFull = attack.contains("(")
      compare(
        "--attack", given.map { isFull ? $0.description : $0.name }.joined(separator: ","),
        run.attacks.map { isFull ? $0.description : $0.name }.joined(separator: ","))
    }
    compare("--norm", try norms.norm.map { _ in try norms.chosen().name }, run.norm.name)
    let names = run.models.map { $0.source == RunConfiguration.Model.shipped ? $0.name : $0.source }
    if try movedModels(run) == nil {
      let given = model?.split(separator: ",").map { ModelCatalog.canonicalName(String($0)) }
      compare("--model", given?.joined(separator: ","), names.joined(separator: ","))
    }
    if !isDataOf(run) { compare("--dataset", dataset, run.dataset.name) }
    compare("--split", split.map { Dataset.Split.vocabulary.name(for: $0) ?? $0 }, run.dataset.split)
    let selection = try viewpoints.selection()
    for field in ViewpointSelection.Field.allCases {
      func text(_ selection: ViewpointSelection?) -> String? {
        selection?[field]?.map(String.init).joined(separator: ",")
      }
      compare("--\(field.rawValue)", text(selection), text(run.dataset.viewpoints) ?? "absent")
    }
    for model in run.models { compare("--crops", crops.map(String.init), model.crops.map(String.init) ?? "absent") }
    let foreign = run.models.filter(\.isForeign)
    // Pictures of several sizes were resized before any model.
    let forModels = run.dataset.fit == nil ? preprocessing : preprocessing.withoutSize
    if let fit = run.dataset.fit {
      for (option, given, recorded) in try preprocessing.differences(from: fit) {
        compare(option, given, recorded ?? "absent")
      }
    }
    if foreign.isEmpty { result += forModels.given.map { "\($0) is absent, not given" } }
    for model in foreign {
      for (option, given, recorded) in try forModels.differences(from: model.preprocessing) {
        compare(option, given, recorded ?? "absent")
      }
    }
    compare(
      "--epsilon",
      try epsilon.map { try BudgetList(parsing: $0, norm: run.norm).all.map(\.text).joined(separator: ",") },
      run.budgets.map(\.text).joined(separator: ","))
    compare(
      "--target",
      try target.map { Self.text(try TargetChoice(parsing: $0, classNames: run.dataset.classNames)) },
      run.goals.map(Self.text).joined(separator: ","))
    compare("--limit", limit.map(String.init), run.limit.map(String.init) ?? "absent")
    compare("--seed", seed.map(String.init), "\(run.seed)")
    compare("--raw-curves", rawCurves ? "given" : nil, run.rawCurves ? "given" : "absent")
    compare("--shard", shard, options.shard?.description ?? "absent")
    for (option, name, value) in hyperparameters {
      let users = run.attacks.filter { $0.profile?.arguments.contains(name) == true }
      let given = value == "true" ? "given" : value
      if users.isEmpty { result.append("\(option) is absent, not given") }
      for attack in users {
        Self.stored(attack, otherThan: name, value).map { result.append("\(option) is \($0), not \(given)") }
      }
    }
    if let output {
      let (here, there) = (
        URL(filePath: output).standardizedFileURL.path, URL(filePath: folder).standardizedFileURL.path
      )
      if here != there { result.append("--output is \(folder), not \(output)") }
    }
    var seen = Set<String>()
    return result.filter { seen.insert($0).inserted }
  }
}
