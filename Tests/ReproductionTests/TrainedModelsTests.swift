import Datasets
import Foundation
import Models
import Reproduction
import TestSupport
import Testing
import Training

@Suite struct TrainedModelsTests {
  let folder: TemporaryFolder
  let display = Toys.Display()

  init() throws { folder = try TemporaryFolder() }

  private func collection(_ name: String = "models", threads: Int = 2, stoppingAfter steps: Int = .max) -> TrainedModels
  {
    TrainedModels(
      folder: folder(name), workplace: Toys.workplace(display, threads: threads, stoppingAfter: steps))
  }

  private func bytes(_ trained: TrainedModel) throws -> Data { try Data(contentsOf: URL(filePath: trained.path)) }

  @Test func isTrainedOnceAndThenRead() throws {
    let images = Toys.dataset(.train)
    let first = try collection().model(Toys.capsules(), on: images)
    let steps = display.steps
    #expect(steps == 12)
    let second = try collection().model(Toys.capsules(), on: images)
    #expect(display.steps == steps)
    #expect(second.sha256 == first.sha256 && second.account == first.account)
    #expect(second.account.steps == 12 && second.account.record.epochs.map(\.images) == [120, 120])
    #expect(second.account.record.seconds > 0)
    #expect(try folder.names() == ["models"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder("models")).count == 2)
  }

  @Test func whateverDeterminesTheWeightsMakesAnotherNetwork() throws {
    let images = Toys.dataset(.train)
    let models = collection()
    _ = try models.model(Toys.capsules(epochs: 1), on: images)
    #expect(try models.contains(Toys.capsules(epochs: 1), on: images))
    #expect(try !models.contains(Toys.capsules(epochs: 2), on: images))
    #expect(try !models.contains(Toys.capsules(epochs: 1), on: images.subset(at: 0..<119)))
    guard case .capsules(var configuration) = Toys.capsules().network else { return }
    configuration.iterations = 2
    let other = Variant(name: "capsules", network: .capsules(configuration), recipe: Toys.recipe(epochs: 1))
    #expect(try !models.contains(other, on: images))
  }

  /// With a learning rate of next to nothing, what is trained is what it began with; the first is trained by itself.
  @Test func aNetworkBeginsWithTheWeightsOfAnother() throws {
    let images = Toys.dataset(.train)
    let first = Toys.capsules(epochs: 1)
    let variant = Variant(
      name: "second", network: first.network, recipe: Toys.recipe(epochs: 1, learningRate: 1e-30),
      start: .trained(first))
    let second = try collection().model(variant, on: images)
    #expect(try collection().contains(first, on: images))
    let steps = display.steps
    let trained = try collection().model(first, on: images)
    #expect(display.steps == steps)
    #expect(second.model.parameters.values == trained.model.parameters.values)
    #expect(second.model.parameters.values != (try first.freshModel()).parameters.values)
    // What it began with determines it too.
    let other = Variant(
      name: "second", network: first.network, recipe: variant.recipe, start: .trained(Toys.capsules(epochs: 2)))
    #expect(try !collection().contains(other, on: images))
  }

  @Test func interruptedTrainingComesToTheSameBytes() throws {
    let images = Toys.dataset(.train)
    let whole = try collection("whole").model(Toys.capsules(), on: images)
    let before = display.steps
    #expect(throws: Interrupted.self) {
      _ = try collection("parts", stoppingAfter: before + 8).model(Toys.capsules(), on: images)
    }
    #expect(try !collection("parts").contains(Toys.capsules(), on: images))
    let parts = try collection("parts", threads: 1).model(Toys.capsules(), on: images)
    #expect(display.steps == before + 12)
    #expect(display.notes.contains("capsules: goes on after step 8 of 12"))
    #expect(try bytes(parts) == bytes(whole))
    #expect(parts.account.record.epochs == whole.account.record.epochs)
  }

  /// Stopped after a step, and while errors are counted after it.
  @Test(arguments: [7, 8])
  func trainingStopsAtAMatch(interruptedAfter steps: Int) throws {
    let images = Toys.dataset(.train)
    // So slowly that 86 of 120 are still wrong at the second evaluation, and some 20 at the fifth.
    let variant = Toys.capsules(epochs: 30, learningRate: 2e-4)
    let match = TrainedModels.Match(images: Toys.dataset(.test), errors: 40, interval: 4)
    let whole = try collection("whole").model(variant, on: images, upTo: match)
    let stopping = try #require(whole.account.matching)
    #expect(stopping.isMatched && stopping.best == stopping.curve.last && stopping.curve.count > 2)
    #expect(stopping.curve.dropLast().allSatisfy { $0.errors > 40 })
    #expect(stopping.curve.map(\.step) == (1...stopping.curve.count).map { 4 * $0 })
    // What is kept makes as many errors as the evaluation said.
    let errors = try 120 - correctCount(of: whole.model, on: match.images, threads: 1)
    #expect(errors == stopping.best?.errors)
    let before = display.steps
    #expect(throws: Interrupted.self) {
      _ = try collection("parts", stoppingAfter: before + steps).model(variant, on: images, upTo: match)
    }
    let parts = try collection("parts").model(variant, on: images, upTo: match)
    #expect(try bytes(parts) == bytes(whole) && parts.account.matching == stopping)
  }

  /// No network makes fewer than −1 errors: the best evaluation is kept, with its weights.
  @Test func withoutAMatchTheNearestIsKept() throws {
    let match = TrainedModels.Match(images: Toys.dataset(.test), errors: -1, interval: 5)
    let trained = try collection().model(Toys.capsules(), on: Toys.dataset(.train), upTo: match)
    let stopping = try #require(trained.account.matching)
    #expect(stopping.curve.map(\.step) == [5, 10, 12] && !stopping.isMatched)
    let errors = try 120 - correctCount(of: trained.model, on: match.images, threads: 1)
    #expect(errors == stopping.curve.map(\.errors).min() && trained.account.steps == stopping.best?.step)
  }
}
