import Autodiff
import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

/// EM routing against float64 vectors of an independent implementation (`Scripts/em_reference.py`), and closed forms.
struct EMRoutingTests {
  struct Record: Decodable {
    let batch, rows, columns, childTypes, parentTypes, kernel, stride, iterations: Int
    let layer, scope: String
    /// Absent for the logistic.
    let rule: ActivationRule?
    let inputs, gradients: [String: [Double]]
    let poseSeed, scoreSeed, parentPoses, scores: [Double]

    var routing: EMRouting {
      let isClass = layer == "class"
      return EMRouting(
        rows: rows, columns: columns, childTypes: childTypes, parentTypes: parentTypes,
        kernelRows: isClass ? rows : kernel, kernelColumns: isClass ? columns : kernel, stride: stride,
        sharesWeights: isClass, addsCoordinates: isClass, poseStructure: .matrix, scope: RoutingScope(rawValue: scope)!,
        inverseTemperatures: (0..<iterations).map { Float(0.01 * (1 - pow(0.95, Double($0 + 1)))) },
        varianceFloor: 5e-4, massFloor: 1e-7, activationRule: rule ?? .logistic)
    }

    /// The scores of the record from those of the kernel: of mixing proportions, ln a rather than ln Σ r.
    func normalised(_ scores: Tensor) -> Tensor {
      rule == nil ? scores : Self.logShares(Graph().constant(scores)).value
    }

    /// The gradient of the kernel's `scores`, from `scoreSeed`, that of the record's.
    func scoreGradient(_ scores: Tensor) -> Tensor {
      let seed = Tensor(scoreSeed, shape: scores.shape)
      guard rule != nil else { return seed }
      let graph = Graph()
      let leaf = graph.variable(scores)
      return graph.gradients(of: Self.logShares(leaf), seed: seed, by: [leaf])[0]
    }

    private static func logShares(_ scores: Variable) -> Variable {
      scores.reshaped(to: [scores.shape[0], scores.shape.withoutBatch.count]).logSoftmax().reshaped(to: scores.shape)
    }
  }

  static let names = [
    "conv-image-1", "conv-image-2", "conv-image-3", "conv-position-1", "conv-position-2", "conv-position-3",
    "border-image-3", "border-position-2", "wide-image-2", "batch-image-3", "class-1", "class-2", "class-3",
    "class-five-3", "conv-image-5", "mixing-image-3", "mixing-image-5", "mixing-position-2", "mixing-class-3",
  ]

