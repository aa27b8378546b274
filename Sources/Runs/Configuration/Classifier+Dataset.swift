package import Datasets
import Diagnostics
import Models

extension Classifier {
  /// - Throws: `InputError(.model)` if it takes images of another shape, or tells apart another number of classes, than `dataset`
  ///   has.
  package func requireSuiting(_ dataset: Dataset) throws {
    guard inputShape == dataset.shape, classCount == dataset.classCount else {
      throw InputError(
        .model, name,
        "it takes images of \(inputShape) in \(classCount) classes; those of \(dataset.name) are \(dataset.shape) in "
          + "\(dataset.classCount) classes",
        remedy: "choose a model that was trained on such images, or the data set it was trained on")
    }
  }
}
