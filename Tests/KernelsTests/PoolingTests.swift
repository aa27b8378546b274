import Autodiff
import Tensors
import TestSupport
import Testing

@Suite struct PoolingTests {
  /// Planes from those that halve to less than a vector up to several, with odd rows and columns left over.
  @Test(arguments: [2, 3, 4, 7, 8, 9, 14, 15, 16, 17, 24, 28, 31, 38])
  func halvingMatchesTheDefinition(columns: Int) {
    let (planes, rows) = (3, 7)
    // Few distinct numbers: windows have several maxima, and the first takes the gradient.
    let x = Tensor.normal([1, planes, rows, columns], seed: UInt64(columns)).map { ($0 * 2).rounded() }
    let (half, wide) = (rows / 2, columns / 2)
    let seed = Tensor.normal([1, planes, half, wide], seed: 9)
    let (values, gradient) = (x.scalars, seed.scalars)
    var maxima: [Float] = []
    var dx = [Float](repeating: 0, count: x.count)
    for plane in 0..<planes {
      for row in 0..<half {
        for column in 0..<wide {
          let corner = (plane * rows + 2 * row) * columns + 2 * column
          let window = [corner, corner + 1, corner + columns, corner + columns + 1]
          let first = window.reduce(window[0]) { values[$1] > values[$0] ? $1 : $0 }
          dx[first] = gradient[maxima.count]
          maxima.append(values[first])
        }
      }
    }
    let graph = Graph()
    let input = graph.variable(x)
    let output = input.maxPooling(size: 2, stride: 2)
    #expect(output.value == Tensor(maxima, shape: seed.shape))
    #expect(graph.gradients(of: output, seed: seed, by: [input])[0] == Tensor(dx, shape: x.shape))
  }

  @Test("A NaN is the maximum of its window, wherever it is", arguments: [3, 4, 9])
  func notANumber(halved: Int) {
    for corner in 0..<4 {
      var values = [Float](repeating: 1, count: 4 * halved)
      values[(corner / 2) * 2 * halved + 2 + corner % 2] = .nan
      let output = Graph().constant(Tensor(values, shape: [1, 1, 2, 2 * halved])).maxPooling(size: 2, stride: 2)
      #expect(output.value.scalars.map(\.isNaN) == (0..<halved).map { $0 == 1 })
    }
  }
}
