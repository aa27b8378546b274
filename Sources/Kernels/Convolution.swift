extension ConvolutionShape {
  /// Whether oneDNN's own convolution is worth its copies to and from blocked layouts.
  ///
  /// One thread of a Zen 5, one image, microseconds, against gathered patches and a matrix product: 14² of 32 → 64
  /// channels 84 : 104 forward, 83 : 118 by the input, 96 : 110 by the weights. From a single channel of 28² to 32,
  /// 9 : 8, 84 : 8 and 8 : 16. A 1×1 kernel is a matrix product; but for a small plane that would mostly pack the weights,
  /// which oneDNN's own has at hand if they are kept.
  func suitsPrimitive(_ direction: ConvolutionPrimitive.Direction, isKept: Bool = false) -> Bool {
    guard axes.allSatisfy({ $0.kernel <= 32 && $0.before <= 1024 && $0.after <= 1024 }) else { return false }
    guard kernelCount > 1 else { return isKept && groups == 1 && channels >= 8 && outputPlane <= 64 }
    return groupChannels >= 8 || isDepthwise || direction == .byWeights
  }
}

extension Kernels {
  /// `y[b, o] = bias[o] + Σ_c w[o, c] ⋆ x[b, c]` (cross-correlation, `c` over the channels of the group of `o`), plus
  /// `residual`, of the shape of `y`, and then held within `range`.
  ///
  /// For weights that are kept, by Winograd's filtering or as one product over the places of many images, whose sums run in
  /// the same order wherever a place lies; else image by image, by oneDNN's convolution or as `weights × patches`, the patches
  /// under the kernel being gathered as columns: so an image's numbers cannot depend on the rest of the batch.
  /// - Parameter kept: for weights that come again and again.
  package static func convolve(
    _ shape: ConvolutionShape, input: Floats, weights: Floats, bias: Floats?,
    residual: Floats? = nil,
    range: ClosedRange<Float>? = nil, kept: ConvolutionWeights? = nil, into output: MutableFloats
  ) {
    let plane = shape.outputPlane
    func complete(_ image: Int, bias: Floats? = nil) {
      let y = output.baseAddress! + image * shape.outputCount
      let residual = residual.map { $0.baseAddress! + image * shape.outputCount }
      Kernels.complete(y, rows: shape.filters, columns: plane, bias, residual, range)
    }
    let finish = ConvolutionFinish(bias: bias, residual: residual, range: range)
    if shape.suitsDepthwiseLoops {
      for image in 0..<shape.batch {
        convolveDepthwise(shape, image: image, input: input, weights: weights, finish, into: output)
      }
      return
    }
    if let kept, kept.matches(weights.baseAddress!), shape.suitsProduct || shape.suitsWinograd {
      if shape.suitsProduct {
        shape.convolveByProduct(input: input.baseAddress!, weights: kept, finish, into: output.baseAddress!)
      } else {
        shape.convolveByWinograd(
          Array(0..<shape.batch), input: input.baseAddress!, weights: kept, finish, into: output.baseAddress!)
      }
      return
    }
    if shape.suitsPrimitive(.forward, isKept: kept != nil),
      ConvolutionPrimitive.use(
        shape, .forward, hasBias: bias != nil,
        { primitive in
          primitive.setWeights(weights.baseAddress!, kept)
          if let bias { primitive.set(.bias, bias.baseAddress!) }
          for image in 0..<shape.batch {
            primitive.set(.source, input.baseAddress! + image * shape.inputCount)
            primitive.run()
            primitive.get(.destination, into: output.baseAddress! + image * shape.outputCount)
            complete(image)
          }
        })
    {
      return
    }
    let patches = Patches(shape)
    patches.withScratch { scratch in
      for image in 0..<shape.batch {
        let y = output.baseAddress! + image * shape.outputCount
        // A sum begins with the bias; for weights that are kept it comes last, in the same breath as what follows it.
        let first = kept == nil ? bias : nil
        if let first {
          for o in 0..<shape.filters { (y + o * plane).update(repeating: first[o], count: plane) }
        }
        for group in 0..<shape.groups {
          let columns = patches.gather(input.baseAddress! + shape.inputOffset(image, group), scratch)
          multiply(
            shape.matrix(of: weights, group), Matrix(columns, shape.taps, plane), adding: first != nil,
            into: y + group * shape.groupFilters * plane)
        }
        complete(image, bias: kept == nil ? nil : bias)
      }
    }
  }

