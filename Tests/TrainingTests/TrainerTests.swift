import Datasets
import Files
import Foundation
import Kernels
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

  struct Variant: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout MatrixCapsules.Configuration) -> Void
  }

  /// The rows of the paper's Table 1 that differ in routing or poses, and §5's mixing proportions.
  static let variants = [
    Variant(testDescription: "1 iteration") { $0.iterations = 1 },
    Variant(testDescription: "2 iterations") { $0.iterations = 2 },
    Variant(testDescription: "5 iterations") { $0.iterations = 5 },
    Variant(testDescription: "vector poses") { $0.poseStructure = .vector },
    Variant(testDescription: "no Coordinate Addition") { $0.addsCoordinates = false },
    Variant(testDescription: "vector poses, no Coordinate Addition") {
      $0.poseStructure = .vector
      $0.addsCoordinates = false
    },
    Variant(testDescription: "mixing proportions") { $0.activationRule = .mixingProportion },
  ]

  @Test(arguments: variants)
  func variantsLearn(_ variant: Variant) throws {
    var configuration = try Self.capsules(loss: .spread(margin: 0.9)).configuration
    variant.change(&configuration)
    let model = try Self.trained(MatrixCapsules(configuration: configuration, seed: 3), epochs: 10, rate: 1e-2)
    #expect(try correctCount(of: model, on: ToyData.dataset(count: 150, seed: 9), threads: 2) > 120)
    if configuration.activationRule == .mixingProportion {
      let fresh = try MatrixCapsules(configuration: configuration, seed: 3)
      for name in model.parameters.names {
        #expect((model.parameters[name] == fresh.parameters[name]) == name.contains(".beta_"), "\(name)")
      }
    }
  }

  @Test func threadsDoNotChangeTheWeights() throws {
    let one = try Self.trained(Self.cnn(), epochs: 1, threads: 1)
    let two = try Self.trained(Self.cnn(), epochs: 1, threads: 2)
    #expect(one.parameters.values == two.parameters.values)
    let capsulesOne = try Self.trained(Self.capsules(loss: .crossEntropy), epochs: 1, threads: 1)
    let capsulesTwo = try Self.trained(Self.capsules(loss: .crossEntropy), epochs: 1, threads: 2)
    #expect(capsulesOne.parameters.values == capsulesTwo.parameters.values)
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
    recipe.firstMargin = 0.95
    #expect(throws: InputError.self) { try recipe.validate() }
    #expect(throws: Never.self) { try Recipe().validate() }
  }
}
