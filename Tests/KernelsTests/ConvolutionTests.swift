import Autodiff
import Tensors
import TestSupport
import Testing

/// Convolutions against their definition, in double precision: shapes that oneDNN's own kernels do, whole blocks of
/// channels and broken ones, and shapes that go by patches.
@Suite struct ConvolutionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let channels: Int
    let size: Int
    let filters: Int
    let kernel: Int
    let stride: Int
    let padding: Int

    var testDescription: String {
      "\(channels)×\(size)² → \(filters), \(kernel)², stride \(stride), padding \(padding)"
    }
    var outputSize: Int { (size + 2 * padding - kernel) / stride + 1 }

    /// Calls `body` with the element of the output, of the input and of the weights of every product in image 0.
    func forEachProduct(_ body: (_ y: Int, _ x: Int, _ w: Int) -> Void) {
      for o in 0..<filters {
        for row in 0..<outputSize {
          for column in 0..<outputSize {
            for c in 0..<channels {
              for i in 0..<kernel {
                for j in 0..<kernel {
                  let (r, s) = (row * stride + i - padding, column * stride + j - padding)
                  guard (0..<size).contains(r), (0..<size).contains(s) else { continue }
                  body(
                    (o * outputSize + row) * outputSize + column, (c * size + r) * size + s,
                    ((o * channels + c) * kernel + i) * kernel + j)
                }
              }
            }
          }
        }
      }
    }
  }

  static let cases = [
    Case(channels: 32, size: 14, filters: 64, kernel: 5, stride: 1, padding: 2),
    Case(channels: 8, size: 9, filters: 5, kernel: 3, stride: 2, padding: 1),
    Case(channels: 20, size: 7, filters: 33, kernel: 3, stride: 1, padding: 0),
    Case(channels: 1, size: 12, filters: 32, kernel: 5, stride: 1, padding: 2),
    Case(channels: 2, size: 11, filters: 6, kernel: 5, stride: 2, padding: 0),
    Case(channels: 16, size: 6, filters: 24, kernel: 1, stride: 1, padding: 0),
  ]

  @Test(arguments: cases)
  func matchesTheDefinition(_ test: Case) {
    let batch = 3
    let x = Tensor.normal([batch, test.channels, test.size, test.size], seed: 1)
    let weights = Tensor.normal([test.filters, test.channels, test.kernel, test.kernel], seed: 2)
    let bias = Tensor.normal([test.filters], seed: 3)
    let seed = Tensor.normal([batch, test.filters, test.outputSize, test.outputSize], seed: 4)
    let plane = test.outputSize * test.outputSize
    let (xs, ws, bs, gs) = (x.scalars, weights.scalars, bias.scalars, seed.scalars)
    let (outputs, inputs) = (test.filters * plane, test.channels * test.size * test.size)
    var y = (0..<batch * outputs).map { Double(bs[$0 % outputs / plane]) }
    var dx = [Double](repeating: 0, count: xs.count)
    var dw = [Double](repeating: 0, count: ws.count)
    for image in 0..<batch {
      let (yStart, xStart) = (image * outputs, image * inputs)
      test.forEachProduct { yIndex, xIndex, wIndex in
        y[yStart + yIndex] += Double(xs[xStart + xIndex]) * Double(ws[wIndex])
        dx[xStart + xIndex] += Double(gs[yStart + yIndex]) * Double(ws[wIndex])
        dw[wIndex] += Double(gs[yStart + yIndex]) * Double(xs[xStart + xIndex])
      }
    }
    let graph = Graph()
    let leaves = [x, weights, bias].map(graph.variable)
    let output = leaves[0].convolution(leaves[1], bias: leaves[2], stride: test.stride, padding: test.padding)
    let clamped = leaves[0].convolution(
      leaves[1], bias: leaves[2], stride: test.stride, padding: test.padding, relu: true)
    let unbiased = leaves[0].convolution(leaves[1], stride: test.stride, padding: test.padding)
    let gradients = graph.gradients(of: output, seed: seed, by: leaves)
    #expect(output.value.relativeError(to: Tensor(y.map { Float($0) }, shape: seed.shape)) < 2e-6)
    #expect(clamped.value == output.value.map { max($0, 0) })
    let shifted = (0..<y.count).map { Float(y[$0] - Double(bs[$0 % outputs / plane])) }
    #expect(unbiased.value.relativeError(to: Tensor(shifted, shape: seed.shape)) < 2e-6)
    #expect(gradients[0].relativeError(to: Tensor(dx.map { Float($0) }, shape: x.shape)) < 2e-6)
    #expect(gradients[1].relativeError(to: Tensor(dw.map { Float($0) }, shape: weights.shape)) < 2e-6)
  }

  @Test("An image whose output has no gradient has none, and the others' do not change", arguments: cases)
  func imagesWithoutGradient(_ test: Case) {
    let graph = Graph()
    let x = graph.variable(.normal([3, test.channels, test.size, test.size], seed: 1))
    let weights = graph.constant(.normal([test.filters, test.channels, test.kernel, test.kernel], seed: 2))
    let y = x.convolution(weights, stride: test.stride, padding: test.padding)
    let all = graph.gradients(of: y, seed: y.value, by: [x])[0]
    let none = Tensor(shape: y.shape.withoutBatch.batched(1))
    let seed = Tensor.concatenated([y.value.rows(0..<1), none, y.value.rows(2..<3)])
    let some = graph.gradients(of: y, seed: seed, by: [x])[0]
    #expect(some.rows(at: [0, 2]) == all.rows(at: [0, 2]))
    #expect(some.rows(1..<2) == Tensor(shape: x.shape.withoutBatch.batched(1)))
  }
}
