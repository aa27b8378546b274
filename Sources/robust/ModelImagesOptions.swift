import ArgumentParser
import Datasets
import Files
import Models

/// One model, and the images that it is given.
struct ModelImagesOptions: ParsableArguments {
  @Argument(help: "A shipped name (see `robust models`) or a checkpoint file.", completion: Completions.model)
  var model: String

  @Option(
    help: "The data set: a name (see `robust data`), or an .npz or .npy file.", completion: Completions.dataset)
  var dataset: String = DatasetCatalog.defaultName

  @Option(
    help: "Which part of it: \(Dataset.Split.allCases.map(\.rawValue).joined(separator: " or ")).",
    completion: Completions.splits)
  var split: String = Dataset.Split.test.rawValue

  @OptionGroup var data: DatasetOptions

  /// The images, the first `limit` in class-balanced order if given, for a model of so many classes.
  func images(limit: Int?, classCount: Int) throws -> Dataset {
    let split: Dataset.Split = try .parse(split, option: "--split", what: "split")
    if let limit, limit <= 0 {
      throw InputError(.usage, "--limit", "\(limit)", remedy: "use 1 or more images")
    }
    let images = try data.catalog.load(dataset, split: split, classCount: classCount)
    return limit.map(images.first) ?? images
  }
}
