public import Attacks
public import Classifiers
public import Datasets
import Files
import Foundation
public import Models
import Tensors

extension RunConfiguration.Model {
  /// The `source` of a model that comes with robust.
  public static let shipped = "shipped"

  /// What a run records of the model that `name`, a shipped name or a path, was `loaded` from, and that is attacked as
  /// `classifier`: by itself, unless this is the mean over several crops. Reports call it as the loaded model is called.
  public init(_ name: String, _ loaded: LoadedClassifier, as classifier: (any Classifier)? = nil) {
    let name = loaded.checkpoint == nil ? name : ModelCatalog.canonicalName(name)
    self.init(
      name: loaded.name, source: ModelCatalog.Preset(rawValue: name) == nil ? name : Self.shipped,
      sha256: loaded.sha256, kind: loaded.kind, loss: loaded.classifier.trainingLoss.description,
      parameterCount: loaded.parameterCount, testAccuracy: loaded.testAccuracy,
      chunkSize: (classifier ?? loaded.classifier).chunkSize, crops: (classifier as? MultiCrop)?.offsets.count,
      preprocessing: loaded.preprocessing, notes: loaded.notes.isEmpty ? nil : loaded.notes)
  }

  /// Whether it is of another program, so that preprocessing can be asked for.
  package var isForeign: Bool { ClassifierCatalog.foreignKinds.contains(kind) }

  /// The same of a checkpoint of ours.
  public init(_ name: String, _ loaded: Checkpoint.Loaded, as classifier: (any Classifier)? = nil) {
    self.init(name, LoadedClassifier(loaded), as: classifier)
  }
}

extension RunConfiguration.Attack {
  /// What a run records of `attack`.
  public init(_ attack: any Attack) {
    self.init(
      name: attack.name, parameters: attack.parameters, objective: attack.objective?.rawValue,
      description: attack.description)
  }
}

extension RunConfiguration.Dataset {
  /// What a run records of `dataset`, all of whose images are attacked.
  public init(_ dataset: Datasets.Dataset) {
    let ids = dataset.ids.map(String.init).joined(separator: "\n")
    self.init(
      name: dataset.name, split: dataset.split.rawValue, sha256: dataset.sha256, count: dataset.count,
      imageIDsHash: Checksum.sha256(of: Data(ids.utf8)), shape: dataset.shape.dimensions,
      classNames: dataset.classNames, viewpoints: dataset.selection, source: dataset.source,
      fit: dataset.fit)
  }
}