  /// The gradient of `convolve` by the input, from the gradient `[batch, filters, …]` of the output.
  ///
  /// Images whose output has no gradient (an attack has beaten them) are skipped.
  package static func reverseOfConvolutionByInput(
    _ shape: ConvolutionShape, weights: Floats, gradient: Floats, kept: ConvolutionWeights? = nil,
    into result: MutableFloats
  ) {
    let plane = shape.outputPlane
    func forEachImage(
      _ body: (_ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>) -> Void
    ) {
      for image in 0..<shape.batch {
        let dy = gradient.baseAddress! + image * shape.outputCount
        let dx = result.baseAddress! + image * shape.inputCount
        if isZero(dy, shape.outputCount) {
          dx.update(repeating: 0, count: shape.inputCount)
        } else {
          body(dy, dx)
        }
      }
    }
    if shape.suitsDepthwiseLoops {
      forEachImage { dy, dx in
        reverseOfDepthwiseByInput(shape, weights: weights, gradient: dy, into: dx)
      }
      return
    }
    if let kept, kept.matches(weights.baseAddress!), shape.suitsProduct || shape.suitsWinograd {
      var images: [Int] = []
      forEachImage { dy, _ in images.append((dy - gradient.baseAddress!) / shape.outputCount) }
      if shape.suitsProduct {
        shape.reverseByProduct(images, gradient: gradient.baseAddress!, weights: kept, into: result.baseAddress!)
      } else {
        shape.turned.convolveByWinograd(
          images, input: gradient.baseAddress!, weights: kept, isTurned: true, ConvolutionFinish(),
          into: result.baseAddress!)
      }
      return
    }
    if shape.suitsPrimitive(.byInput, isKept: kept != nil),
      ConvolutionPrimitive.use(
        shape, .byInput,
        { primitive in
          primitive.setWeights(weights.baseAddress!, kept)
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
        for group in 0..<shape.groups {
          let dx = dx + shape.inputOffset(0, group)
          let dy = dy + group * shape.groupFilters * plane
          multiply(
            shape.matrix(of: weights, group).transposed, Matrix(dy, shape.groupFilters, plane),
            adding: false,
            into: patches.isIdentity ? dx : scratch.columns)
          if !patches.isIdentity { patches.scatter(scratch, into: dx) }
        }
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
              primitive.set(.destination, gradient.baseAddress! + image * shape.outputCount)
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
        for group in 0..<shape.groups {
          let columns = patches.gather(
            input.baseAddress! + shape.inputOffset(image, group), scratch)
          let dy =
            gradient.baseAddress! + image * shape.outputCount + group * shape.groupFilters * plane
          multiply(
            Matrix(dy, shape.groupFilters, plane), Matrix(columns, shape.taps, plane).transposed,
            adding: true,
            into: result.baseAddress! + group * shape.groupFilters * shape.taps)
        }
      }
    }
  }

  /// The gradient before elements were held within `range`, which gave `output`: zero at the ends and beyond.
  package static func mask(
    _ gradient: Floats, where output: Floats, inside range: ClosedRange<Float>,
    into result: MutableFloats
  ) {
    let (g, y, dx) = (gradient.baseAddress!, output.baseAddress!, result.baseAddress!)
    let (low, high) = (range.lowerBound, range.upperBound)
    for i in 0..<gradient.count {
      let above = y[i] > low ? g[i] : 0
      dx[i] = y[i] < high ? above : 0
    }
  }

  /// `y[o, i] + bias[o] + residual[o, i]`, of what is there, held within `range`; NaN stays.
  private static func complete(
    _ y: UnsafeMutablePointer<Float>, rows: Int, columns: Int, _ bias: Floats?, _ residual: UnsafePointer<Float>?,
    _ range: ClosedRange<Float>?
  ) {
    if let bias {
      for row in 0..<rows {
        complete(y + row * columns, columns, bias[row], residual.map { $0 + row * columns }, range)
      }
    } else if residual != nil || range != nil {
      complete(y, rows * columns, 0, residual, range)
    }
  }

  private static func complete(
    _ y: UnsafeMutablePointer<Float>, _ count: Int, _ bias: Float, _ residual: UnsafePointer<Float>?,
    _ range: ClosedRange<Float>?
  ) {
    let (low, high) = (range?.lowerBound ?? -.infinity, range?.upperBound ?? .infinity)
    if let r = residual {
      for i in 0..<count {
        let sum = y[i] + bias + r[i]
        let raised = sum < low ? low : sum
        y[i] = raised > high ? high : raised
      }
    } else {
      for i in 0..<count {
        let sum = y[i] + bias
        let raised = sum < low ? low : sum
        y[i] = raised > high ? high : raised
      }
    }
  }
}

extension ConvolutionShape {
  /// Where the channels of `group` begin in `image`.
  fileprivate func inputOffset(_ image: Int, _ group: Int) -> Int {
    (image * channels + group * groupChannels) * inputPlane
  }

  /// The weights of `group`, a row a filter.
  fileprivate func matrix(of weights: Floats, _ group: Int) -> Matrix {
    Matrix(weights.baseAddress! + group * groupFilters * taps, groupFilters, taps)
  }
}
