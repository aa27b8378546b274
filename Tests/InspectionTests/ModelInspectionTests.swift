import Attacks
import Datasets
import Foundation
import Inspection
import Kernels
import Models
import Statistics
import Tensors
import TestSupport
import Testing

struct ModelInspectionTests {
  static func dataset(count: Int, shape: Shape = [1, 20, 20], classes: Int = 3) -> Dataset {
    var stream = RandomStream(seed: 4)
    let bytes = Data((0..<count * shape.count).map { _ in UInt8.random(in: 0...255, using: &stream) })
    return Dataset(
      name: "noise", split: .test, shape: shape, bytes: bytes, labels: (0..<count).map { $0 % classes },
      classNames: (0..<classes).map { "class \($0)" }, sha256: String(repeating: "0", count: 64),
      attribution: "synthetic")
  }

  static func capsules() throws -> MatrixCapsules {
    var configuration = MatrixCapsules.Configuration()
    configuration.inputShape = [1, 20, 20]
    configuration.classCount = 3
    configuration.channels = 4
    configuration.primaryTypes = 2
    configuration.firstTypes = 3
    configuration.secondTypes = 2
    return try MatrixCapsules(configuration: configuration, seed: 3)
  }

  @Test func distributionsAreThoseOfTheSortedActivations() throws {
    let model = try Self.capsules()
    let images = Self.dataset(count: 37)
    let inspection = try #require(try ModelInspection.run(model, on: images, threshold: 0.1, threads: 2))
    #expect(inspection.images == 37)
    let predictions = model.predictions(for: images.images(at: 0..<37))
    #expect(inspection.correct == zip(predictions, images.labels).count { $0 == $1 })
    let activities = model.activities(of: images.images(at: 0..<37))
    #expect(inspection.layers.map(\.name) == activities.map(\.name))
    for (layer, activity) in zip(inspection.layers, activities) {
      let sorted = activity.activations.scalars.map(Double.init).sorted()
      let distribution = layer.activations
      #expect(abs(distribution.mean - sorted.reduce(0, +) / Double(sorted.count)) < 1e-9)
      #expect(distribution.largest == sorted.last)
      for quantile in distribution.quantiles {
        let exact = sorted[max(0, Int((quantile.probability * Double(sorted.count) - 1e-9).rounded(.up)) - 1)]
        #expect(abs(quantile.value - exact) <= 0.002 * exact)
      }
      #expect(distribution.histogram.reduce(0, +) == sorted.count)
      #expect(layer.units * 37 == sorted.count)
    }
    #expect(inspection.layers.map(\.routing.count) == [0, 0, 3, 3, 3])
    // Every child is shared equally at first.
    for layer in inspection.layers[2...] { #expect(abs(layer.routing[0].entropyShare.mean - 1) < 1e-12) }
  }

  @Test func threadsChangeNothing() throws {
    let model = try Self.capsules()
    let images = Self.dataset(count: 37)
    let one = try ModelInspection.run(model, on: images, threshold: 0.1, threads: 1)
    #expect(try ModelInspection.run(model, on: images, threshold: 0.1, threads: 3) == one)
    #expect(try ModelInspection.run(model, on: images, threshold: 0.1, threads: 1, isCancelled: { true }) == nil)
  }

  /// Units that can't be active: a channel with a bias of −100, a class that hardly any probability is left for.
  @Test func deadUnitsAreFound() throws {
    var configuration = CNN.Configuration()
    configuration.inputShape = [1, 20, 20]
    configuration.classCount = 3
    configuration.channels = [4, 4]
    configuration.hiddenUnits = 16
    var model = try CNN(configuration: configuration, seed: 3)
    model.parameters["convolution1.bias"] = Tensor([0, 0, -100, 0], shape: [4])
    model.parameters["readout.bias"] = Tensor([50, 0, 0], shape: [3])
    let images = Self.dataset(count: 20)
    let layers = try #require(try ModelInspection.run(model, on: images, threshold: 0.1, threads: 2)).layers
    #expect(layers[0].deadTypes.contains(2))
    #expect(layers[0].deadUnits == layers[0].deadPositions.reduce(0, +))
    #expect(layers[0].deadTypesByPosition.flatMap { $0 }.reduce(0, +) == layers[0].deadUnits)
    #expect(layers[0].deadTypesByPosition.allSatisfy { $0.allSatisfy { $0 >= 1 } })
    #expect(layers[3].deadTypes == [1, 2] && layers[3].aliveAbove == [0.1, 0.1, 0.1])
  }

  /// With a large β_u, every child that a capsule gets costs it activation: it stays below what it has at rest.
  @Test func deadCapsulesAreFound() throws {
    var model = try Self.capsules()
    model.parameters["capsules1.beta_a"] = Tensor([0, 50, 0], shape: [3])
    model.parameters["capsules1.beta_u"] = Tensor([-50, 50, -50], shape: [3])
    let images = Self.dataset(count: 5)
    let layer = try #require(try ModelInspection.run(model, on: images, threshold: 0.02, threads: 1)).layers[2]
    let rest = 1 / (1 + exp(-50 * 0.01 * (1 - pow(0.95, 3))))
    #expect(layer.deadTypes == [1])
    #expect(abs(layer.aliveAbove[0] - 0.51) < 1e-6)
    #expect(abs(layer.aliveAbove[1] - (rest + 0.02 * (1 - rest))) < 1e-6)
  }

  /// A model that is broken is counted as such, and nothing that is written is NaN.
  @Test func notANumber() throws {
    var model = try Self.capsules()
    model.parameters["capsules2.weight"] = Tensor(
      repeating: .nan, shape: model.parameters["capsules2.weight"].shape)
    let images = Self.dataset(count: 5)
    let inspection = try #require(try ModelInspection.run(model, on: images, threshold: 0.1, threads: 1))
    let layers = inspection.layers
    #expect(layers[2].activations.nonFinite == 0 && layers[2].nonFiniteImages == 0 && layers[2].routing.count == 3)
    #expect(layers[3].activations.nonFinite == 5 * layers[3].units && layers[3].nonFiniteImages == 5)
    #expect(layers[3].routing.isEmpty && layers[3].deadUnits == layers[3].units)
    #expect(throws: Never.self) { try JSONEncoder().encode(inspection) }
    #expect(try RoutingExample.choose([.right()], model: model, dataset: images, threads: 1)[0] == nil)
  }

  @Test func examplesFollowTheirRules() {
    let labels = [2, 0, 1, 2, 0, 1]
    let predictions = [1, 0, 1, 0, 2, 1]
    func position(_ rule: RoutingExample.Rule) -> Int? { rule.position(labels: labels, predictions: predictions) }
    #expect(position(.right()) == 1)
    #expect(position(.right(label: 1)) == 2)
    #expect(position(.right(label: 2)) == nil)
    #expect(position(.wrong()) == 0)
    #expect(position(.wrong(label: 2, prediction: 0)) == 3)
    #expect(position(.wrong(label: 0, prediction: 2)) == 4)
    #expect(position(.wrong(label: 1, prediction: 0)) == 0)
    #expect(
      RoutingExample.paperRules(classNames: ["animal", "human", "airplane", "truck", "car"])
        == [.right(label: 3), .right(label: 1), .wrong(label: 2, prediction: 4)])
    #expect(RoutingExample.paperRules(classNames: ["truck", "human"]) == [.right(), .wrong()])
    #expect(RoutingExample.Rule.wrong().position(labels: [1], predictions: [1]) == nil)
  }

