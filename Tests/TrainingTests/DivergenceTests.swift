import Autodiff
import Datasets
import Diagnostics
import Foundation
import Models
import Tensors
import TestSupport
import Testing
import Training

/// Training that comes to numbers which are not finite, or to no gradient.
struct DivergenceTests {
  /// Learning rates at which weights overflow at once, or after a few steps.
  @Test(arguments: [Float(1e9), 1e38])
  func isNoticed(rate: Float) throws {
    let folder = try TemporaryFolder()
    let state = TrainingState(path: folder("model.training"))
    var trainer = try Trainer(
      model: TrainerTests.capsules(loss: .spread(margin: 0.9)), dataset: ToyData.dataset(count: 60),
      recipe: TrainerTests.recipe(epochs: 20, rate: rate), threads: 2)
    try state.save(trainer)
    let divergence = #expect(throws: TrainingDivergence.self) {
      _ = try trainer.run(saving: state, isCancelled: { false })
    }
    #expect(divergence?.place != nil && divergence?.description.contains("learningRate") == true)
    // What is on disk is from before, and sound.
    var again = try Trainer(
      model: TrainerTests.capsules(loss: .spread(margin: 0.9)), dataset: ToyData.dataset(count: 60),
      recipe: TrainerTests.recipe(epochs: 20, rate: rate), threads: 2)
    try state.restore(&again)
    #expect(again.model.parameters.values.allSatisfy { $0.scalars.allSatisfy(\.isFinite) })
  }

  /// The loss of weights so large that their product overflows; no step was taken then, and no weight changed.
  @Test func beforeTheFirstStep() throws {
    var model = try TrainerTests.cnn()
    for name in model.parameters.names { model.parameters[name] = model.parameters[name].map { $0 * 1e30 } }
    var trainer = try Trainer(
      model: model, dataset: ToyData.dataset(count: 60), recipe: TrainerTests.recipe(epochs: 1), threads: 1)
    let divergence = #expect(throws: TrainingDivergence.self) { _ = try trainer.step() }
    #expect(divergence?.quantity == .loss && divergence?.place?.step == 1)
    let remedy = try #require(divergence?.remedy)
    #expect(remedy.contains("the weights of model, temperature") && !remedy.contains("learningRate"))
    #expect(trainer.stepsDone == 0 && trainer.model.parameters.values == model.parameters.values)
    #expect(throws: TrainingDivergence.self) {
      _ = try correctCount(of: model, on: ToyData.dataset(count: 60), threads: 1)
    }
  }

  /// A gradient whose square overflows leaves the weights finite, and would stop their training for ever.
  @Test(arguments: [(Float(1e30), false), (.nan, false), (.infinity, false), (1, true), (-1e15, true)])
  func anOptimiserThatOverflows(gradient: Float, isFinite: Bool) throws {
    var weights = [Tensor([1, 2, 3], shape: [3])]
    var adam = Adam(parameters: weights)
    let account = try adam.step(
      &weights, gradients: [[.tensor(Tensor([0, gradient, 0], shape: [3]))]], learningRate: 0.1, weightDecay: 0,
      threads: 1)
    #expect(account.isFinite == isFinite && !account.isGradientZero)
  }

  @Test func weightsThatOverflow() throws {
    var weights = [Tensor([1, 3e38], shape: [2])]
    var adam = Adam(parameters: weights)
    let gradient = Tensor([0, -1], shape: [2])
    let account = try adam.step(
      &weights, gradients: [[.tensor(gradient)]], learningRate: 3e37, weightDecay: 0, threads: 1)
    // 3e38 + 3e37 is 3.3e38, still a number of 32 bits; once more is not.
    #expect(account.isFinite)
    let next = try adam.step(
      &weights, gradients: [[.tensor(gradient)]], learningRate: 3e37, weightDecay: 0, threads: 1)
    #expect(!next.isFinite)
  }

  @Test func gradientsOfZero() throws {
    var weights = [Tensor([1, 2], shape: [2]), Tensor([3], shape: [1])]
    var adam = Adam(parameters: weights)
    func step(_ first: [Float], _ second: Float) throws -> Bool {
      try adam.step(
        &weights, gradients: [[.tensor(Tensor(first, shape: [2])), .tensor(Tensor([second], shape: [1]))]],
        learningRate: 0.1, weightDecay: 0, threads: 1
      ).isGradientZero
    }
    #expect(try step([0, -0.0], 0))
    #expect(try !step([0, 0], .leastNonzeroMagnitude))
  }

  /// Capsules so sure of the wrong class that the loss is flat: nothing is learnt, and that is said. Without a loss, all is well.
  @Test func stuckSteps() throws {
    for (sign, isStuck) in [(Float(1), true), (-1, false)] {
      var configuration = try TrainerTests.cnn().configuration
      configuration.loss = .spread(margin: 0.2)
      configuration.classCount = 3
      var model = try CNN(configuration: configuration, seed: 3)
      for name in model.parameters.names { model.parameters[name] = model.parameters[name].map { _ in 0 } }
      // Softmax of scores 1,000 apart is 0 and 1 exactly; all images are of class 1.
      model.parameters["readout.bias"] = Tensor([sign * 1000, 0, -1000], shape: [3])
      let whole = ToyData.dataset(count: 60)
      let ones = whole.subset(at: whole.labels.indices.filter { whole.labels[$0] == 1 })
      var trainer = try Trainer(model: model, dataset: ones, recipe: TrainerTests.recipe(epochs: 1), threads: 1)
      #expect(try trainer.step().isStuck == isStuck)
    }
  }

  /// What a file says of how a run went is not believed if no run can have come to it.
  @Test(arguments: [
    #"{"epochs":[{"images":9223372036854775807,"loss":1,"correct":1}],"seconds":1}"#,
    #"{"epochs":[{"images":-1,"loss":1,"correct":0}],"seconds":1}"#,
    #"{"epochs":[{"images":5,"loss":1,"correct":6}],"seconds":1}"#, #"{"epochs":[],"seconds":-1}"#,
  ])
  func impossibleRecords(record: String) throws {
    let folder = try TemporaryFolder()
    let state = TrainingState(path: folder("model.training"))
    func trainer() throws -> Trainer<CNN> {
      try Trainer(
        model: TrainerTests.cnn(), dataset: ToyData.dataset(count: 60), recipe: TrainerTests.recipe(epochs: 2),
        threads: 1)
    }
    var first = try trainer()
    _ = try first.step()
    try state.save(first)
    let data = try Data(contentsOf: URL(filePath: state.path))
    // The header is text: the record in it is replaced, and its length.
    let length = Int(data[0]) | Int(data[1]) << 8 | Int(data[2]) << 16
    var header = String(decoding: data[8..<8 + length], as: UTF8.self)
    let quoted = record.replacing("\"", with: "\\\"")
    header = header.replacing(/"record":"(\\.|[^"\\])*"/, with: "\"record\":\"\(quoted)\"")
    let changed =
      withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8)
      + data[(8 + length)...]
    try changed.write(to: URL(filePath: state.path))
    var second = try trainer()
    let error = #expect(throws: InputError.self) { try state.restore(&second) }
    #expect(error?.problem.contains("record") == true)
  }
}
