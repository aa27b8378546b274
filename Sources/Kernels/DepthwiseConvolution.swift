// Convolutions whose filters see one channel each: too little work for a matrix product. Filters lie side by side in
// vectors, each with its own weights.

extension ConvolutionShape {
  /// Whether each filter sees one channel.
  var isDepthwise: Bool { groupChannels == 1 && groups > 1 }

  /// Whether the loops below are made for it: planes that a cache holds, of some channels.
  var suitsDepthwiseLoops: Bool {
    isDepthwise && depth == .single && kernelCount <= 128
      && [rows, columns].allSatisfy { $0.before <= 1024 && $0.after <= 1024 }
      && max(rows.reach, rows.before + rows.size) * max(columns.reach, columns.before + columns.size) <= 1 << 20
  }

  /// Where the elements of a kernel are from its first, in rows of `pitch` elements.
  fileprivate func tapOffsets(pitch: Int) -> [Int] {
    (0..<rows.kernel).flatMap { i in
      (0..<columns.kernel).map { i * rows.dilation * pitch + $0 * columns.dilation }
    }
  }

  /// The weights of eight filters, those of a tap side by side; `filter` gives the filter of a lane.
  fileprivate func laneWeights(
    _ weights: Floats, into vectors: UnsafeMutablePointer<SIMD8<Float>>, _ filter: (_ lane: Int) -> Int
  ) {
    for lane in 0..<8 {
      let kernel = weights.baseAddress! + filter(lane) * kernelCount
      for tap in 0..<kernelCount { vectors[tap][lane] = kernel[tap] }
    }
  }
}

extension WindowAxis {
  /// From the first padded element to the last that a window sees.
  fileprivate var reach: Int { (outputs - 1) * stride + extent }
}

extension Kernels {
  /// `convolve` for one image, the number `image`, whose filters see one channel each.
  static func convolveDepthwise(
    _ shape: ConvolutionShape, image: Int, input: Floats, weights: Floats, _ finish: ConvolutionFinish,
    into output: MutableFloats
  ) {
    let (rows, columns) = (shape.rows, shape.columns)
    let planes = ChannelPlanes(
      rows: rows.size, columns: columns.size, left: columns.before, paddedColumns: columns.reach)
    let offsets = shape.tapOffsets(pitch: planes.paddedColumns)
    // A band of rows stays in the cache.
    let band = max(1, min(rows.outputs, (1024 / planes.paddedColumns - rows.extent) / rows.stride + 1))
    let paddedRows = (band - 1) * rows.stride + rows.extent
    let source = input.baseAddress! + image * shape.inputCount
    withVectors(paddedRows * planes.paddedColumns, band * columns.outputs, shape.kernelCount) { padded, sums, taps in
      for first in stride(from: 0, to: shape.filters, by: 8) {
        let count = min(8, shape.filters - first)
        func filter(_ lane: Int) -> Int { first + min(lane, count - 1) }
        shape.laneWeights(weights, into: taps, filter)
        let sources = ChannelPlanes.Sources(source, size: shape.inputPlane) { filter($0) / shape.groupFilters }
        for row in stride(from: 0, to: rows.outputs, by: band) {
          let count = min(band, rows.outputs - row)
          planes.gather(
            sources, from: row * rows.stride - rows.before, count: (count - 1) * rows.stride + rows.extent, into: padded
          )
          for i in 0..<count {
            correlate(
              padded + i * rows.stride * planes.paddedColumns, step: columns.stride, taps, offsets,
              into: sums + i * columns.outputs, count: columns.outputs)
          }
          finish.scatter(
            sums, count: count * columns.outputs, filter: first, lanes: min(8, shape.filters - first),
            plane: shape.outputPlane,
            at: image * shape.outputCount + first * shape.outputPlane + row * columns.outputs,
            into: output.baseAddress!)
        }
      }
    }
  }

  /// The reverse of `convolveDepthwise` by the input.
  static func reverseOfDepthwiseByInput(
    _ shape: ConvolutionShape, weights: Floats, gradient: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>
  ) {
    let (rows, columns) = (shape.rows, shape.columns)
    let planes = ChannelPlanes(rows: rows.outputs, columns: columns.outputs, left: 0, paddedColumns: columns.outputs)
    let pitch = max(columns.reach, columns.before + columns.size)
    let paddedRows = max(rows.reach, rows.before + rows.size)
    let offsets = shape.tapOffsets(pitch: pitch)
    withVectors(paddedRows * pitch, shape.outputPlane, shape.kernelCount) { padded, g, taps in
      for first in stride(from: 0, to: shape.channels, by: 8) {
        let count = min(8, shape.channels - first)
        padded.update(repeating: SIMD8(), count: paddedRows * pitch)
        for index in 0..<shape.groupFilters {
          func filter(_ lane: Int) -> Int { (first + min(lane, count - 1)) * shape.groupFilters + index }
          shape.laneWeights(weights, into: taps, filter)
          planes.gather(
            .init(gradient, size: shape.outputPlane, filter), from: 0, count: rows.outputs, into: g)
          for row in 0..<rows.outputs {
            let (from, to) = (g + row * columns.outputs, padded + row * rows.stride * pitch)
            for tap in offsets.indices {
              let (weight, to) = (taps[tap], to + offsets[tap])
              for i in 0..<columns.outputs {
                to[i &* columns.stride] = multiplyAdd(weight, from[i], to[i &* columns.stride])
              }
            }
          }
        }
        // The rows of the image without the padding, one behind the other; those before are read no more.
        for row in 0..<rows.size {
          let from = padded + (row + rows.before) * pitch + columns.before
          (padded + row * columns.size).update(from: from, count: columns.size)
        }
        ConvolutionFinish().scatter(
          padded, count: shape.inputPlane, filter: first, lanes: count, plane: shape.inputPlane,
          at: first * shape.inputPlane, into: result)
      }
    }
  }

  /// `sums[i] = Σ weights[t] x[i · step + offsets[t]]`.
  @inline(__always)
  private static func correlate(
    _ x: UnsafePointer<SIMD8<Float>>, step: Int, _ weights: UnsafePointer<SIMD8<Float>>, _ offsets: [Int],
    into sums: UnsafeMutablePointer<SIMD8<Float>>, count: Int
  ) {
    offsets.withUnsafeBufferPointer { offsets in
      var i = 0
      while i &+ 4 <= count {
        var (a, b, c, d) = (SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>())
        let start = x + i &* step
        for tap in 0..<offsets.count {
          let (weight, x) = (weights[tap], start + offsets[tap])
          a = multiplyAdd(weight, x[0], a)
          b = multiplyAdd(weight, x[step], b)
          c = multiplyAdd(weight, x[2 &* step], c)
          d = multiplyAdd(weight, x[3 &* step], d)
        }
        (sums[i], sums[i &+ 1], sums[i &+ 2], sums[i &+ 3]) = (a, b, c, d)
        i &+= 4
      }
      while i < count {
        var a = SIMD8<Float>()
        let start = x + i &* step
        for tap in 0..<offsets.count { a = multiplyAdd(weights[tap], start[offsets[tap]], a) }
        sums[i] = a
        i &+= 1
      }
    }
  }

  private static func withVectors(
    _ first: Int, _ second: Int, _ third: Int,
    _ body: (
      UnsafeMutablePointer<SIMD8<Float>>, UnsafeMutablePointer<SIMD8<Float>>, UnsafeMutablePointer<SIMD8<Float>>
    ) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: SIMD8<Float>.self, capacity: first + second + third) { memory in
      let start = memory.baseAddress!
      body(start, start + first, start + first + second)
    }
  }
}
