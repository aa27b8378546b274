import Classifiers
import Datasets
import Models
import Runs

/// The models that a command attacks, as its options name them.
struct AttackedModels {
  private let named: [NamedPath]
  private let loaded: [LoadedClassifier]

  /// - Throws: `InputError` of kind `.model` if one can't be used, `.usage` if preprocessing was asked for and all are robust's
  ///   own.
  init(_ named: [NamedPath], _ preprocessing: PreprocessingOptions) throws {
    self.named = named
    loaded = try ClassifierCatalog.load(
      named.map { (name: $0.value, chosen: $0.name) }, preprocessing: try preprocessing.chosen())
  }

  /// How many classes the first one tells apart.
  var classCount: Int { loaded[0].classCount }

  /// What is attacked on `images`, and what a run records of each.
  func suiting(
    _ images: Dataset, crops: Int?
  ) throws -> (classifiers: [any Classifier], descriptions: [RunConfiguration.Model]) {
    let classifiers = try loaded.map { try $0.classifier(on: images.shape, crops: crops) }
    let descriptions = zip(zip(named, loaded), classifiers).map { RunConfiguration.Model($0.0.value, $0.1, as: $1) }
    return (classifiers, descriptions)
  }
}
