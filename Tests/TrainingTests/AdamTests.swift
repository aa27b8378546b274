import Autodiff
import Tensors
import TestSupport
import Testing
import Training

struct AdamTests {
  /// Three steps worked out in double precision from Algorithm 1 of Kingma & Ba.
  @Test func followsTheAlgorithm() throws {
    let gradients: [Double] = [0.5, -0.25, 2]
    var (parameter, mean, variance) = (1.0, 0.0, 0.0)
    var values = [Tensor(repeating: 1, shape: [3])]
    var adam = Adam(parameters: values)
    for (index, gradient) in gradients.enumerated() {
      mean = 0.9 * mean + 0.1 * gradient
      variance = 0.999 * variance + 0.001 * gradient * gradient
      let t = index + 1
      var (c1, c2) = (1.0, 1.0)
      for _ in 0..<t { (c1, c2) = (c1 * 0.9, c2 * 0.999) }
      parameter *= 1 - 0.01 * 0.1
      parameter -= 0.01 * (mean / (1 - c1)) / ((variance / (1 - c2)).squareRoot() + 1e-8)
      // Two chunks whose gradients add up.
      let half = Tensor(repeating: Float(gradient / 2), shape: [3])
      try adam.step(
        &values, gradients: [[.tensor(half)], [.tensor(half)]], learningRate: 0.01, weightDecay: 0.1, threads: 1)
    }
    #expect(adam.steps == 3)
    for value in values[0].scalars { #expect(abs(Double(value) - parameter) < 2e-6) }
  }

  @Test func theFirstStepIsTheLearningRate() throws {
    var values = [Tensor(repeating: 0, shape: [2])]
    var adam = Adam(parameters: values)
    let gradient = Tensor([Float(1e-3), -50], shape: [2])
    try adam.step(&values, gradients: [[.tensor(gradient)]], learningRate: 0.1, weightDecay: 0, threads: 2)
    #expect(abs(values[0].scalars[0] + 0.1) < 1e-5 && abs(values[0].scalars[1] - 0.1) < 1e-5)
  }

  /// Products of several chunks, with more rows than one slice has, against the same gradients as tensors.
  @Test(arguments: [1, 2]) func gradientsLeftAsProductsDoTheSame(threads: Int) throws {
    let shape: Shape = [75, 1300]
    let start = Tensor.normal(shape, seed: 1)
    let chunks = (0..<3).map { chunk -> ParameterGradient in
      let graph = Graph()
      let weights = graph.variable(start)
      let x = graph.constant(.normal([4, 1300], seed: 10 + UInt64(chunk)))
      let g = graph.constant(.normal([4, 75], seed: 20 + UInt64(chunk)))
      return graph.parameterGradients(of: (x.linear(weights) * g).sum(), by: [weights])[0]
    }
    func parameter(after gradients: [[ParameterGradient]]) throws -> [Float] {
      var values = [start]
      var adam = Adam(parameters: values)
      for _ in 0..<2 {
        try adam.step(&values, gradients: gradients, learningRate: 0.01, weightDecay: 0.1, threads: threads)
      }
      return values[0].scalars
    }
    let products = try parameter(after: chunks.map { [$0] })
    let tensors = try parameter(after: chunks.map { [.tensor($0.tensor)] })
    #expect(chunks.allSatisfy { if case .product = $0 { true } else { false } })
    let difference = zip(products, tensors).map { abs($0 - $1) }.max()!
    #expect(difference < 1e-4 && zip(products, start.scalars).contains { abs($0 - $1) > 0.015 })
  }
}
