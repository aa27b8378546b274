import ArgumentParser
import Classifiers
import Datasets
import Models

/// One model, and the images that it is given.
struct ModelImagesOptions: ParsableArguments {
  @Argument(
    help: "A shipped name (see `robust models`) or a checkpoint file, or NAME=PATH.", completion: Completions.checkpoint
  )
  var model: String

  @Option(
    help: """
      The data set: a name (see `robust data`), an .npz or .npy file, a folder of class folders with PNG or JPEG files, or a CSV \
      file of file,label.
      """, completion: Completions.dataset)
  var dataset: String = DatasetCatalog.defaultName

  @Option(
    help: "Which part of it: \(Dataset.Split.allCases.map(\.rawValue).joined(separator: " or ")).",
    completion: Completions.splits)
  var split: String = Dataset.Split.test.rawValue

  @OptionGroup var data: DatasetOptions

  /// The images, the first `limit` in class-balanced order if given, for a model of so many classes.
  ///
  /// - Parameter isGiven: whether `limit` is the user's, who is told if there are fewer.
  func images(limit: Int?, isGiven: Bool = true, classCount: Int) throws -> Dataset {
    let split: Dataset.Split = try .parse(split, option: "--split", what: "split")
    return try data.load(dataset, split: split, classCount: classCount).limited(to: limit, isGiven: isGiven)
  }

  /// The network of robust's own, under its name if it was given one.
  /// - Parameter purpose: what it is needed for, as `LoadedClassifier.requireModel(_:for:)` takes it.
  func load(for purpose: String) throws -> Checkpoint.Loaded {
    try NamedPath(model).load().requireModel(model, for: purpose)
  }
}
