import Tensors
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
      try adam.step(&values, gradients: [[half], [half]], learningRate: 0.01, weightDecay: 0.1, threads: 1)
    }
    #expect(adam.steps == 3)
    for value in values[0].scalars { #expect(abs(Double(value) - parameter) < 2e-6) }
  }

  @Test func theFirstStepIsTheLearningRate() throws {
    var values = [Tensor(repeating: 0, shape: [2])]
    var adam = Adam(parameters: values)
    let gradient = Tensor([Float(1e-3), -50], shape: [2])
    try adam.step(&values, gradients: [[gradient]], learningRate: 0.1, weightDecay: 0, threads: 2)
    #expect(abs(values[0].scalars[0] + 0.1) < 1e-5 && abs(values[0].scalars[1] - 0.1) < 1e-5)
  }
}
