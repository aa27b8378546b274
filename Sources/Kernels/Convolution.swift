/// The sizes of a two-dimensional convolution of `[batch, channels, rows, columns]` by
/// `[filters, channels, kernelRows, kernelColumns]`.
package struct ConvolutionShape: Hashable, Sendable {
  package var batch: Int
  package var channels: Int
  package var rows: Int
  package var columns: Int
  package var filters: Int
  package var kernelRows: Int
  package var kernelColumns: Int
  package var stride: Int
  package var padding: Int

  package init(
    batch: Int, channels: Int, rows: Int, columns: Int, filters: Int, kernelRows: Int, kernelColumns: Int,
    stride: Int, padding: Int
  ) {
    self.batch = batch
    self.channels = channels
    self.rows = rows
    self.columns = columns
    self.filters = filters
    self.kernelRows = kernelRows
    self.kernelColumns = kernelColumns
    self.stride = stride
    self.padding = padding
  }

  package var outputRows: Int { (rows + 2 * padding - kernelRows) / stride + 1 }
  package var outputColumns: Int { (columns + 2 * padding - kernelColumns) / stride + 1 }

  var taps: Int { channels * kernelRows * kernelColumns }
  var inputCount: Int { channels * rows * columns }
  var outputPlane: Int { outputRows * outputColumns }
}

extension Kernels {
  /// `y[b, o] = bias[o] + Σ_c w[o, c] ⋆ x[b, c]` (cross-correlation), clamped at zero from below if `relu`.
  ///
  /// Image by image: the patches under the kernel are gathered as columns, and `weights × patches` is the output. So an
  /// image's numbers cannot depend on the rest of the batch.
  package static func convolve(
    _ shape: ConvolutionShape, input: Floats, weights: Floats, bias: Floats?, relu: Bool, into output: MutableFloats
  ) {
    let plane = shape.outputPlane
    let patches = Patches(shape)
    patches.withScratch { scratch in
      for image in 0..<shape.batch {
        let columns = patches.gather(input.baseAddress! + image * shape.inputCount, scratch)
        let y = output.baseAddress! + image * shape.filters * plane
        if let bias {
          for o in 0..<shape.filters { (y + o * plane).update(repeating: bias[o], count: plane) }
        }
        multiply(
          Matrix(weights.baseAddress!, shape.filters, shape.taps), Matrix(columns, shape.taps, plane),
          adding: bias != nil, into: y)
        if relu { for i in 0..<(shape.filters * plane) { y[i] = y[i] < 0 ? 0 : y[i] } }
      }
    }
  }

  /// The gradient of `convolve` by the input, from the gradient `[batch, filters, rows', columns']` of the output.
  package static func reverseOfConvolutionByInput(
    _ shape: ConvolutionShape, weights: Floats, gradient: Floats, into result: MutableFloats
  ) {
    let plane = shape.outputPlane
    let patches = Patches(shape)
    patches.withScratch { scratch in
      for image in 0..<shape.batch {
        let dx = result.baseAddress! + image * shape.inputCount
        multiply(
          Matrix(weights.baseAddress!, shape.filters, shape.taps).transposed,
          Matrix(gradient.baseAddress! + image * shape.filters * plane, shape.filters, plane), adding: false,
          into: patches.isIdentity ? dx : scratch.columns)
        if !patches.isIdentity { patches.scatter(scratch, into: dx) }
      }
    }
  }

  /// The gradient of `convolve` by the weights.
  package static func reverseOfConvolutionByWeights(
    _ shape: ConvolutionShape, input: Floats, gradient: Floats, into result: MutableFloats
  ) {
    let plane = shape.outputPlane
    let patches = Patches(shape)
    result.update(repeating: 0)
    patches.withScratch { scratch in
      for image in 0..<shape.batch {
        let columns = patches.gather(input.baseAddress! + image * shape.inputCount, scratch)
        multiply(
          Matrix(gradient.baseAddress! + image * shape.filters * plane, shape.filters, plane),
          Matrix(columns, shape.taps, plane).transposed, adding: true, into: result.baseAddress!)
      }
    }
  }
}
