import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

/// Routing by agreement in plain double precision against the fused kernel, and by hand.
struct DynamicRoutingTraceTests {
  @Test(arguments: [1, 3])
  func agreesWithTheFusedKernel(iterations: Int) {
    let routing = DynamicRouting(
      children: 21, childElements: 4, parents: 5, parentElements: 6, iterations: iterations)
    let poses = Tensor.normal([1, 21, 4], deviation: 0.4, seed: 1)
    let weights = Tensor.normal(routing.weightShape, deviation: 0.4, seed: 2)
    let trace = DynamicRoutingTrace(
      routing: routing, poses: poses.scalars.map(Double.init), weights: weights.scalars.map(Double.init))
    let result = routing.forward(poses: poses, weights: weights, saving: true)
    #expect(trace.iterations.count == iterations)
    #expect(Fixture.relativeError(result.sums, trace.iterations[iterations - 1].sums) < 1e-5)
    if iterations > 1 {
      #expect(Fixture.relativeError(result.saved!, trace.iterations.dropLast().flatMap(\.sums)) < 1e-5)
    }
    for iteration in trace.iterations {
      for child in 0..<21 {
        let sum = iteration.couplings[child * 5..<child * 5 + 5].reduce(0, +)
        #expect(abs(sum - 1) < 1e-12)
      }
    }
  }

  /// One child of length 1, two parents with votes 2 and 0: s = 1 and 0 with c = ½, ‖v₀‖ = ½, so b = 1 and 0, and then
  /// c = 1 / (1 + e⁻¹) = 0.7310586, whose entropy is 0.5822031.
  @Test func twoIterationsByHand() {
    let routing = DynamicRouting(children: 1, childElements: 1, parents: 2, parentElements: 1, iterations: 2)
    let trace = DynamicRoutingTrace(routing: routing, poses: [1], weights: [2, 0])
    #expect(trace.iterations[0].couplings == [0.5, 0.5] && trace.iterations[0].lengths == [0.5, 0])
    #expect(abs(trace.iterations[1].couplings[0] - 0.7310585786) < 1e-9)
    #expect(abs(trace.statistics[1].entropy - 0.5822031) < 1e-6)
    #expect(abs(trace.statistics[0].entropyShare - 1) < 1e-12)
  }
}
