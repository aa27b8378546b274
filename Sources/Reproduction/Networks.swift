public import Datasets
public import Models
import Tensors
import Training

/// The networks of the experiments and how they are trained, for images of one data set.
public struct Networks: Sendable {
  let settings: Settings
  let images: Dataset

  public init(_ settings: Settings, for images: Dataset) {
    self.settings = settings
    self.images = images
  }

  /// Capsules, with `change` to the paper's best model.
  public func capsules(
    _ name: String = "capsules", epochs: Int? = nil, _ change: (inout MatrixCapsules.Configuration) -> Void = { _ in }
  ) -> Variant {
    var configuration = prepared(settings.capsules)
    change(&configuration)
    return Variant(name: name, network: .capsules(configuration), recipe: recipe(epochs: epochs, learningRate: 3e-3))
  }

  /// Capsules of the size that was not asked for.
  public func capsulesOfTheOtherSize() -> Variant {
    let isSmall = settings.network == .small
    let configuration = prepared(isSmall ? MatrixCapsules.Configuration.full : .small)
    return Variant(
      name: isSmall ? "capsules-full" : "capsules-small", network: .capsules(configuration),
      recipe: recipe(learningRate: 3e-3))
  }

  /// The baseline.
  public func cnn(_ name: String = "cnn", seed: UInt64 = 1, epochs: Int? = nil) -> Variant {
    Variant(
      name: name, network: .cnn(prepared(CNN.Configuration())),
      recipe: recipe(epochs: epochs, learningRate: 1e-3, seed: seed))
  }

  private func prepared<C: ModelConfiguration>(_ configuration: C) -> C {
    var configuration = configuration
    configuration.inputShape = images.shape
    configuration.classCount = images.classCount
    // Of 48×48 pixels; of smaller images all.
    configuration.crop = min(images.shape[1], images.shape[2]) > 32 ? 32 : nil
    return configuration
  }

  private func recipe(epochs: Int? = nil, learningRate: Float, seed: UInt64 = 1) -> Recipe {
    var recipe = Recipe()
    recipe.epochs = epochs ?? settings.epochs
    recipe.batchSize = 32
    recipe.learningRate = learningRate
    recipe.schedule = .cosine
    recipe.marginEpochs = Double(recipe.epochs) / 2
    recipe.augmentation.jitter = Jitter(brightness: 0.5, contrast: 0.5...1.5)
    recipe.seed = seed
    return recipe
  }
}