  @Test(arguments: names)
  func agreesWithFloat64(name: String) throws {
    let record: Record = try Fixture.json("em-" + name)
    let routing = record.routing
    let cells: Shape = [record.batch, record.rows, record.columns, record.childTypes]
    let parents: Shape = [record.batch, routing.outputRows, routing.outputColumns, record.parentTypes]
    let poses = Tensor(record.inputs["poses"]!, shape: Shape(cells.dimensions + [4, 4]))
    let activations = Tensor(record.inputs["activations"]!, shape: cells)
    let weights = Tensor(record.inputs["weights"]!, shape: routing.weightShape)
    let betaA = Tensor(record.inputs["beta_a"]!, shape: [record.parentTypes])
    let betaU = Tensor(record.inputs["beta_u"]!, shape: [record.parentTypes])
    let forward = routing.forward(
      poses: poses, activations: activations, weights: weights, betaActivation: betaA, betaCost: betaU, saving: true)
    #expect(Fixture.relativeError(forward.poses, record.parentPoses) < 2e-5)
    #expect(Fixture.relativeError(record.normalised(forward.scores), record.scores) < 2e-5)
    let scoreGradient = record.scoreGradient(forward.scores)
    let inference = routing.forward(
      poses: poses, activations: activations, weights: weights, betaActivation: betaA, betaCost: betaU, saving: false)
    #expect(inference.poses == forward.poses && inference.scores == forward.scores && inference.saved == nil)

    let gradients = routing.reverse(
      poses: poses, activations: activations, weights: weights, betaActivation: betaA, betaCost: betaU,
      saved: forward.saved!, poseGradient: Tensor(record.poseSeed, shape: Shape(parents.dimensions + [4, 4])),
      scoreGradient: scoreGradient, wantsWeights: true)
    #expect(Fixture.relativeError(gradients.poses, record.gradients["poses"]!) < 2e-5)
    #expect(Fixture.relativeError(gradients.activations, record.gradients["activations"]!) < 2e-5)
    #expect(Fixture.relativeError(gradients.weights!, record.gradients["weights"]!) < 2e-5)
    if record.rule == nil {
      #expect(Fixture.relativeError(gradients.betaActivation!, record.gradients["beta_a"]!) < 2e-5)
      #expect(Fixture.relativeError(gradients.betaCost!, record.gradients["beta_u"]!) < 2e-5)
    } else {
      // Mixing proportions have no use for β.
      #expect(gradients.betaActivation!.scalars.map(Double.init) == record.gradients["beta_a"]!)
      #expect(gradients.betaCost!.scalars.map(Double.init) == record.gradients["beta_u"]!)
    }

    let inputOnly = routing.reverse(
      poses: poses, activations: activations, weights: weights, betaActivation: betaA, betaCost: betaU,
      saved: forward.saved!, poseGradient: Tensor(record.poseSeed, shape: Shape(parents.dimensions + [4, 4])),
      scoreGradient: scoreGradient, wantsWeights: false)
    #expect(inputOnly.weights == nil && inputOnly.betaCost == nil)
    #expect(inputOnly.poses == gradients.poses && inputOnly.activations == gradients.activations)
  }

  /// Three children of one position voting for one parent: the votes are the poses (W = 1), so mean, variance and score
  /// have a closed form.
  @Test func oneParentHasAClosedForm() {
    let routing = EMRoutingTests.oneParent(iterations: 2)
    let values: [Float] = [0.25, 0.5, 1.25]
    let masses: [Float] = [0.5, 1, 0.25]
    let result = EMRoutingTests.run(routing, values, masses)
    let total = masses.reduce(0, +)
    var mean: Float = 0
    for (value, mass) in zip(values, masses) { mean += value * mass / total }
    var variance: Float = 5e-4
    for (value, mass) in zip(values, masses) { variance += (value - mean) * (value - mean) * mass / total }
    let score = 0.02 * (1 - 16 * (0.5 + 0.5 * log(variance)) * total)
    #expect(abs(result.poses.scalars[5] - mean) < 1e-5)
    #expect(abs(result.scores.scalar - score) < 1e-4 * abs(score))
  }

  /// The sign of the cost: a mistake here trains, badly, for weeks.
  @Test func tighterVotesRaiseTheActivation() {
    let routing = EMRoutingTests.oneParent(iterations: 3)
    let loose = EMRoutingTests.run(routing, [0, 0.5, 1], [1, 1, 1]).scores.scalar
    let tight = EMRoutingTests.run(routing, [0.4, 0.5, 0.6], [1, 1, 1]).scores.scalar
    #expect(tight > loose)
  }

  @Test func childrenWithoutMassLeaveEverythingFinite() {
    let routing = EMRoutingTests.oneParent(iterations: 3)
    let result = EMRoutingTests.run(routing, [0, 0.5, 1], [0, 0, 0])
    #expect(result.poses.scalars.allSatisfy(\.isFinite) && result.scores.scalar.isFinite)
  }

