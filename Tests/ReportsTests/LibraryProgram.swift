import Attacks
import Datasets
import Models
import Reports
import Runs
import Sweeps

/// The program of `docs/library.md`, with its imports and no others.
func libraryProgram(in folder: String) throws {
  let models = try ["cnn"].map { try ModelCatalog.load($0) }
  let images = try DatasetCatalog().load().first(20)
  let attacks: [any Attack] = [FGSM(), PGD(steps: 20, restarts: 2)]
  let configuration = RunConfiguration(
    models: models.map { RunConfiguration.Model($0.model.name, $0) }, dataset: .init(images),
    attacks: attacks.map { .init($0) }, norm: L2(), goals: [.untargeted],
    budgets: try BudgetList(parsing: "0,0.25,0.5,1", norm: L2()).all, seed: 0, toolVersion: "mine")
  let sweep = try Sweep(configuration, models: models.map(\.model), attacks: attacks, dataset: images)
  if let run = try sweep.report(into: folder) { print(run.files, run.summary.results.count) }
}
