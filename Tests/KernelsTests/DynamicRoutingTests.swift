import Autodiff
import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

/// Routing by agreement against float64 vectors of an independent implementation (`Scripts/dynamic_reference.py`), closed
/// forms and finite differences.
struct DynamicRoutingTests {
  struct Record: Decodable {
    let batch, children, childElements, parents, parentElements, iterations: Int
    let poses, weights, seed, sums, poseGradient, weightGradient: [Double]
  }

  static func routing(_ iterations: Int, children: Int = 19) -> DynamicRouting {
    DynamicRouting(children: children, childElements: 4, parents: 5, parentElements: 6, iterations: iterations)
  }

  static func inputs(_ routing: DynamicRouting, batch: Int = 3) -> (poses: Tensor, weights: Tensor) {
    (
      .normal([batch, routing.children, routing.childElements], deviation: 0.7, seed: 31),
      .normal(routing.weightShape, deviation: 0.7, seed: 32)
    )
  }

  @Test(arguments: ["1", "2", "3", "5", "narrow", "wide"])
  func agreesWithFloat64(name: String) throws {
    let record: Record = try Fixture.json("dynamic-" + name)
    let routing = DynamicRouting(
      children: record.children, childElements: record.childElements, parents: record.parents,
      parentElements: record.parentElements, iterations: record.iterations)
    let poses = Tensor(record.poses, shape: [record.batch, record.children, record.childElements])
    let weights = Tensor(record.weights, shape: routing.weightShape)
    let (sums, saved) = routing.forward(poses: poses, weights: weights, saving: true)
    #expect(Fixture.relativeError(sums, record.sums) < 2e-6)
    let inference = routing.forward(poses: poses, weights: weights, saving: false)
    #expect(inference.sums == sums && inference.saved == nil)

    func reverse(poses wantsPoses: Bool, weights wantsWeights: Bool) -> (poses: Tensor?, weights: Tensor?) {
      routing.reverse(
        poses: poses, weights: weights, sums: sums, saved: saved!, gradient: Tensor(record.seed, shape: sums.shape),
        wantsPoses: wantsPoses, wantsWeights: wantsWeights)
    }
    let both = reverse(poses: true, weights: true)
    #expect(Fixture.relativeError(both.poses!, record.poseGradient) < 5e-6)
    #expect(Fixture.relativeError(both.weights!, record.weightGradient) < 5e-6)
    let (attack, training) = (reverse(poses: true, weights: false), reverse(poses: false, weights: true))
    #expect(attack.poses == both.poses && attack.weights == nil)
    #expect(training.weights == both.weights && training.poses == nil)
  }

  @Test(arguments: [1, 2, 3])
  func gradientsAgreeWithFiniteDifferences(iterations: Int) {
    let routing = Self.routing(iterations)
    let (poses, weights) = Self.inputs(routing, batch: 2)
    let error = FiniteDifferences.error([poses, weights]) { $0[0].applying(DynamicallyRoutedCapsules(routing), $0[1]) }
    #expect(error < 1e-3)
  }

  /// The first iteration's assignments are 1 over the number of parents: s is a fifth of the sum of all votes.
  @Test func firstAssignmentsAreUniform() {
    let routing = Self.routing(1)
    let (poses, weights) = Self.inputs(routing, batch: 1)
    let (u, w) = (poses.scalars, weights.scalars)
    let sums = routing.forward(poses: poses, weights: weights, saving: false).sums.scalars
    for element in 0..<30 {
      var expected = 0.0
      for child in 0..<19 {
        for p in 0..<4 { expected += Double(w[(child * 30 + element) * 4 + p]) * Double(u[child * 4 + p]) / 5 }
      }
      #expect(abs(Double(sums[element]) - expected) < 1e-5)
    }
  }

  /// One parent takes every child, whatever agrees: further iterations change nothing.
  @Test func oneParentTakesAll() {
    func sums(_ iterations: Int) -> Tensor {
      let routing = DynamicRouting(
        children: 7, childElements: 2, parents: 1, parentElements: 3, iterations: iterations)
      let (poses, weights) = Self.inputs(routing)
      return routing.forward(poses: poses, weights: weights, saving: false).sums
    }
    #expect(sums(4).relativeError(to: sums(1)) < 1e-6)
  }

  /// Children whose votes agree on a parent turn towards it: its capsule grows, that of the parent they disagree on shrinks.
  @Test func agreementIsReinforced() {
    func lengths(_ iterations: Int) -> [Float] {
      let routing = DynamicRouting(
        children: 4, childElements: 1, parents: 2, parentElements: 1, iterations: iterations)
      // All vote +1 for the first parent, and +1, +1, +1, −1 for the second.
      let weights = Tensor([1, 1, 1, 1, 1, 1, 1, -1] as [Float], shape: routing.weightShape)
      let poses = Tensor(repeating: 1, shape: [1, 4, 1])
      return routing.forward(poses: poses, weights: weights, saving: false).sums.scalars
    }
    let (first, third) = (lengths(1), lengths(3))
    #expect(first == [2, 1])
    #expect(third[0] > first[0] && third[1] < first[1])
  }

  /// An image's numbers do not depend on its company.
  @Test func imagesAloneAndTogether() {
    let routing = Self.routing(3, children: 40)
    let (poses, weights) = Self.inputs(routing, batch: 9)
    func run(_ poses: Tensor) -> (Tensor, Tensor) {
      let graph = Graph()
      let input = graph.variable(poses)
      let output = input.applying(DynamicallyRoutedCapsules(routing), graph.constant(weights))
      return (output.value, graph.gradients(of: output, seed: output.value, by: [input])[0])
    }
    let (sums, gradient) = run(poses)
    for range in [0..<1, 4..<5, 2..<9] {
      let (partSums, partGradient) = run(poses.rows(range))
      #expect(partSums == sums.rows(range) && partGradient == gradient.rows(range))
    }
  }

  /// Neither votes without length nor enormous ones give NaN.
  @Test(arguments: [0, 1e-20, 1e4] as [Float])
  func extremesStayFinite(scale: Float) {
    let routing = Self.routing(3)
    let (poses, weights) = Self.inputs(routing)
    let (sums, saved) = routing.forward(poses: poses.map { $0 * scale }, weights: weights, saving: true)
    let gradients = routing.reverse(
      poses: poses.map { $0 * scale }, weights: weights, sums: sums, saved: saved!,
      gradient: Tensor(repeating: 1, shape: sums.shape), wantsPoses: true, wantsWeights: true)
    #expect(sums.scalars.allSatisfy { $0.isFinite })
    #expect((gradients.poses!.scalars + gradients.weights!.scalars).allSatisfy { $0.isFinite })
  }
}
