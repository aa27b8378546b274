import Attacks
public import Datasets
import Files
import Models

extension Sweep {
  /// The sweep of a run, made again from what its store says: its models, images, attacks, goals, budgets and seed.
  ///
  ///     let sweep = try Sweep(reopening: RunStore.open(at: url), catalog: DatasetCatalog())
  ///
  /// See `init(reopening:catalog:paths:)` of a configuration.
  public init(
    reopening store: RunStore, catalog: DatasetCatalog = DatasetCatalog(),
    paths: [(name: String, path: String)] = []
  ) throws {
    try self.init(reopening: store.configuration, catalog: catalog, paths: paths)
  }

  /// The sweep that `configuration`, which a run recorded, describes.
  ///
  /// Models are read from where the run found them, or from `paths`. Nothing is taken on trust: a model has to have the
  /// recorded SHA-256, and so do the data set and the numbers of its images.
  ///
  /// - Parameters:
  ///   - catalog: where the data set is looked for.
  ///   - paths: for models that have moved, their name in the run and where their file is now.
  /// - Throws: `InputError` of kind `.model`, `.dataset` or `.file` that names what is missing or differs and what to do,
  ///   or of kind `.usage` if `paths` names a model that is not in the run.
  public init(
    reopening configuration: RunConfiguration, catalog: DatasetCatalog = DatasetCatalog(),
    paths: [(name: String, path: String)] = []
  ) throws {
    for (name, _) in paths where !configuration.models.contains(where: { $0.name == name }) {
      throw NearMatch.unknown(
        .usage, "--model", name, what: "model of the run", among: configuration.models.map(\.name))
    }
    let attacks = try configuration.attacks.map { recorded in
      try AttackKind.attack(
        named: recorded.name, parameters: recorded.parameters.map { AttackParameter($0.name, $0.value) })
    }
    let models = try configuration.models.map { recorded in
      try Self.model(recorded, paths.filter { $0.name == recorded.name }.map(\.path))
    }
    let dataset = try Self.dataset(configuration, catalog)
    guard configuration.attacks.map(\.description) == attacks.map(\.description) else {
      throw InputError(
        .file, "the run", "describes its attacks as this version of robust does not",
        remedy: "use robust \(configuration.toolVersion), which made the run")
    }
    try self.init(configuration, models: models, attacks: attacks, dataset: dataset)
  }

  /// The model that was `recorded`, from the first of `paths` that holds it, or from where it was.
  private static func model(_ recorded: RunConfiguration.Model, _ paths: [String]) throws -> any Classifier {
    let isShipped = recorded.source == RunConfiguration.Model.shipped
    let places = paths.isEmpty ? [isShipped ? recorded.name : recorded.source] : paths
    var found: [String] = []
    for place in places {
      let loaded: Checkpoint.Loaded
      do {
        loaded = try ModelCatalog.load(place)
      } catch let error as InputError {
        throw InputError(
          .model, error.subject, error.problem,
          remedy: isShipped
            ? error.remedy : "if the file of the model \(recorded.name) has moved, give --model \(recorded.name)=PATH")
      }
      if loaded.sha256 == recorded.sha256 { return try MultiCrop.classifier(loaded.model, crops: recorded.crops) }
      found.append("\(place) has \(loaded.sha256.prefix(12))…")
    }
    throw InputError(
      .model, recorded.name,
      "the run attacked a checkpoint with SHA-256 \(recorded.sha256.prefix(12))…; \(found.joined(separator: ", "))",
      remedy: isShipped
        ? "use the version of robust that made the run"
        : "give the file that was attacked as --model \(recorded.name)=PATH, or start a new run")
  }

  /// The images that `configuration` describes.
  private static func dataset(_ configuration: RunConfiguration, _ catalog: DatasetCatalog) throws -> Dataset {
    let recorded = configuration.dataset
    let subject = "the data set \(recorded.name)"
    guard let split = Dataset.Split(rawValue: recorded.split) else {
      throw InputError(
        .dataset, subject, "this version of robust knows no split “\(recorded.split)”",
        remedy: "use robust \(configuration.toolVersion), which made the run")
    }
    var images = try catalog.load(recorded.name, split: split, classCount: recorded.classNames.count)
    guard images.sha256 == recorded.sha256 else {
      throw InputError(
        .dataset, subject,
        "the run used images with SHA-256 \(recorded.sha256.prefix(12))…; those found have \(images.sha256.prefix(12))…",
        remedy: "give the folder that holds the images of the run by --data DIR; `robust data` shows what is found")
    }
    if let viewpoints = recorded.viewpoints { images = try images.subset(viewpoints: viewpoints) }
    if let limit = configuration.limit { images = images.first(max(limit, 0)) }
    guard RunConfiguration.Dataset(images) == recorded else {
      throw InputError(
        .dataset, subject,
        "the run attacked \(recorded.count) images of it; this version of robust chooses others, or numbers them differently",
        remedy: "use robust \(configuration.toolVersion), which made the run")
    }
    return images
  }
}
