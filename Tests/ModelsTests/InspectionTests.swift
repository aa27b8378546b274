import Autodiff
import Foundation
import Kernels
import Models
import Tensors
import TestSupport
import Testing

/// What models say of their layers against what they compute.
struct InspectionTests {
  struct Variant: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout MatrixCapsules.Configuration) -> Void
  }

  static let variants = [
    Variant(testDescription: "as in the paper") { _ in },
    Variant(testDescription: "mixing proportions") { $0.activationRule = .mixingProportion },
    Variant(testDescription: "vector poses, position scope") {
      $0.poseStructure = .vector
      $0.routingScope = .position
    },
    Variant(testDescription: "5 iterations, no Coordinate Addition") {
      $0.iterations = 5
      $0.addsCoordinates = false
    },
  ]

  @Test(arguments: variants)
  func tracesAgreeWithTheFusedKernels(_ variant: Variant) throws {
    var configuration = MatrixCapsules.Configuration()
    configuration.inputShape = [2, 20, 20]
    configuration.classCount = 5
    configuration.channels = 4
    configuration.primaryTypes = 3
    configuration.firstTypes = 4
    configuration.secondTypes = 5
    variant.change(&configuration)
    let model = try MatrixCapsules(configuration: configuration, seed: 6)
    let images = Tensor.normal([3, 2, 20, 20], deviation: 0.3, seed: 2)
    let outputs = model.outputs(for: Graph().constant(images))
    let activities = model.activities(of: images)
    #expect(activities.map(\.name) == ["convolution", "primary", "capsules1", "capsules2", "classes"])
    #expect(activities.map(\.activations.shape[3]) == [4, 3, 4, 5, 5])
    #expect(activities[4].activations.scalars == outputs.activations.value.scalars)
    #expect(activities[0].trace == nil && activities[1].routing == nil)
    for layer in activities[2...] {
      for image in 0..<3 {
        let trace = try #require(layer.trace?(image))
        let last = try #require(trace.iterations.last)
        #expect(trace.iterations.count == configuration.iterations)
        #expect(Fixture.relativeError(layer.activations.rows(image..<image + 1), last.activations) < 1e-4)
        let statistics = layer.routing?(image)
        #expect(statistics == trace.statistics)
        if layer.name == "classes" {
          #expect(Fixture.relativeError(outputs.scores.value.rows(image..<image + 1), last.scores) < 1e-4)
        }
      }
    }
  }

  @Test func dynamicCapsules() throws {
    var configuration = DynamicCapsules.Configuration.small
    configuration.inputShape = [1, 20, 22]
    configuration.classCount = 3
    configuration.channels = 6
    configuration.primaryTypes = 3
    configuration.decoder = nil
    let model = try DynamicCapsules(configuration: configuration, name: "dynamic", seed: 6)
    let images = Tensor.normal([2, 1, 20, 22], deviation: 0.3, seed: 2)
    let activities = model.activities(of: images)
    #expect(activities.map(\.name) == ["convolution", "primary", "classes"])
    let shapes: [Shape] = [[2, 12, 14, 6], [2, 2, 3, 3], [2, 1, 1, 3]]
    #expect(activities.map(\.activations.shape) == shapes)
    #expect(activities[1].activations.scalars.allSatisfy { $0 > 0 && $0 < 1 })
    let outputs = model.outputs(for: Graph().constant(images)).activations.value
    #expect(activities[2].activations.scalars == outputs.scalars)
    for image in 0..<2 {
      let iterations = try #require(activities[2].routing?(image))
      let lengths = outputs.rows(image..<image + 1).scalars.map(Double.init)
      #expect(iterations.count == 3 && iterations[0].freeEnergy == nil)
      #expect(abs(iterations[0].entropyShare - 1) < 1e-9)
      #expect(abs(iterations[2].activation - lengths.reduce(0, +) / 3) < 1e-5)
    }
  }

  @Test func unitsOfTheCNN() throws {
    var configuration = CNN.Configuration()
    configuration.inputShape = [1, 12, 16]
    configuration.classCount = 3
    configuration.channels = [4, 6]
    configuration.hiddenUnits = 7
    let model = try CNN(configuration: configuration, seed: 6)
    let images = Tensor.normal([2, 1, 12, 16], deviation: 0.3, seed: 2)
    let activities = model.activities(of: images)
    #expect(activities.map(\.name) == ["convolution1", "convolution2", "hidden", "readout"])
    let shapes: [Shape] = [[2, 6, 8, 4], [2, 3, 4, 6], [2, 1, 1, 7], [2, 1, 1, 3]]
    #expect(activities.map(\.activations.shape) == shapes)
    #expect(activities[3].activations.scalars == model.outputs(for: Graph().constant(images)).activations.value.scalars)
    // The scores are the readout of the hidden units.
    let graph = Graph()
    let scores = graph.constant(activities[2].activations.reshaped(to: [2, 7]))
      .linear(
        graph.constant(model.parameters["readout.weight"]), bias: graph.constant(model.parameters["readout.bias"]))
    #expect(scores.value == model.scores(of: images))
  }
}
