/// What a convolution adds to its sums, and between what it holds them; NaN stays.
struct ConvolutionFinish {
  private let bias: UnsafePointer<Float>?
  private let residual: UnsafePointer<Float>?
  private let low: Float
  private let high: Float
  /// Whether there is something to do.
  let changes: Bool

  /// - Parameter residual: of the shape of the result.
  init(bias: Floats? = nil, residual: Floats? = nil, range: ClosedRange<Float>? = nil) {
    self.bias = bias?.baseAddress
    self.residual = residual?.baseAddress
    (low, high) = (range?.lowerBound ?? -.infinity, range?.upperBound ?? .infinity)
    changes = bias != nil || residual != nil || range != nil
  }

  /// What becomes of a sum of `filter`, which belongs to the element `place` of the result.
  @inline(__always)
  func finished(_ sum: Float, filter: Int, at place: Int) -> Float {
    var y = sum
    if let bias { y += bias[filter] }
    if let residual { y += residual[place] }
    y = y < low ? low : y
    return y > high ? high : y
  }

  /// Writes what becomes of sums of `filter` to the element `place` of the result and those behind it.
  @inline(__always)
  func store(_ sums: SIMD8<Float>, filter: Int, at place: Int, into output: UnsafeMutablePointer<Float>) {
    var y = sums
    if changes {
      if let bias { y += SIMD8(repeating: bias[filter]) }
      if let residual { y += UnsafeRawPointer(residual + place).loadUnaligned(as: SIMD8<Float>.self) }
      let (low, high) = (SIMD8<Float>(repeating: low), SIMD8<Float>(repeating: high))
      y = y.replacing(with: low, where: low .> y)
      y = y.replacing(with: high, where: high .< y)
    }
    UnsafeMutableRawPointer(output + place).storeBytes(of: y, as: SIMD8<Float>.self)
  }

  #if ROBUST_AVX512
    @inline(__always)
    func store(_ sums: Lanes, filter: Int, at place: Int, into output: UnsafeMutablePointer<Float>) {
      store(sums.lowHalf, filter: filter, at: place, into: output)
      store(sums.highHalf, filter: filter, at: place &+ 8, into: output)
    }
  #endif

  /// Writes `count` pixels of `lanes` ≤ 8 filters, the first of them `filter`, which lie side by side, to planes `plane`
  /// apart; the first belongs to the element `place` of the result.
  func scatter(
    _ pixels: UnsafePointer<SIMD8<Float>>, count: Int, filter: Int, lanes: Int = 8, plane: Int, at place: Int,
    into output: UnsafeMutablePointer<Float>
  ) {
    var pixel = 0
    while pixel + 8 <= count {
      let x = pixels + pixel
      transposed(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]) { channel, sums in
        guard channel < lanes else { return }
        store(sums, filter: filter &+ channel, at: place &+ channel &* plane &+ pixel, into: output)
      }
      pixel += 8
    }
    while pixel < count {
      for channel in 0..<lanes {
        let place = place + channel * plane + pixel
        output[place] = finished(pixels[pixel][channel], filter: filter + channel, at: place)
      }
      pixel += 1
    }
  }
}
