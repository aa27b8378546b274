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
  var inputPlane: Int { channels * rows * columns }
  var outputPlane: Int { outputRows * outputColumns }
}

extension Kernels {
  /// `y[b, o] = bias[o] + Σ_c w[o, c] ⋆ x[b, c]` (cross-correlation), clamped at zero from below if `relu`.
  package static func convolve(
    _ shape: ConvolutionShape, input: Floats, weights: Floats, bias: Floats?, relu: Bool, into output: MutableFloats
  ) {
    let plane = shape.outputPlane
    withUnsafeTemporaryAllocation(of: Float.self, capacity: shape.taps * plane) { patches in
      for image in 0..<shape.batch {
        gather(shape, input.baseAddress! + image * shape.inputPlane, into: patches.baseAddress!)
        let y = output.baseAddress! + image * shape.filters * plane
        if let bias {
          for o in 0..<shape.filters { (y + o * plane).update(repeating: bias[o], count: plane) }
        }
        multiply(
          Matrix(weights.baseAddress!, shape.filters, shape.taps), Matrix(patches.baseAddress!, shape.taps, plane),
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
    result.update(repeating: 0)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: shape.taps * plane) { patches in
      for image in 0..<shape.batch {
        multiply(
          Matrix(weights.baseAddress!, shape.filters, shape.taps).transposed,
          Matrix(gradient.baseAddress! + image * shape.filters * plane, shape.filters, plane), adding: false,
          into: patches.baseAddress!)
        scatter(shape, patches.baseAddress!, addingTo: result.baseAddress! + image * shape.inputPlane)
      }
    }
  }

  /// The gradient of `convolve` by the weights.
  package static func reverseOfConvolutionByWeights(
    _ shape: ConvolutionShape, input: Floats, gradient: Floats, into result: MutableFloats
  ) {
    let plane = shape.outputPlane
    withUnsafeTemporaryAllocation(of: Float.self, capacity: shape.taps * plane) { patches in
      result.update(repeating: 0)
      for image in 0..<shape.batch {
        gather(shape, input.baseAddress! + image * shape.inputPlane, into: patches.baseAddress!)
        multiply(
          Matrix(gradient.baseAddress! + image * shape.filters * plane, shape.filters, plane),
          Matrix(patches.baseAddress!, shape.taps, plane).transposed, adding: true, into: result.baseAddress!)
      }
    }
  }

  /// The output columns `first..<last` that tap `tap` takes from inside the image.
  private static func inside(_ tap: Int, _ shape: ConvolutionShape, extent: Int, outputs: Int) -> Range<Int> {
    let first = max(0, (shape.padding - tap + shape.stride - 1) / shape.stride)
    let reach = extent - 1 + shape.padding - tap
    let last = reach < 0 ? 0 : min(outputs, reach / shape.stride + 1)
    return min(first, last)..<max(last, min(first, last))
  }

  /// `patches[tap, position]`, zero where the tap falls on the padding.
  private static func gather(
    _ shape: ConvolutionShape, _ image: UnsafePointer<Float>, into patches: UnsafeMutablePointer<Float>
  ) {
    let (rows, columns, stride) = (shape.outputRows, shape.outputColumns, shape.stride)
    var to = patches
    for channel in 0..<shape.channels {
      let plane = image + channel * shape.rows * shape.columns
      for kernelRow in 0..<shape.kernelRows {
        let insideRows = inside(kernelRow, shape, extent: shape.rows, outputs: rows)
        for kernelColumn in 0..<shape.kernelColumns {
          let run = inside(kernelColumn, shape, extent: shape.columns, outputs: columns)
          for row in 0..<rows {
            if insideRows.contains(row) {
              let from =
                plane + (row * stride + kernelRow - shape.padding) * shape.columns
                + (kernelColumn - shape.padding)
              for column in 0..<run.lowerBound { to[column] = 0 }
              if stride == 1 {
                for column in run { to[column] = from[column] }
              } else {
                for column in run { to[column] = from[column * stride] }
              }
              for column in run.upperBound..<columns { to[column] = 0 }
            } else {
              to.update(repeating: 0, count: columns)
            }
            to += columns
          }
        }
      }
    }
  }

  /// The reverse of `gather`.
  private static func scatter(
    _ shape: ConvolutionShape, _ patches: UnsafePointer<Float>, addingTo image: UnsafeMutablePointer<Float>
  ) {
    let (rows, columns, stride) = (shape.outputRows, shape.outputColumns, shape.stride)
    var from = patches
    for channel in 0..<shape.channels {
      let plane = image + channel * shape.rows * shape.columns
      for kernelRow in 0..<shape.kernelRows {
        let insideRows = inside(kernelRow, shape, extent: shape.rows, outputs: rows)
        for kernelColumn in 0..<shape.kernelColumns {
          let run = inside(kernelColumn, shape, extent: shape.columns, outputs: columns)
          for row in 0..<rows {
            if insideRows.contains(row) {
              let to =
                plane + (row * stride + kernelRow - shape.padding) * shape.columns
                + (kernelColumn - shape.padding)
              for column in run { to[column * stride] += from[column] }
            }
            from += columns
          }
        }
      }
    }
  }
}
