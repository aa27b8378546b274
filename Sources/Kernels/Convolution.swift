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

extension ConvolutionShape {
  /// Whether oneDNN's own convolution is worth its copies to and from blocked layouts.
  ///
  /// One thread of a Zen 5, one image, microseconds, against gathered patches and a matrix product: 14² of 32 → 64
  /// channels 84 : 104 forward, 83 : 118 by the input, 96 : 110 by the weights. From a single channel of 28² to 32,
  /// 9 : 8, 84 : 8 and 8 : 16. A 1×1 kernel is a matrix product.
  func suitsPrimitive(_ direction: ConvolutionPrimitive.Direction) -> Bool {
    kernelRows * kernelColumns > 1 && (channels >= 8 || direction == .byWeights)
  }
}

extension Kernels {
  /// `y[b, o] = bias[o] + Σ_c w[o, c] ⋆ x[b, c]` (cross-correlation), clamped at zero from below if `relu`.
  ///
  /// Image by image, by oneDNN's convolution or as `weights × patches`, the patches under the kernel being gathered as
  /// columns: so an image's numbers cannot depend on the rest of the batch.
  package static func convolve(
    _ shape: ConvolutionShape, input: Floats, weights: Floats, bias: Floats?, relu: Bool, into output: MutableFloats
  ) {
    let plane = shape.outputPlane
    func clamp(_ y: UnsafeMutablePointer<Float>) {
      if relu { for i in 0..<(shape.filters * plane) { y[i] = y[i] < 0 ? 0 : y[i] } }
    }
    if shape.suitsPrimitive(.forward),
      ConvolutionPrimitive.use(
        shape, .forward, hasBias: bias != nil,
        { primitive in
          primitive.set(.weights, weights.baseAddress!)
          if let bias { primitive.set(.bias, bias.baseAddress!) }
          for image in 0..<shape.batch {
            let y = output.baseAddress! + image * shape.filters * plane
            primitive.set(.source, input.baseAddress! + image * shape.inputCount)
            primitive.run()
            primitive.get(.destination, into: y)
            clamp(y)
          }
        })
    {
      return
    }
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
        clamp(y)
      }
    }
  }

  /// The gradient of `convolve` by the input, from the gradient `[batch, filters, rows', columns']` of the output.
  ///
  /// Images whose output has no gradient (an attack has beaten them) are skipped.
  package static func reverseOfConvolutionByInput(
    _ shape: ConvolutionShape, weights: Floats, gradient: Floats, into result: MutableFloats
  ) {
    let plane = shape.outputPlane
    func forEachImage(_ body: (_ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>) -> Void) {
      for image in 0..<shape.batch {
        let dy = gradient.baseAddress! + image * shape.filters * plane
        let dx = result.baseAddress! + image * shape.inputCount
        if isZero(dy, shape.filters * plane) { dx.update(repeating: 0, count: shape.inputCount) } else { body(dy, dx) }
      }
    }
    if shape.suitsPrimitive(.byInput),
      ConvolutionPrimitive.use(
        shape, .byInput,
        { primitive in
          primitive.set(.weights, weights.baseAddress!)
          forEachImage { dy, dx in
            primitive.set(.destination, dy)
            primitive.run()
            primitive.get(.source, into: dx)
          }
        })
    {
      return
    }
    let patches = Patches(shape)
    patches.withScratch { scratch in
      forEachImage { dy, dx in
        multiply(
          Matrix(weights.baseAddress!, shape.filters, shape.taps).transposed, Matrix(dy, shape.filters, plane),
          adding: false, into: patches.isIdentity ? dx : scratch.columns)
        if !patches.isIdentity { patches.scatter(scratch, into: dx) }
      }
    }
  }

  /// The gradient of `convolve` by the weights.
  package static func reverseOfConvolutionByWeights(
    _ shape: ConvolutionShape, input: Floats, gradient: Floats, into result: MutableFloats
  ) {
    let plane = shape.outputPlane
    if shape.suitsPrimitive(.byWeights),
      ConvolutionPrimitive.use(
        shape, .byWeights,
        { primitive in
          let term = primitive.blocked(.weights)
          withUnsafeTemporaryAllocation(byteCount: term.count * 4, alignment: 64) { memory in
            let sum = memory.bindMemory(to: Float.self)
            sum.update(repeating: 0)
            for image in 0..<shape.batch {
              primitive.set(.source, input.baseAddress! + image * shape.inputCount)
              primitive.set(.destination, gradient.baseAddress! + image * shape.filters * plane)
              primitive.run()
              for i in 0..<term.count { sum[i] += term[i] }
            }
            term.baseAddress!.update(from: sum.baseAddress!, count: term.count)
            primitive.get(.weights, into: result.baseAddress!)
          }
        })
    {
      return
    }
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