  /// Vector poses: with every 16×16 weight block-diagonal in copies of a 4×4 matrix, a vote is the matrix vote.
  @Test(arguments: [1, 3])
  func vectorPosesIncludeMatrixPoses(iterations: Int) {
    var stream = RandomStream(seed: 5)
    var matrix = EMRoutingTests.oneParent(iterations: iterations)
    matrix.rows = 4
    matrix.columns = 5
    matrix.parentTypes = 9
    matrix.kernelRows = 3
    matrix.kernelColumns = 3
    matrix.sharesWeights = false
    var vector = matrix
    vector.poseStructure = .vector
    func draw(_ shape: Shape) -> Tensor { Tensor((0..<shape.count).map { _ in 0.5 * stream.normal() }, shape: shape) }
    let cells: Shape = [2, 4, 5, matrix.childTypes]
    let poses = draw(Shape(cells.dimensions + [4, 4]))
    let activations = draw(cells).map { 1 / (1 + exp(-$0)) }
    let weights = draw(matrix.weightShape)
    let small = weights.scalars
    var large = [Float](repeating: 0, count: vector.weightShape.count)
    for pair in 0..<(matrix.weightedChildren * matrix.parentTypes) {
      for row in 0..<4 {
        for k in 0..<4 {
          for column in 0..<4 {
            large[pair * 256 + (row * 4 + k) * 16 + row * 4 + column] = small[pair * 16 + k * 4 + column]
          }
        }
      }
    }
    let beta = draw([9])
    let a = matrix.forward(
      poses: poses, activations: activations, weights: weights, betaActivation: beta, betaCost: beta, saving: true)
    let largeWeights = Tensor(large, shape: vector.weightShape)
    let b = vector.forward(
      poses: poses, activations: activations, weights: largeWeights, betaActivation: beta, betaCost: beta, saving: true)
    #expect(Fixture.relativeError(b.poses, a.poses.scalars.map(Double.init)) < 1e-5)
    #expect(Fixture.relativeError(b.scores, a.scores.scalars.map(Double.init)) < 1e-5)
    let ga = matrix.reverse(
      poses: poses, activations: activations, weights: weights, betaActivation: beta, betaCost: beta, saved: a.saved!,
      poseGradient: a.poses, scoreGradient: a.scores, wantsWeights: true)
    let gb = vector.reverse(
      poses: poses, activations: activations, weights: largeWeights, betaActivation: beta, betaCost: beta,
      saved: b.saved!, poseGradient: b.poses, scoreGradient: b.scores, wantsWeights: true)
    #expect(Fixture.relativeError(gb.poses, ga.poses.scalars.map(Double.init)) < 2e-5)
    let wide = gb.weights!.scalars
    var folded = [Double](repeating: 0, count: small.count)
    for pair in 0..<(matrix.weightedChildren * matrix.parentTypes) {
      for row in 0..<4 {
        for k in 0..<4 {
          for column in 0..<4 {
            folded[pair * 16 + k * 4 + column] += Double(wide[pair * 256 + (row * 4 + k) * 16 + row * 4 + column])
          }
        }
      }
    }
    #expect(Fixture.relativeError(ga.weights!, folded) < 2e-5)
  }

  /// A 1×3 field of one type and one parent with shared weights, λ = 0.02.
  private static func oneParent(iterations: Int) -> EMRouting {
    EMRouting(
      rows: 1, columns: 3, childTypes: 1, parentTypes: 1, kernelRows: 1, kernelColumns: 3, stride: 1,
      sharesWeights: true, addsCoordinates: false, poseStructure: .matrix, scope: .image,
      inverseTemperatures: Array(repeating: 0.02, count: iterations), varianceFloor: 5e-4, massFloor: 1e-7)
  }

  /// Routes children whose poses are `value` times the all-ones matrix, with W the identity, β_a = 1, β_u = ½.
  private static func run(_ routing: EMRouting, _ values: [Float], _ masses: [Float]) -> (poses: Tensor, scores: Tensor)
  {
    let poses = Tensor(values.flatMap { Array(repeating: $0, count: 16) }, shape: [1, 1, 3, 1, 4, 4])
    let identity = Tensor((0..<16).map { $0 % 5 == 0 ? Float(1) : 0 }, shape: [1, 1, 4, 4])
    let result = routing.forward(
      poses: poses, activations: Tensor(masses, shape: [1, 1, 3, 1]), weights: identity,
      betaActivation: Tensor(repeating: 1, shape: [1]), betaCost: Tensor(repeating: 0.5, shape: [1]), saving: false)
    return (result.poses, result.scores)
  }
}
