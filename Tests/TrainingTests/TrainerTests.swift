import Datasets
import Files
import Foundation
import Models
import Tensors
import TestSupport
import Testing
import Training

struct TrainerTests {
  static func cnn() throws -> CNN {
    var configuration = CNN.Configuration()
    configuration.inputShape = [1, 20, 20]
    configuration.classCount = 3
    configuration.channels = [4, 4]
    configuration.hiddenUnits = 16
    return try CNN(configuration: configuration, seed: 3)
  }

  static func capsules(loss: Loss) throws -> MatrixCapsules {
    var configuration = MatrixCapsules.Configuration()
    configuration.inputShape = [1, 20, 20]
    configuration.classCount = 3
    configuration.channels = 8
    configuration.primaryTypes = 4
    configuration.firstTypes = 4
    configuration.secondTypes = 4
    configuration.loss = loss
    return try MatrixCapsules(configuration: configuration, seed: 3)
  }

  static func recipe(epochs: Int, rate: Float = 3e-3) -> Recipe {
    var recipe = Recipe()
    recipe.epochs = epochs
    recipe.batchSize = 40
    recipe.learningRate = rate
    recipe.marginEpochs = 1
    recipe.augmentation.flips = true
    recipe.augmentation.shift = 1
    return recipe
  }

  static func trained<M: Model>(_ model: M, epochs: Int, threads: Int = 2, rate: Float = 3e-3) throws -> M {
    var trainer = try Trainer(
      model: model, dataset: ToyData.dataset(count: 150), recipe: recipe(epochs: epochs, rate: rate), threads: threads)
    while !trainer.isFinished { _ = try trainer.step() }
    return trainer.model
  }

  /// Learns bars on images that it has not seen; chance is 50 of 150.
  @Test func cnnLearns() throws {
    let model = try Self.trained(Self.cnn(), epochs: 6)
    #expect(try correctCount(of: model, on: ToyData.dataset(count: 150, seed: 9), threads: 2) > 140)
  }

  @Test(arguments: [Loss.spread(margin: 0.9), .margin, .crossEntropy])
  func capsulesLearn(loss: Loss) throws {
    let model = try Self.trained(Self.capsules(loss: loss), epochs: 10, rate: 1e-2)
    #expect(try correctCount(of: model, on: ToyData.dataset(count: 150, seed: 9), threads: 2) > 120)
  }

  @Test func threadsDoNotChangeTheWeights() throws {
    let one = try Self.trained(Self.cnn(), epochs: 1, threads: 1)
    let two = try Self.trained(Self.cnn(), epochs: 1, threads: 2)
    #expect(one.parameters.values == two.parameters.values)
    let capsulesOne = try Self.trained(Self.capsules(loss: .crossEntropy), epochs: 1, threads: 1)
    let capsulesTwo = try Self.trained(Self.capsules(loss: .crossEntropy), epochs: 1, threads: 2)
    #expect(capsulesOne.parameters.values == capsulesTwo.parameters.values)
  }

  /// Crops and jitter belong to the image and the epoch: not to the chunk, the thread, or the process.
  @Test func threadsAndResumingDoNotChangeCropsAndJitter() throws {
    var configuration = try Self.cnn().configuration
    configuration.crop = 16
    let model = try CNN(configuration: configuration, seed: 3)
    var recipe = Self.recipe(epochs: 2)
    recipe.augmentation.jitter = Jitter(brightness: 0.5, contrast: 0.5...1.5)
    func trained(threads: Int, stoppingAfter steps: Int?, jitter: Jitter? = recipe.augmentation.jitter) throws -> CNN {
      let folder = try TemporaryFolder()
      let state = TrainingState(path: folder("model.training"))
      recipe.augmentation.jitter = jitter
      var trainer = try Trainer(model: model, dataset: ToyData.dataset(count: 150), recipe: recipe, threads: threads)
      if let steps {
        for _ in 0..<steps { _ = try trainer.step() }
        try state.save(trainer)
        trainer = try Trainer(model: model, dataset: ToyData.dataset(count: 150), recipe: recipe, threads: threads)
        try state.restore(&trainer)
      }
      while !trainer.isFinished { _ = try trainer.step() }
      return trainer.model
    }
    let whole = try trained(threads: 1, stoppingAfter: nil)
    #expect(whole.parameters.values == (try trained(threads: 2, stoppingAfter: 5)).parameters.values)
    #expect(whole.parameters.values != (try trained(threads: 1, stoppingAfter: nil, jitter: nil)).parameters.values)
  }

