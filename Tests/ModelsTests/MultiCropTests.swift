import Autodiff
import Diagnostics
import Files
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// The mean over crops, against the model's own outputs on each crop.
struct MultiCropTests {
  static func capsules() throws -> MatrixCapsules {
    var configuration = MatrixCapsules.Configuration()
    configuration.inputShape = [2, 24, 25]
    configuration.classCount = 3
    configuration.channels = 4
    configuration.primaryTypes = 2
    configuration.firstTypes = 3
    configuration.secondTypes = 3
    configuration.crop = 18
    // Activations that differ enough for the mean of them to differ from that of the scores.
    configuration.temperature = .constant(0.05)
    return try MatrixCapsules(configuration: configuration, name: "capsules", seed: 5)
  }

  static func cnn() throws -> CNN {
    var configuration = CNN.Configuration()
    configuration.inputShape = [2, 24, 25]
    configuration.classCount = 3
    configuration.channels = [3]
    configuration.hiddenUnits = 6
    configuration.crop = 18
    return try CNN(configuration: configuration, name: "cnn", seed: 5)
  }

  static let images = Tensor.normal([3, 2, 24, 25], deviation: 0.2, seed: 6).map { $0 + 0.5 }

  static func dynamicCapsules() throws -> DynamicCapsules {
    var configuration = DynamicCapsules.Configuration()
    configuration.inputShape = [2, 24, 25]
    configuration.classCount = 3
    configuration.channels = 4
    configuration.primaryTypes = 2
    configuration.decoder = nil
    configuration.crop = 18
    return try DynamicCapsules(configuration: configuration, name: "dynamic", seed: 5)
  }

  @Test(arguments: ["capsules", "cnn", "dynamic"])
  func theMeanOfNormalisedActivations(name: String) throws {
    let model: any Model =
      switch name {
      case "capsules": try Self.capsules()
      case "cnn": try Self.cnn()
      default: try Self.dynamicCapsules()
      }
    let several = try MultiCrop(model, count: 13)
    #expect(several.offsets.count == 13 && Set(several.offsets).count == 13)
    #expect(several.offsets.allSatisfy { abs($0.rows) == abs($0.columns) && abs($0.rows) <= 3 })
    let graph = Graph()
    let outputs = several.outputs(for: graph.constant(Self.images))
    // Each crop by itself, added up in double precision.
    var expected = [Double](repeating: 0, count: 9)
    for offset in several.offsets {
      let graph = Graph()
      let one = model.outputs(
        for: graph.constant(Self.images), parameters: model.parameters.bound(to: graph, trained: { _ in false }),
        mode: .crops([offset]))
      let values = one.activations.value.scalars.map(Double.init)
      for image in 0..<3 {
        let sum = values[(image * 3)..<(image * 3 + 3)].reduce(0, +)
        for label in 0..<3 { expected[image * 3 + label] += values[image * 3 + label] / sum / 13 }
      }
    }
    for (found, expected) in zip(outputs.activations.value.scalars, expected) {
      #expect(abs(Double(found) - expected) < 1e-5)
    }
    for (score, activation) in zip(outputs.scores.value.scalars, expected) {
      #expect(abs(Double(score) - log(activation)) < 1e-4)
    }
    #expect(Set(expected).count == 9)
  }

  /// ∂ ln p = Σₖ (pₖ / Σₖ pₖ) ∂ ln pₖ, each ∂ ln pₖ from a graph of one crop.
  @Test(arguments: [true, false])
  func theGradientByTheImageIsThatOfTheMean(isCapsules: Bool) throws {
    let model: any Model = isCapsules ? try Self.capsules() : try Self.cnn()
    let several = try MultiCrop(model, count: 5)
    let seed = Tensor.normal([3, 3], seed: 8)
    let graph = Graph()
    let input = graph.variable(Self.images)
    let found = graph.gradients(of: several.outputs(for: input).scores, seed: seed, by: [input])[0]
    let crops = several.offsets.map { offset in
      let graph = Graph()
      let input = graph.variable(Self.images)
      let parameters = model.parameters.bound(to: graph, trained: { _ in false })
      let scores = model.outputs(for: input, parameters: parameters, mode: .crops([offset])).scores
      return (input: input, logarithms: (isCapsules ? scores.logSigmoid() : scores).logSoftmax())
    }
    var expected = [Double](repeating: 0, count: Self.images.count)
    for crop in crops {
      let weights = seed.scalars.indices.map { i in
        let all = crops.map { exp(Double($0.logarithms.value.scalars[i])) }
        return Double(seed.scalars[i]) * exp(Double(crop.logarithms.value.scalars[i])) / all.reduce(0, +)
      }
      let gradient = crop.input.graph.gradients(
        of: crop.logarithms, seed: Tensor(weights, shape: [3, 3]), by: [crop.input])[0]
      for (i, value) in gradient.scalars.enumerated() { expected[i] += Double(value) }
    }
    let largest = expected.map(abs).max()!
    #expect(largest > 0)
    #expect(zip(found.scalars, expected).allSatisfy { abs(Double($0) - $1) < 1e-4 * largest })
  }

  /// Logistic functions of 20 and more are 1 as 32-bit numbers, and have no gradient; their logarithms have.
  @Test func saturatedActivationsHaveAGradient() throws {
    var model = try Self.capsules()
    model.parameters["classes.beta_a"] = Tensor([800, 800, 800], shape: [3])
    let several = try MultiCrop(model, count: 5)
    let graph = Graph()
    let input = graph.variable(Self.images)
    let scores = several.outputs(for: input).scores
    let gradient = graph.gradients(of: scores.crossEntropy(labels: [0, 1, 2]).sum(), by: [input])[0]
    #expect(model.outputs(for: graph.constant(Self.images)).activations.value.scalars.allSatisfy { $0 == 1 })
    #expect(gradient.scalars.contains { $0 != 0 } && gradient.scalars.allSatisfy(\.isFinite))
  }

  /// An image's scores do not depend on what else is in the batch.
  @Test func imagesAreIndependent() throws {
    let several = try MultiCrop(Self.capsules(), count: 9)
    let all = several.scores(of: Self.images)
    let last = Tensor(Array(Self.images.scalars[2400...]), shape: [1, 2, 24, 25])
    #expect(Array(all.scalars[6...]) == Array(several.scores(of: last).scalars))
    #expect(several.chunkSize == 1 && several.name == "capsules" && several.inputShape == [2, 24, 25])
  }

  @Test func impossibleNumbersOfCrops() throws {
    let model = try Self.cnn()
    for count in [-3, 0, 1, 4, 12, 14, 17, 10_001] {
      let error = #expect(throws: InputError.self) { try MultiCrop(model, count: count) }
      #expect(error?.kind == .usage && error?.subject == "crops")
    }
    var whole = CNN.Configuration()
    whole.channels = [2]
    whole.hiddenUnits = 2
    let plain = try CNN(configuration: whole, seed: 1)
    #expect(#expect(throws: InputError.self) { try MultiCrop(plain, count: 13) }?.kind == .model)
    #expect(try MultiCrop.classifier(plain, crops: nil) is CNN)
    #expect(try MultiCrop.classifier(model, crops: 5) is MultiCrop)
  }
}
