import Attacks
import Datasets
import Evaluation
import Files
import Foundation
import Models

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
    if let saveImages { options.examples = try SweepExamples.Count(parsing: saveImages) }
    if let checks { options.checks = try CheckSelection(parsing: checks) }
    let paths = movedModels(configuration).map { ($0.name, $0.path) }
    return (try Sweep(reopening: store, catalog: data.catalog, paths: paths), folder, options)
  }

  /// Those of `--model` that say where a model of the run is now.
  private func movedModels(_ configuration: RunConfiguration) -> [ModelPath] {
    let names = Set(configuration.models.map(\.name))
    return (model ?? "").split(separator: ",").compactMap { ModelPath($0) }.filter { names.contains($0.name) }
  }

  /// The options that were given and are not those of the run, each with what the run has.
  private func contradictions(
    to run: RunConfiguration, _ options: RunOptions, in folder: String
  ) throws -> [String] {
    var result: [String] = []
    func compare(_ option: String, _ given: String?, _ stored: String) {
      if let given, given != stored { result.append("\(option) is \(stored), not \(given)") }
    }
    let kinds = try attack.map { try AttackKind.list(parsing: $0).map(\.rawValue).joined(separator: ",") }
    compare("--attack", kinds, run.attacks.map(\.name).joined(separator: ","))
    let names = run.models.map { $0.source == RunConfiguration.Model.shipped ? $0.name : $0.source }
    let given = model?.split(separator: ",").map { ModelCatalog.canonicalName(String($0)) }
    if movedModels(run).isEmpty { compare("--model", given?.joined(separator: ","), names.joined(separator: ",")) }
    compare("--dataset", dataset.map { DatasetCatalog.vocabulary.name(for: $0) ?? $0 }, run.dataset.name)
    compare("--split", split.map { Dataset.Split.vocabulary.name(for: $0) ?? $0 }, run.dataset.split)
    let selection = try viewpoints.selection()
    for field in ViewpointSelection.Field.allCases {
      func text(_ selection: ViewpointSelection?) -> String? {
        selection?[field]?.map(String.init).joined(separator: ",")
      }
      compare("--\(field.rawValue)", text(selection), text(run.dataset.viewpoints) ?? "absent")
    }
    for model in run.models { compare("--crops", crops.map(String.init), model.crops.map(String.init) ?? "absent") }
    compare(
      "--epsilon", try epsilon.map { try Budgets(parsing: $0).all.map(\.text).joined(separator: ",") },
      run.budgets.map(\.text).joined(separator: ","))
    compare(
      "--target", try target.map { GoalKind(try TargetChoice(parsing: $0)).rawValue },
      run.goals.map(\.rawValue).joined(separator: ","))
    compare("--limit", limit.map(String.init), run.limit.map(String.init) ?? "absent")
    compare("--seed", seed.map(String.init), "\(run.seed)")
    compare("--raw-curves", rawCurves ? "given" : nil, run.rawCurves ? "given" : "absent")
    compare("--shard", shard, options.shard?.description ?? "absent")
    let settings = hyperparameters
    let objective = try settings.objective.map { try Objective(parsing: $0).rawValue }
    for attack in run.attacks {
      let parameters = Dictionary(attack.parameters.map { ($0.name, $0.value) }) { first, _ in first }
      compare("--objective", objective, attack.objective)
      compare("--lattice", lattice ? "given" : nil, parameters["lattice"] == nil ? "absent" : "given")
      // What an attack has no use for is ignored, as in a new run.
      guard let stored = parameters["steps"] else { continue }
      compare("--steps", settings.steps.map(String.init), stored)
      compare("--step-size", settings.stepSize.map { "\($0)" }, parameters["relativeStepSize"] ?? stored)
      compare("--compat", settings.compat?.lowercased(), stored)
      let startsAtRandom = parameters["startsAtRandom"] != nil
      compare("--random-start", settings.randomStart ? "given" : nil, startsAtRandom ? "given" : "absent")
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