  /// Every vote is in one bin or beyond the last, and those of one child count as one in every iteration.
  @Test func voteDistancesCountEveryAssignment() throws {
    let model = try Self.capsules()
    let images = Self.dataset(count: 1).images(at: [0])
    let trace = try #require(model.activities(of: images).last?.trace?(0))
    let all = VoteDistances(trace, bins: 10)
    let some = VoteDistances(trace, upTo: all.maximum / 4, bins: 7)
    #expect(all.iterations == 3 && all.types == 3 && all.bins == 10 && some.bins == 7)
    for distances in [all, some] {
      for t in 0..<3 {
        let inside = distances.weights[t].flatMap { $0 }.reduce(0, +)
        #expect(abs(inside + distances.beyond[t].reduce(0, +) - Double(trace.routing.cells)) < 1e-9)
      }
    }
    #expect(all.beyond.allSatisfy { $0.allSatisfy { $0 == 0 } })
    // The quarter counted by hand.
    let limit = some.maximum * some.maximum
    for type in 0..<3 {
      let expected = trace.iterations[2].distances.indices.filter { $0 % 3 == type }
        .filter { trace.iterations[2].distances[$0] <= limit }
        .reduce(0) { $0 + trace.iterations[2].assignments[$1] }
      #expect(abs(some.weights[2][type].reduce(0, +) - expected) < 1e-9)
    }
  }
}
