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
  ///
  /// With more than two iterations of routing, fresh weights learn next to nothing for thousands of steps: after 300 steps of 32
  /// images of ToyNORB, 29% of the test images are right, and with two iterations 54%. So such networks begin with the
  /// weights of one that was trained with two.
  public func capsules(
    _ name: String = "capsules", epochs: Int? = nil, _ change: (inout MatrixCapsules.Configuration) -> Void = { _ in }
  ) -> Variant {
    var configuration = prepared(settings.capsules)
    change(&configuration)
    return startingWithTwoIterations(name, configuration, epochs: epochs)
  }

  /// Capsules of the size that was not asked for.
  public func capsulesOfTheOtherSize() -> Variant {
    let isSmall = settings.network == .small
    let configuration = prepared(isSmall ? MatrixCapsules.Configuration.full : .small)
    return startingWithTwoIterations(isSmall ? "capsules-full" : "capsules-small", configuration)
  }

  private func startingWithTwoIterations(
    _ name: String, _ configuration: MatrixCapsules.Configuration, epochs: Int? = nil
  ) -> Variant {
    let recipe = recipe(epochs: epochs, learningRate: 3e-3)
    guard configuration.iterations > 2 else {
      return Variant(name: name, network: .capsules(configuration), recipe: recipe)
    }
    var two = configuration
    two.iterations = 2
    // Networks with five iterations begin with the same weights as those with three.
    let first = Variant(
      name: name.replacing("-5-iterations", with: "") + "-2-iterations", network: .capsules(two), recipe: recipe)
    var second = recipe
    second.epochs = max(1, recipe.epochs / 2)
    second.learningRate = 1e-3
    // The margin has grown already.
    second.firstMargin = recipe.lastMargin
    return Variant(name: name, network: .capsules(configuration), recipe: second, start: .trained(first))
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
