import Autodiff
import Foundation
import Kernels
import Models
import Tensors
import TestSupport
import Testing

/// What β_a begins with.
struct CalibrationTests {
  private static func configuration(_ change: (inout MatrixCapsules.Configuration) -> Void)
    -> MatrixCapsules.Configuration
  {
    var configuration = MatrixCapsules.Configuration()
    configuration.inputShape = [2, 20, 20]
    configuration.classCount = 5
    configuration.channels = 4
    configuration.primaryTypes = 3
    configuration.firstTypes = 4
    configuration.secondTypes = 5
    configuration.initialization = .calibrated
    change(&configuration)
    return configuration
  }

  private static let images = Tensor.normal([4, 2, 20, 20], deviation: 0.3, seed: 2)

  /// The mean of logit(a) over the capsules of each routed layer, in double precision.
  private static func meanScores(_ model: MatrixCapsules) -> [Double] {
    model.activities(of: images).dropFirst(2).map { layer in
      let scores = layer.activations.scalars.map { log(Double($0)) - log1p(-Double($0)) }
      return scores.reduce(0, +) / Double(scores.count)
    }
  }

  @Test(arguments: [1, 2, 3])
  func capsulesAreActiveByHalfOnAverage(iterations: Int) throws {
    let configuration = Self.configuration {
      $0.iterations = iterations
      $0.temperature = .constant(0.02)
    }
    var model = try MatrixCapsules(configuration: configuration, seed: 6)
    let before = model
    #expect(Self.meanScores(model).contains { abs($0) > 0.1 })
    model.calibrate(on: Self.images)
    // Scores go through a 32-bit logistic.
    #expect(Self.meanScores(model).allSatisfy { abs($0) < 1e-4 })
    // Nothing else changes, and all types of a layer by the same amount.
    for name in model.parameters.names {
      if name.hasSuffix(".beta_a") {
        #expect(Set(model.parameters[name].scalars).count == 1)
      } else {
        #expect(model.parameters[name] == before.parameters[name])
      }
    }
  }

  @Test func theUsualInitializationLeavesWeightsAlone() throws {
    var model = try MatrixCapsules(configuration: Self.configuration { $0.initialization = .usual }, seed: 6)
    let before = model.parameters.values
    model.calibrate(on: Self.images)
    #expect(model.parameters.values == before)
  }

  /// Mixing proportions have no β.
  @Test func mixingProportionsAreLeftAlone() throws {
    var model = try MatrixCapsules(
      configuration: Self.configuration { $0.activationRule = .mixingProportion }, seed: 6)
    let before = model.parameters.values
    model.calibrate(on: Self.images)
    #expect(model.parameters.values == before)
  }
}
