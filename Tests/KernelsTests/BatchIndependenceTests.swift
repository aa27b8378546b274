import Autodiff
import Tensors
import TestSupport
import Testing

/// An image's numbers do not depend on its company in the batch, nor on the thread.
@Suite struct BatchIndependenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let input: Shape
    let weights: Shape
    let function: @Sendable (Variable, Variable) -> Variable
  }

  static let cases = [
    Case(testDescription: "first convolution", input: [1, 28, 28], weights: [32, 1, 5, 5]) {
      $0.convolution($1, padding: 2, relu: true)
    },
    Case(testDescription: "second convolution", input: [32, 14, 14], weights: [64, 32, 5, 5]) {
      $0.convolution($1, padding: 2)
    },
    Case(testDescription: "convolution with stride", input: [2, 32, 32], weights: [64, 2, 5, 5]) {
      $0.convolution($1, stride: 2, padding: 0)
    },
    Case(testDescription: "pointwise convolution", input: [64, 14, 14], weights: [128, 64, 1, 1]) {
      $0.convolution($1)
    },
    Case(testDescription: "wide linear", input: [3136], weights: [1024, 3136]) { $0.linear($1) },
    Case(testDescription: "narrow linear", input: [1024], weights: [10, 1024]) { $0.linear($1) },
  ]

  /// The output and the gradient by `x`.
  static func run(_ test: Case, _ x: Tensor, _ weights: Tensor) -> (Tensor, Tensor) {
    let graph = Graph()
    let input = graph.variable(x)
    let output = test.function(input, graph.constant(weights))
    let seed = output.value.map { $0 * 0.5 }
    return (output.value, graph.gradients(of: output, seed: seed, by: [input])[0])
  }

  @Test(arguments: cases)
  func imagesAloneAndTogether(_ test: Case) {
    let x = Tensor.normal(test.input.batched(17), seed: 1)
    let weights = Tensor.normal(test.weights, deviation: 0.05, seed: 2)
    let (output, gradient) = Self.run(test, x, weights)
    for range in [0..<1, 5..<6, 16..<17, 0..<2, 3..<10, 1..<17] {
      let (partOutput, partGradient) = Self.run(test, x.rows(range), weights)
      #expect(partOutput == output.rows(range), "\(range)")
      #expect(partGradient == gradient.rows(range), "gradient of \(range)")
    }
  }

  @Test(arguments: cases)
  func threadsAgree(_ test: Case) throws {
    let x = Tensor.normal(test.input.batched(4), seed: 1)
    let weights = Tensor.normal(test.weights, deviation: 0.05, seed: 2)
    let (output, gradient) = Self.run(test, x, weights)
    let agree = try parallelMap(count: 8, threads: 4) { _ in
      let (o, g) = Self.run(test, x, weights)
      return o == output && g == gradient
    }
    #expect(agree.allSatisfy { $0 })
  }
}
