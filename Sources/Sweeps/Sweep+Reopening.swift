import Attacks
public import Datasets
import Diagnostics
import Foundation
import Models
public import Runs
import Tensors

extension Sweep {
  /// The sweep of a run, made again from what its store says: its models, images, attacks, goals, budgets and seed.
  ///
  ///     let sweep = try Sweep(reopening: RunStore.open(at: url), catalog: DatasetCatalog())
  ///
  /// See `init(reopening:catalog:places:)` of a configuration.
  public init(
    reopening store: RunStore, catalog: DatasetCatalog = DatasetCatalog(), places: RunPlaces = RunPlaces()
  ) throws {
    try self.init(reopening: store.configuration, catalog: catalog, places: places)
  }

  /// The sweep that `configuration`, which a run recorded, describes.
  ///
  /// Models and images are read from `places`, or from where the run found them. Nothing is taken on trust: a model has to
  /// have the recorded SHA-256, and so do the data set and the numbers of its images.
  ///
  /// - Parameters:
  ///   - catalog: where a data set that is known by name is looked for.
  ///   - places: where models and images are now, if they have moved.
  /// - Throws: `InputError` of kind `.model`, `.dataset` or `.file` that names what is missing or differs and what to do,
  ///   or of kind `.usage` if `places` names a model that is not in the run.
  public init(
    reopening configuration: RunConfiguration, catalog: DatasetCatalog = DatasetCatalog(),
    places: RunPlaces = RunPlaces()
  ) throws {
    let attacks = try configuration.attacks.map { recorded in
      try AttackCatalog.attack(named: recorded.name, parameters: recorded.parameters)
    }
    let models = try RecordedModels(
      configuration.models, imageShape: Shape(configuration.dataset.shape), places
    ).load()
    let dataset = try RecordedImages(configuration, catalog, places.dataset).load()
    guard configuration.attacks.map(\.description) == attacks.map(\.description) else {
      throw InputError(
        .file, "the run", "describes its attacks as this version of robust does not",
        remedy: "use robust \(configuration.toolVersion), which made the run")
    }
    try self.init(configuration, models: models, attacks: attacks, dataset: dataset)
  }
}
