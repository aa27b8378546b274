import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

/// The plain implementation of EM routing and its diagnostics against float64 vectors of an independent one
/// (`Scripts/em_reference.py`, `torch.distributions`), and by hand.
struct RoutingTraceTests {
  /// Inputs have few bits, so only λ, which the kernels have in single precision, and nine written digits differ.
  @Test(arguments: EMRoutingTests.names)
  func agreesWithFloat64(name: String) throws {
    let record: EMRoutingTests.Record = try Fixture.json("em-" + name)
    let images = record.batch
    var (poses, scores) = ([Double](), [Double]())
    for image in 0..<images {
      func part(_ name: String) -> [Double] {
        let values = record.inputs[name]!
        return Array(values[image * values.count / images..<(image + 1) * values.count / images])
      }
      let trace = RoutingTrace(
        routing: record.routing,
        inputs: .init(
          poses: part("poses"), activations: part("activations"), weights: record.inputs["weights"]!,
          betaActivation: record.inputs["beta_a"]!, betaCost: record.inputs["beta_u"]!))
      #expect(trace.iterations.count == record.iterations)
      poses += trace.iterations.last!.means
      scores += trace.iterations.last!.scores
    }
    #expect(Self.relativeError(poses, record.parentPoses) < 1e-6)
    #expect(Self.relativeError(scores, record.scores) < 1e-6)
  }

  struct Record: Decodable {
    struct Result: Decodable {
      let assignments, means, variances, activations, distances: [Double]
      let freeEnergy, entropy, maximumEntropy, voteDistance, voteVariance, activation: Double
    }

    let rows, columns, parents, iterations: Int
    let rule: ActivationRule
    let poses, activations, weights, betaActivation, betaCost: [Double]
    let results: [Result]

    var trace: RoutingTrace {
      RoutingTrace(
        routing: RoutingTraceTests.routing(
          rows: rows, columns: columns, parents: parents, kernel: 2, rule: rule,
          temperatures: (0..<iterations).map { Float(0.01 * (1 - pow(0.95, Double($0 + 1)))) }),
        inputs: .init(
          poses: poses, activations: activations, weights: weights, betaActivation: betaActivation, betaCost: betaCost))
    }
  }

