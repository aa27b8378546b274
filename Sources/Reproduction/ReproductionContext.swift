import Datasets
import Diagnostics
import Foundation
import Models
import Text

/// What experiments share: settings, images, networks, predictions, and where they write.
public struct ReproductionContext: Sendable {
  public let settings: Settings
  public let folder: ReproductionFolder
  public let workplace: ExperimentEnvironment
  private let source: ImageSource

  public init(settings: Settings, folder: ReproductionFolder, source: ImageSource, workplace: ExperimentEnvironment) {
    self.settings = settings
    self.folder = folder
    self.source = source
    self.workplace = workplace
  }

  var threads: Int { workplace.threads }

  /// All training images, or the sample of them that the settings ask for.
  func training() throws -> Dataset {
    let images = try source.pair().training
    return settings.trainingImages.map { images.sample($0) } ?? images
  }

  func test() throws -> Dataset {
    let images = try source.pair().test
    return settings.testImages.map { images.sample($0) } ?? images
  }

  /// All test images, whatever the settings ask for.
  func wholeTest() throws -> Dataset { try source.pair().test }

  /// The test images that are attacked.
  func attacked() throws -> Dataset { try source.pair().test.sample(settings.attackedImages) }

  /// - Throws: `InputError` of kind `dataset` if the images do not say from where they were taken.
  func requireViewpoints(_ images: Dataset, for experiment: String) throws {
    guard images.viewpoints == nil else { return }
    throw InputError(
      .dataset, images.name, "does not say from where its images were taken, and \(experiment) needs to know",
      remedy: "use smallNORB or ToyNORB: \(Setting.dataset.set(to: "smallnorb-48")) or toynorb-48")
  }

  func networks() throws -> Networks { Networks(settings, for: try source.pair().training) }

  /// The collection of trained networks.
  var models: TrainedModels { TrainedModels(folder: folder.models, workplace: workplace) }

  /// The network, trained on all training images unless others are named.
  func trained(_ variant: Variant, on images: Dataset? = nil, upTo match: TrainedModels.Match? = nil) throws
    -> TrainedModel
  {
    try models.model(variant, on: try images ?? training(), upTo: match)
  }

  /// The images in words.
  func dataDescription(_ images: [Dataset]) -> String {
    let first = images[0]
    let parts = images.map { "\(NumberFormat.grouped($0.count)) \($0.split == .train ? "training" : "test") images" }
    var text =
      "Data: \(first.name), \(parts.joined(separator: " and ")) of \(first.shape) in \(first.classCount) classes."
    if first.isSynthetic { text += " It is synthetic: rendered by this program in place of smallNORB." }
    return text
  }

  /// What differs from the paper in all experiments on trained networks.
  func commonDifferences(_ images: Dataset) -> [String] {
    var differences: [String] = []
    if images.isSynthetic {
      differences.append(
        "The images are synthetic (\(images.name)) and not smallNORB: error rates can't be compared with the paper's, only "
          + "the order of models and the size of effects.")
    } else if !images.name.hasPrefix("smallnorb") {
      differences.append("The images are those of \(images.name), not of smallNORB.")
    }
    if settings.isQuick {
      differences.append(
        "\(Setting.isQuick): a sample of the images and few epochs, to see that everything works; no more.")
    }
    differences.append(
      "\(settings.epochs) epoch\(settings.epochs == 1 ? "" : "s") with Adam, the rate falling along a cosine to 0; the paper does not state its training "
        + "time, and public code needs many more.")
    differences.append(
      "λ of EM routing is 0.02 in every iteration (0.004 where there are more than two), and β_a begins such that training images activate half of the capsules of "
        + "each layer; the paper states neither.")
    differences.append(
      "Capsules with more than two iterations of routing begin with the weights of a network trained with two, for half as many "
        + "epochs more: from fresh weights they learn far more slowly.")
    if settings.network == .small {
      differences.append(
        "Capsules are \(settings.networkName), unless a row says otherwise; the paper's are the full ones.")
    }
    return differences
  }
}

extension Dataset {
  /// Whether the images were made rather than taken.
  var isSynthetic: Bool { name.hasPrefix("toynorb") }
}
