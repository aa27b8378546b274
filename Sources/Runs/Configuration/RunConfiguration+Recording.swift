public import Attacks
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
  public init(_ name: String, _ loaded: Checkpoint.Loaded, as classifier: (any Classifier)? = nil) {
    let name = ModelCatalog.canonicalName(name)
    self.init(
      name: loaded.model.name, source: ModelCatalog.Preset(rawValue: name) == nil ? name : Self.shipped,
      sha256: loaded.sha256, kind: loaded.architecture, loss: loaded.model.trainingLoss.description,
      parameterCount: loaded.model.parameters.count, testAccuracy: loaded.provenance.testAccuracy,
      chunkSize: (classifier ?? loaded.model).chunkSize, crops: (classifier as? MultiCrop)?.offsets.count)
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
      classNames: dataset.classNames, viewpoints: dataset.selection, source: dataset.source)
  }
}