  /// What older versions wrote has no jitter, and a recipe without jitter reads as they wrote it.
  @Test func recipesWithoutJitter() throws {
    let json = String(decoding: try JSONEncoder().encode(Recipe()), as: UTF8.self)
    #expect(!json.contains("jitter"))
    #expect(try JSONDecoder().decode(Recipe.self, from: Data(json.utf8)) == Recipe())
    var recipe = Recipe()
    recipe.augmentation.jitter = Jitter(brightness: 1, contrast: 0.2...1.8)
    #expect(try JSONDecoder().decode(Recipe.self, from: JSONEncoder().encode(recipe)) == recipe)
  }

  @Test func aResumedRunEqualsAnUninterruptedOne() throws {
    let folder = try TemporaryFolder()
    let state = TrainingState(path: folder("model.training"))
    let dataset = ToyData.dataset(count: 150)
    var first = try Trainer(model: Self.cnn(), dataset: dataset, recipe: Self.recipe(epochs: 2), threads: 2)
    for _ in 0..<5 { _ = try first.step() }
    try state.save(first)
    var second = try Trainer(model: Self.cnn(), dataset: dataset, recipe: Self.recipe(epochs: 2), threads: 1)
    try state.restore(&second)
    #expect(second.stepsDone == 5)
    while !second.isFinished { _ = try second.step() }
    #expect(second.model.parameters.values == (try Self.trained(Self.cnn(), epochs: 2)).parameters.values)
  }

  @Test func anotherRecipeIsRefused() throws {
    let folder = try TemporaryFolder()
    let state = TrainingState(path: folder("model.training"))
    let dataset = ToyData.dataset(count: 60)
    try state.save(try Trainer(model: Self.cnn(), dataset: dataset, recipe: Self.recipe(epochs: 2), threads: 1))
    var other = try Trainer(model: Self.cnn(), dataset: dataset, recipe: Self.recipe(epochs: 3), threads: 1)
    let error = #expect(throws: InputError.self) { try state.restore(&other) }
    #expect(error?.kind == .model && error?.problem.contains("recipe") == true)
  }

  /// As many images of the same data set, but from elsewhere.
  @Test func otherViewpointsAreRefused() throws {
    let whole = ToyData.dataset(count: 60)
    let toys = Dataset(
      name: "toys", split: .train, shape: whole.shape, bytes: Data(whole.labels.indices.flatMap(whole.pixels)),
      labels: whole.labels,
      viewpoints: whole.labels.indices.map {
        Viewpoint(instance: 4, elevation: $0 / 30, azimuth: 0, lighting: 0)
      }, classNames: whole.classNames, sha256: "toys", attribution: "synthetic")
    func trainer(_ elevation: String?) throws -> Trainer<CNN> {
      let dataset = try toys.subset(viewpoints: ViewpointSelection(elevation: elevation))
      return try Trainer(model: Self.cnn(), dataset: dataset, recipe: Self.recipe(epochs: 2), threads: 1)
    }
    let folder = try TemporaryFolder()
    let state = TrainingState(path: folder("model.training"))
    try state.save(trainer("1"))
    var same = try trainer("1")
    try state.restore(&same)
    var other = try trainer("0")
    let error = #expect(throws: InputError.self) { try state.restore(&other) }
    #expect(error?.problem.contains("dataset_viewpoints is elevation 1, this command's is elevation 0") == true)
  }

  /// β that is not learnt stays at 0 while everything else moves.
  @Test func fixedBetaIsNotTrained() throws {
    var configuration = try Self.capsules(loss: .crossEntropy).configuration
    configuration.learnsBeta = false
    let fresh = try MatrixCapsules(configuration: configuration, seed: 3)
    let model = try Self.trained(fresh, epochs: 1)
    for name in model.parameters.names {
      #expect((model.parameters[name] == fresh.parameters[name]) == name.contains(".beta_"), "\(name)")
    }
  }

  @Test func marginsAndSchedules() throws {
    var recipe = Recipe()
    recipe.epochs = 0
    #expect(throws: InputError.self) { try recipe.validate() }
    recipe = Recipe()
    recipe.learningRate = .nan
    #expect(throws: InputError.self) { try recipe.validate() }
    recipe = Recipe()
    recipe.augmentation.jitter = Jitter(brightness: -1)
    #expect(throws: InputError.self) { try recipe.validate() }
    recipe.augmentation.jitter = Jitter(contrast: 0...1)
    #expect(throws: InputError.self) { try recipe.validate() }
    recipe = Recipe()
    recipe.firstMargin = 0.95
    #expect(throws: InputError.self) { try recipe.validate() }
    #expect(throws: Never.self) { try Recipe().validate() }
  }
}
