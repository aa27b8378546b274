import Autodiff
import Tensors
import TestSupport
import Testing

@Suite struct ParameterGradientTests {
  @Test("A linear layer leaves the gradient of its weights as the product that it is", arguments: [false, true])
  func products(relu: Bool) {
    let graph = Graph()
    let x = graph.constant(.normal([5, 7], seed: 1))
    let (weights, bias) = (graph.variable(.normal([3, 7], seed: 2)), graph.variable(.normal([3], seed: 3)))
    let loss = x.linear(weights, bias: bias, relu: relu).sum()
    let whole = graph.gradients(of: loss, by: [weights, bias])
    let left = graph.parameterGradients(of: loss, by: [weights, bias])
    guard case .product(let product) = left[0], case .tensor = left[1] else {
      Issue.record("\(left)")
      return
    }
    #expect(product.shape == [3, 7] && left.map(\.tensor.shape) == whole.map(\.shape))
    // gᵀ x by hand; the gradient by the output is 1 where the output is not clamped.
    let outputs = x.linear(weights, bias: bias).value.scalars
    for o in 0..<3 {
      for i in 0..<7 {
        let sum = (0..<5).reduce(Float(0)) { relu && outputs[$1 * 3 + o] < 0 ? $0 : $0 + x.value.scalars[$1 * 7 + i] }
        #expect(abs(left[0].tensor.scalars[o * 7 + i] - sum) < 1e-5)
        #expect(abs(whole[0].scalars[o * 7 + i] - sum) < 1e-5)
      }
    }
    var rows = [Float](repeating: 0, count: 14)
    rows.withUnsafeMutableBufferPointer { product.write(rows: 1..<3, to: $0) }
    #expect(Tensor(rows, shape: [2, 7]) == left[0].tensor.rows(1..<3))
  }

  @Test func weightsUsedTwiceHaveOneTensor() {
    let graph = Graph()
    let x = graph.constant(.normal([4, 3], seed: 1))
    let weights = graph.variable(.normal([3, 3], seed: 2))
    let loss = x.linear(weights).linear(weights).sum()
    let left = graph.parameterGradients(of: loss, by: [weights])
    guard case .tensor(let gradient) = left[0] else {
      Issue.record("\(left)")
      return
    }
    #expect(gradient == graph.gradients(of: loss, by: [weights])[0])
  }
}
