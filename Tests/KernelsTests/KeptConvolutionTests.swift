import Kernels
import Tensors
import TestSupport
import Testing

/// Convolutions by weights that are kept, against their definition in double precision: tiles of either size with whole and
/// broken ones at the borders, products over the places of several images, and filters of one channel each.
@Suite struct KeptConvolutionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shape: ConvolutionShape

    init(
      _ channels: Int, _ filters: Int, groups: Int = 1, _ rows: WindowAxis, _ columns: WindowAxis
    ) {
      shape = ConvolutionShape(batch: 5, channels: channels, filters: filters, groups: groups, axes: [rows, columns])
      testDescription =
        "\(channels) → \(filters) in \(groups), \(rows.size)×\(columns.size) by \(rows.kernel)×\(columns.kernel), "
        + "stride \(rows.stride), \(columns.stride), padding \(rows.before)…\(rows.after), \(columns.before)…\(columns.after)"
    }
  }

  private static func axis(
    _ size: Int, _ kernel: Int, stride: Int = 1, dilation: Int = 1, _ before: Int = 0, _ after: Int? = nil
  ) -> WindowAxis {
    WindowAxis(
      size: size, kernel: kernel, stride: stride, dilation: dilation, before: before, after: after ?? before)
  }

  static let cases = [
    Case(8, 16, axis(12, 3, 1), axis(12, 3, 1)),
    Case(16, 8, axis(32, 3, 1), axis(32, 3, 1)),
    Case(24, 40, axis(7, 3, 1), axis(9, 3, 1)),
    Case(8, 8, axis(11, 3, 0), axis(6, 3, 2, 1)),
    Case(8, 24, axis(5, 3, 2, 0), axis(17, 3, 0, 2)),
    Case(32, 16, axis(4, 3, 1), axis(4, 3, 1)),
    Case(8, 16, axis(3, 3, 1), axis(5, 3, 1)),
    Case(16, 16, axis(2, 3, 1), axis(2, 3, 1)),
    Case(8, 8, axis(2, 3, 1), axis(90, 3, 1)),
    Case(20, 33, axis(7, 3, 1), axis(7, 3, 1)),
    Case(16, 24, axis(6, 1), axis(6, 1)),
    Case(3, 7, axis(5, 1), axis(9, 1)),
    Case(5, 13, axis(9, 1, stride: 2), axis(8, 1, stride: 3)),
    Case(64, 10, axis(1, 1), axis(1, 1)),
    Case(16, 12, axis(1, 3, 1), axis(1, 3, 1)),
    Case(9, 8, axis(2, 3, stride: 2, 1), axis(2, 3, stride: 2, 1)),
    Case(4, 6, axis(5, 5), axis(3, 3)),
    Case(2, 6, axis(3, 2, dilation: 3, 1, 0), axis(1, 3, 2, 0)),
    Case(16, 16, groups: 16, axis(9, 3, 1), axis(9, 3, 1)),
    Case(13, 13, groups: 13, axis(12, 3, stride: 2, 1), axis(7, 3, stride: 2, 1)),
    Case(6, 12, groups: 6, axis(3, 5, 2), axis(4, 5, 2)),
    Case(24, 24, groups: 24, axis(3, 3, 1), axis(3, 3, 1)),
    Case(8, 8, groups: 8, axis(40, 3, 1), axis(33, 3, dilation: 2, 2)),
    Case(9, 27, groups: 9, axis(10, 4, stride: 3, 0, 1), axis(5, 2, stride: 2)),
    Case(8, 8, groups: 2, axis(6, 3, 1), axis(6, 3, 1)),
  ]

  /// Calls `body` with the element of the output, of the input and of the weights of every product.
  private static func forEachProduct(_ shape: ConvolutionShape, _ body: (_ y: Int, _ x: Int, _ w: Int) -> Void) {
    let (rows, columns) = (shape.rows, shape.columns)
    let channels = shape.channels / shape.groups
    for image in 0..<shape.batch {
      for o in 0..<shape.filters {
        let group = o / (shape.filters / shape.groups)
        for row in 0..<rows.outputs {
          for column in 0..<columns.outputs {
            let y = ((image * shape.filters + o) * rows.outputs + row) * columns.outputs + column
            for c in 0..<channels {
              for i in 0..<rows.kernel {
                for j in 0..<columns.kernel {
                  let r = row * rows.stride + i * rows.dilation - rows.before
                  let s = column * columns.stride + j * columns.dilation - columns.before
                  guard (0..<rows.size).contains(r), (0..<columns.size).contains(s) else { continue }
                  let x = ((image * shape.channels + group * channels + c) * rows.size + r) * columns.size + s
                  body(y, x, ((o * channels + c) * rows.kernel + i) * columns.kernel + j)
                }
              }
            }
          }
        }
      }
    }
  }

  fileprivate struct Tensors {
    let input: Tensor
    let weights: Tensor
    let bias: Tensor
    let residual: Tensor
    let gradient: Tensor

    init(_ shape: ConvolutionShape) {
      input = .normal([shape.batch, shape.channels, shape.rows.size, shape.columns.size], seed: 1)
      weights = .normal(
        [shape.filters, shape.channels / shape.groups, shape.rows.kernel, shape.columns.kernel], seed: 2)
      bias = .normal([shape.filters], seed: 3)
      residual = .normal([shape.batch, shape.filters, shape.rows.outputs, shape.columns.outputs], seed: 4)
      gradient = .normal(residual.shape, seed: 5)
    }
  }

  fileprivate static func forward(
    _ shape: ConvolutionShape, _ tensors: Tensors, _ kept: ConvolutionWeights, range: ClosedRange<Float>? = nil
  ) -> Tensor {
    Tensor(uninitialized: tensors.residual.shape) { output in
      tensors.input.withUnsafeBuffer { input in
        tensors.weights.withUnsafeBuffer { weights in
          tensors.bias.withUnsafeBuffer { bias in
            tensors.residual.withUnsafeBuffer { residual in
              Kernels.convolve(
                shape, input: input, weights: weights, bias: bias, residual: residual, range: range, kept: kept,
                into: output)
            }
          }
        }
      }
    }
  }

  private static func reverse(_ shape: ConvolutionShape, _ tensors: Tensors, _ kept: ConvolutionWeights) -> Tensor {
    Tensor(uninitialized: tensors.input.shape) { result in
      tensors.weights.withUnsafeBuffer { weights in
        tensors.gradient.withUnsafeBuffer {
          Kernels.reverseOfConvolutionByInput(shape, weights: weights, gradient: $0, kept: kept, into: result)
        }
      }
    }
  }

  @Test(arguments: cases)
  func matchesTheDefinition(_ test: Case) {
    let shape = test.shape
    let tensors = Tensors(shape)
    let kept = ConvolutionWeights(tensors.weights)
    let plane = shape.rows.outputs * shape.columns.outputs
    let (xs, ws, gs) = (tensors.input.scalars, tensors.weights.scalars, tensors.gradient.scalars)
    let (bs, rs) = (tensors.bias.scalars, tensors.residual.scalars)
    var y = rs.indices.map { Double(rs[$0]) + Double(bs[$0 / plane % shape.filters]) }
    var dx = [Double](repeating: 0, count: xs.count)
    Self.forEachProduct(shape) { yIndex, xIndex, wIndex in
      y[yIndex] += Double(xs[xIndex]) * Double(ws[wIndex])
      dx[xIndex] += Double(gs[yIndex]) * Double(ws[wIndex])
    }
    let output = Self.forward(shape, tensors, kept)
    #expect(output.relativeError(to: Tensor(y.map { Float($0) }, shape: output.shape)) < 2e-6)
    let clipped = Self.forward(shape, tensors, kept, range: -0.5...2)
    #expect(clipped == output.map { min(max($0, -0.5), 2) })
    let gradient = Self.reverse(shape, tensors, kept)
    #expect(gradient.relativeError(to: Tensor(dx.map { Float($0) }, shape: gradient.shape)) < 2e-6)
  }

  @Test("An image alone and among others is the same, and so is its gradient beside beaten ones", arguments: cases)
  func imagesAloneAndTogether(_ test: Case) {
    let all = Tensors(test.shape)
    let kept = ConvolutionWeights(all.weights)
    let output = Self.forward(test.shape, all, kept)
    let gradient = Self.reverse(test.shape, all, kept)
    for range in [0..<1, 3..<4, 1..<3] {
      var shape = test.shape
      shape.batch = range.count
      let some = Tensors(all, range)
      #expect(Self.forward(shape, some, kept) == output.rows(range))
      #expect(Self.reverse(shape, some, kept) == gradient.rows(range))
    }
    let none = Tensor(shape: all.gradient.shape.withoutBatch.batched(1))
    let beaten = Tensors(
      all, gradient: .concatenated([all.gradient.rows(0..<1), none, all.gradient.rows(2..<5)]))
    let rest = Self.reverse(test.shape, beaten, kept)
    #expect(rest.rows(at: [0, 2, 3, 4]) == gradient.rows(at: [0, 2, 3, 4]))
    #expect(rest.rows(1..<2) == Tensor(shape: all.input.shape.withoutBatch.batched(1)))
  }
}

extension KeptConvolutionTests.Tensors {
  fileprivate init(_ all: Self, _ range: Range<Int>) {
    (input, residual, gradient) = (all.input.rows(range), all.residual.rows(range), all.gradient.rows(range))
    (weights, bias) = (all.weights, all.bias)
  }

  fileprivate init(_ all: Self, gradient: Tensor) {
    (input, residual, weights, bias) = (all.input, all.residual, all.weights, all.bias)
    self.gradient = gradient
  }
}
