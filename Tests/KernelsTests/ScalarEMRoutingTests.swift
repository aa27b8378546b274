import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

/// The routing kernels against their scalar definition, at sizes that need several blocks of parents and several runs of
/// places; gradients against its differences along random directions.
struct ScalarEMRoutingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let routing: EMRouting
  }

  static let cases = [
    Case(testDescription: "three blocks of parents", routing: routing(5, 3, 37, (3, 3), stride: 2)),
    Case(testDescription: "as many children as the full net", routing: routing(4, 32, 18, (3, 3), stride: 1)),
    Case(testDescription: "position scope", routing: routing(5, 5, 20, (3, 3), stride: 2, scope: .position)),
    Case(testDescription: "one iteration", routing: routing(4, 3, 9, (3, 3), stride: 1, iterations: 1)),
    Case(testDescription: "two iterations", routing: routing(4, 3, 17, (2, 3), stride: 1, iterations: 2)),
    Case(testDescription: "vector poses", routing: routing(4, 3, 17, (3, 3), stride: 1, structure: .vector)),
    Case(
      testDescription: "mixing proportions",
      routing: routing(5, 3, 18, (3, 3), stride: 2, iterations: 3, rule: .mixingProportion)),
    Case(
      testDescription: "mixing proportions, position scope, vector poses, five iterations",
      routing: routing(
        4, 3, 5, (3, 3), stride: 1, iterations: 5, scope: .position, structure: .vector, rule: .mixingProportion)),
    Case(testDescription: "class capsules", routing: routing(4, 6, 10, (4, 4), stride: 1, isClassLayer: true)),
  ]

  private static func routing(
    _ side: Int, _ childTypes: Int, _ parentTypes: Int, _ kernel: (Int, Int), stride: Int, iterations: Int = 3,
    scope: RoutingScope = .image, structure: PoseStructure = .matrix, isClassLayer: Bool = false,
    rule: ActivationRule = .logistic
  ) -> EMRouting {
    EMRouting(
      rows: side, columns: side, childTypes: childTypes, parentTypes: parentTypes, kernelRows: kernel.0,
      kernelColumns: kernel.1, stride: stride, sharesWeights: isClassLayer, addsCoordinates: isClassLayer,
      poseStructure: structure, scope: scope,
      inverseTemperatures: (0..<iterations).map { Float(0.01 * (1 - pow(0.95, Double($0 + 1)))) },
      varianceFloor: 5e-4, massFloor: 1e-7, activationRule: rule)
  }

  /// Random inputs of a batch of three.
  struct Sample {
    let routing: EMRouting
    let poses, activations, weights, betaA, betaU, poseSeed, scoreSeed: Tensor

    init(_ routing: EMRouting) {
      self.routing = routing
      let cells: Shape = [3, routing.rows, routing.columns, routing.childTypes]
      let parents: Shape = [3, routing.outputRows, routing.outputColumns, routing.parentTypes]
      poses = Tensor.normal(Shape(cells.dimensions + [4, 4]), deviation: 0.5, seed: 1)
      activations = Tensor.normal(cells, seed: 2).map { 1 / (1 + exp(-$0)) }
      let spread: Float = routing.poseStructure == .matrix ? 0.4 : 0.2
      weights = Tensor.normal(routing.weightShape, deviation: spread, seed: 3)
      betaA = Tensor.normal([routing.parentTypes], seed: 4)
      betaU = Tensor.normal([routing.parentTypes], deviation: 0.3, seed: 5)
      poseSeed = Tensor.normal(Shape(parents.dimensions + [4, 4]), seed: 6)
      scoreSeed = Tensor.normal(parents, deviation: 5, seed: 7)
    }

    func forward() -> (poses: Tensor, scores: Tensor, saved: EMRouting.Saved?) {
      routing.forward(
        poses: poses, activations: activations, weights: weights, betaActivation: betaA, betaCost: betaU, saving: true)
    }

    func reverse(_ saved: EMRouting.Saved, poseSeed: Tensor, scoreSeed: Tensor) -> EMRouting.Gradients {
      routing.reverse(
        poses: poses, activations: activations, weights: weights, betaActivation: betaA, betaCost: betaU, saved: saved,
        poseGradient: poseSeed, scoreGradient: scoreSeed, wantsWeights: true)
    }

    func inputs(image: Int) -> RoutingTrace.Inputs {
      RoutingTrace.Inputs(
        poses: poses.rows(image..<image + 1), activations: activations.rows(image..<image + 1), weights: weights,
        betaActivation: betaA, betaCost: betaU)
    }
  }

  @Test(arguments: cases)
  func valuesAgree(_ test: Case) {
    let sample = Sample(test.routing)
    let result = sample.forward()
    let exact = Self.outputs(RoutingTrace(routing: test.routing, inputs: sample.inputs(image: 1)))
    #expect(Fixture.relativeError(result.poses.rows(1..<2), exact.poses) < 2e-5)
    #expect(Fixture.relativeError(result.scores.rows(1..<2), exact.scores) < 2e-5)
  }

  /// What the kernels give: poses, and scores before a mixing proportion is normalised.
  private static func outputs(_ trace: RoutingTrace) -> (poses: [Double], scores: [Double]) {
    let last = trace.iterations.last!
    return (last.means, trace.routing.activationRule == .logistic ? last.scores : last.masses.map { log($0) })
  }

  @Test(arguments: cases)
  func gradientsAgree(_ test: Case) {
    let sample = Sample(test.routing)
    // Only the image in the middle has a gradient, so that the scalar definition runs for one.
    func middle(_ seed: Tensor) -> Tensor {
      let zero = Tensor(shape: seed.rows(0..<1).shape)
      return Tensor.concatenated([zero, seed.rows(1..<2), zero])
    }
    let (poseSeed, scoreSeed) = (middle(sample.poseSeed), middle(sample.scoreSeed))
    let gradients = sample.reverse(sample.forward().saved!, poseSeed: poseSeed, scoreSeed: scoreSeed)
    for image in [0, 2] {
      #expect(gradients.poses.rows(image..<image + 1).scalars.allSatisfy { $0 == 0 })
      #expect(gradients.activations.rows(image..<image + 1).scalars.allSatisfy { $0 == 0 })
    }
    let seeds = (poseSeed.rows(1..<2).scalars.map(Double.init), scoreSeed.rows(1..<2).scalars.map(Double.init))
    func loss(_ inputs: RoutingTrace.Inputs) -> Double {
      let result = Self.outputs(RoutingTrace(routing: test.routing, inputs: inputs))
      return zip(result.poses, seeds.0).reduce(0) { $0 + $1.0 * $1.1 }
        + zip(result.scores, seeds.1).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let inputs: [(String, WritableKeyPath<RoutingTrace.Inputs, [Double]>, Tensor)] = [
      ("poses", \.poses, gradients.poses.rows(1..<2)),
      ("activations", \.activations, gradients.activations.rows(1..<2)),
      ("weights", \.weights, gradients.weights!), ("β_a", \.betaActivation, gradients.betaActivation!),
      ("β_u", \.betaCost, gradients.betaCost!),
    ]
    for (seed, (name, path, gradient)) in inputs.enumerated() {
      // Along its own gradient the derivative is the gradient's norm; a random part shows what it lacks elsewhere.
      let values = gradient.scalars.map(Double.init)
      let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let noise = Tensor.normal([gradient.count], seed: UInt64(20 + seed)).scalars.map(Double.init)
      let length = noise.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let direction = zip(values, noise).map { (norm > 0 ? $0 / norm : 0) + $1 / length }
      let step = 1e-5
      func shifted(_ sign: Double) -> Double {
        var moved = sample.inputs(image: 1)
        for i in direction.indices { moved[keyPath: path][i] += sign * step * direction[i] }
        return loss(moved)
      }
      let measured = (shifted(1) - shifted(-1)) / (2 * step)
      let expected = zip(values, direction).reduce(0) { $0 + $1.0 * $1.1 }
      if name.hasPrefix("β"), test.routing.activationRule == .mixingProportion {
        #expect(norm == 0 && shifted(0) == shifted(1), "\(name) has no part in mixing proportions")
        continue
      }
      #expect(abs(measured - expected) < 1e-4 * norm, "\(name): \(expected) for \(measured)")
    }
  }

  /// Images without a gradient are skipped: what the others get is what they get alone.
  @Test func imagesWithoutGradientChangeNothing() {
    let sample = Sample(Self.routing(4, 3, 9, (3, 3), stride: 1))
    let saved = sample.forward().saved!
    let all = sample.reverse(saved, poseSeed: sample.poseSeed, scoreSeed: sample.scoreSeed)
    func without(_ image: Int, _ seed: Tensor) -> Tensor {
      Tensor.concatenated((0..<3).map { $0 == image ? Tensor(shape: seed.rows(0..<1).shape) : seed.rows($0..<$0 + 1) })
    }
    let some = sample.reverse(
      saved, poseSeed: without(0, sample.poseSeed), scoreSeed: without(0, sample.scoreSeed))
    #expect(some.poses.rows(1..<3) == all.poses.rows(1..<3))
    #expect(some.activations.rows(1..<3) == all.activations.rows(1..<3))
    #expect(some.poses.rows(0..<1).scalars.allSatisfy { $0 == 0 })
  }
}