  @Test(arguments: ["logistic", "mixing"])
  func everyIterationAgreesWithFloat64(name: String) throws {
    let record: Record = try Fixture.json("routing-trace-" + name)
    let trace = record.trace
    #expect(trace.iterations.count == record.results.count)
    for ((iteration, statistics), expected) in zip(zip(trace.iterations, trace.statistics), record.results) {
      let arrays: [(String, [Double], [Double])] = [
        ("R", iteration.assignments, expected.assignments), ("μ", iteration.means, expected.means),
        ("σ²", iteration.variances, expected.variances), ("a", iteration.activations, expected.activations),
        ("‖V − μ‖²", iteration.distances, expected.distances),
      ]
      for (what, ours, theirs) in arrays { #expect(Self.relativeError(ours, theirs) < 1e-6, "\(what)") }
      let numbers: [(String, Double?, Double)] = [
        ("free energy", statistics.freeEnergy, expected.freeEnergy), ("entropy", statistics.entropy, expected.entropy),
        ("maximum entropy", statistics.maximumEntropy, expected.maximumEntropy),
        ("distance", statistics.voteDistance, expected.voteDistance),
        ("variance", statistics.voteVariance, expected.voteVariance),
        ("activation", statistics.activation, expected.activation),
      ]
      for (what, ours, theirs) in numbers {
        #expect(abs(try #require(ours) - theirs) < 1e-6 * max(1, abs(theirs)), "\(what)")
      }
    }
  }

  /// Two children at 0 and 1 in all elements, two parents with W = 1: R = ½, so Σ r = 1, μ = ½, σ² = ¼. With β_u = ½ the
  /// costs are 16 (½ + ln ½) = −3.0903549, the scores 0.02 (1 + 3.0903549), the activations 0.5204404, and the free energy
  /// 2 [−a + a ln a + (1 − a) ln(1 − a) − 3.0903549] + 4 · ½ ln ½ = −9.9925076.
  @Test func freeEnergyByHand() throws {
    let trace = Self.pair(values: [0, 1], parents: 2)
    let statistics = try #require(trace.statistics.first)
    #expect(abs(trace.iterations[0].activations[0] - 0.5204403761) < 1e-7)
    #expect(abs(try #require(statistics.freeEnergy) - -9.9925075507) < 1e-6)
    #expect(abs(statistics.entropy - log(2)) < 1e-12 && abs(statistics.entropyShare - 1) < 1e-12)
    // Both votes are half a unit away in each of 16 elements.
    #expect(abs(try #require(statistics.voteDistance) - 2) < 1e-6)
    #expect(abs(try #require(statistics.voteVariance) - 0.25) < 1e-6)
  }

  @Test func tighterVotesRaiseTheActivationAndLowerTheFreeEnergy() throws {
    let loose = Self.pair(values: [0, 1], parents: 1)
    let tight = Self.pair(values: [0.4, 0.6], parents: 1)
    #expect(tight.iterations[0].activations[0] > loose.iterations[0].activations[0])
    #expect(try #require(tight.statistics[0].freeEnergy) < #require(loose.statistics[0].freeEnergy))
  }

  /// EM never raises the free energy of a mixture of Gaussians; nor that of Eq. 4 while the temperature is too high for
  /// activations to differ.
  @Test(arguments: [ActivationRule.mixingProportion, .logistic])
  func freeEnergyFalls(rule: ActivationRule) throws {
    for seed in 0..<5 as Range<UInt64> {
      let routing = Self.routing(
        rows: 6, columns: 6, parents: 3, kernel: 6, rule: rule, temperatures: Array(repeating: 1e-12, count: 8),
        floor: 1e-9)
      let trace = RoutingTrace(
        routing: routing,
        inputs: .init(
          poses: Tensor.normal([36, 16], deviation: 0.5, seed: seed), activations: Tensor(repeating: 0.5, shape: [36]),
          weights: Tensor.normal(routing.weightShape, deviation: 0.4, seed: seed + 10),
          betaActivation: Tensor.normal([3], seed: 1), betaCost: Tensor(repeating: 0.3, shape: [3])))
      let energies = trace.statistics.compactMap(\.freeEnergy)
      #expect(energies.count == 8)
      for (before, after) in zip(energies, energies.dropFirst()) {
        #expect(after <= before + 1e-6 * abs(before), "\(energies)")
      }
      #expect(energies[7] < energies[0] - 1)
    }
  }

  /// `values` in all elements of the poses of children in a row, with full activation and W = 1, β_a = 1, β_u = ½.
  private static func pair(values: [Double], parents: Int) -> RoutingTrace {
    var routing = routing(
      rows: 1, columns: values.count, parents: parents, kernel: 1, rule: .logistic, temperatures: [0.02], floor: 1e-12)
    routing.kernelColumns = values.count
    let identity = (0..<16).map { $0 % 5 == 0 ? 1.0 : 0 }
    return RoutingTrace(
      routing: routing,
      inputs: .init(
        poses: values.flatMap { Array(repeating: $0, count: 16) }, activations: values.map { _ in 1 },
        weights: (0..<values.count * parents).flatMap { _ in identity },
        betaActivation: Array(repeating: 1, count: parents), betaCost: Array(repeating: 0.5, count: parents)))
  }

  private static func routing(
    rows: Int, columns: Int, parents: Int, kernel: Int, rule: ActivationRule, temperatures: [Float],
    floor: Float? = nil
  ) -> EMRouting {
    EMRouting(
      rows: rows, columns: columns, childTypes: 1, parentTypes: parents, kernelRows: kernel, kernelColumns: kernel,
      stride: 1, sharesWeights: false, addsCoordinates: false, poseStructure: .matrix, scope: .image,
      inverseTemperatures: temperatures, varianceFloor: floor ?? 5e-4, massFloor: floor ?? 1e-7, activationRule: rule)
  }

  private static func relativeError(_ actual: [Double], _ expected: [Double]) -> Double {
    guard actual.count == expected.count else { return .infinity }
    let difference = zip(actual, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (difference / expected.reduce(0) { $0 + $1 * $1 }).squareRoot()
  }
}
