/// How images are read at places between and beyond their pixels.
package struct GridInterpolation: Sendable, Hashable {
  package enum Mode: Sendable, Hashable { case nearest, linear, cubic }

  /// What stands beyond the border.
  package enum Padding: Sendable, Hashable { case zeros, border, reflection }

  package let mode: Mode
  package let padding: Padding
  /// Whether −1 and 1 are the centres of the outermost pixels rather than their outer edges.
  package let alignCorners: Bool

  package init(mode: Mode, padding: Padding, alignCorners: Bool) {
    self.mode = mode
    self.padding = padding
    self.alignCorners = alignCorners
  }

  var tapCount: Int {
    switch mode {
    case .nearest: 1
    case .linear: 2
    case .cubic: 4
    }
  }
}

/// What one coordinate reads on its axis: pixels, their weights, and the weights' derivatives by the coordinate.
private struct GridTaps {
  /// Negative: a zero beyond the border.
  var index: (Int, Int, Int, Int) = (0, 0, 0, 0)
  var weight: (Float, Float, Float, Float) = (0, 0, 0, 0)
  var slope: (Float, Float, Float, Float) = (0, 0, 0, 0)
}

extension GridInterpolation {
  /// What the coordinate `n`, in −1…1 on the image, reads on an axis of `count` pixels.
  fileprivate func taps(_ n: Float, count: Int) -> GridTaps {
    let length = Float(count)
    var x = alignCorners ? (n + 1) / 2 * (length - 1) : ((n + 1) * length - 1) / 2
    var slope = alignCorners ? (length - 1) / 2 : length / 2
    // Far beyond any image, and what is no number: beyond the border, without a derivative.
    if !(abs(x) < 1e9) {
      x = x > 0 ? 1e9 : -1e9
      slope = 0
    }
    if mode == .nearest { x = x.rounded(.toNearestOrEven) }
    let low: Float = alignCorners ? 0 : -0.5
    let high: Float = alignCorners ? length - 1 : length - 0.5
    if x < low || x > high {
      switch padding {
      case .zeros: break
      case .border:
        x = min(max(x, 0), length - 1)
        slope = 0
      case .reflection:
        let (reflected, sign) = Self.reflected(x, low, high)
        x = reflected
        slope *= sign
      }
    }
    var taps = GridTaps()
    let floor = x.rounded(.down)
    let first = Int(floor)
    let t = x - floor
    switch mode {
    case .nearest:
      taps.index.0 = pixel(Int(x), count)
      taps.weight.0 = 1
    case .linear:
      taps.index.0 = pixel(first, count)
      taps.index.1 = pixel(first + 1, count)
      taps.weight = (1 - t, t, 0, 0)
      taps.slope = (-slope, slope, 0, 0)
    case .cubic:
      taps.index = (pixel(first - 1, count), pixel(first, count), pixel(first + 1, count), pixel(first + 2, count))
      let (near, far) = (Self.cubic, Self.cubicTail)
      let values = (far(1 + t), near(t), near(1 - t), far(2 - t))
      taps.weight = (values.0.value, values.1.value, values.2.value, values.3.value)
      taps.slope = (
        slope * values.0.slope, slope * values.1.slope, -slope * values.2.slope, -slope * values.3.slope
      )
    }
    return taps
  }

  /// The pixel that stands at `index`, which may be beyond the border.
  private func pixel(_ index: Int, _ count: Int) -> Int {
    if index >= 0, index < count { return index }
    switch padding {
    case .zeros: return -1
    case .border: return min(max(index, 0), count - 1)
    case .reflection:
      let low: Float = alignCorners ? 0 : -0.5
      let high: Float = Float(count) - (alignCorners ? 1 : 0.5)
      return min(max(Int(Self.reflected(Float(index), low, high).0), 0), count - 1)
    }
  }

  /// `x` mirrored at both ends until it lies between them, and the sign of the derivative.
  private static func reflected(_ x: Float, _ low: Float, _ high: Float) -> (Float, sign: Float) {
    let range = high - low
    guard range > 0 else { return (low, 0) }
    if x >= low, x <= high { return (x, 1) }
    let below = x < low
    let distance = below ? low - x : x - high
    let turns = (distance / range).rounded(.towardZero)
    let rest = distance - turns * range
    let even = turns.truncatingRemainder(dividingBy: 2) == 0
    return (below == even ? low + rest : high - rest, even ? -1 : 1)
  }

  /// Keys' kernel with a = −¾ at a distance up to 1, and its derivative.
  private static func cubic(_ x: Float) -> (value: Float, slope: Float) {
    let a: Float = -0.75
    return (((a + 2) * x - (a + 3)) * x * x + 1, (3 * (a + 2) * x - 2 * (a + 3)) * x)
  }

  /// The same at a distance from 1 to 2.
  private static func cubicTail(_ x: Float) -> (value: Float, slope: Float) {
    let a: Float = -0.75
    return (((a * x - 5 * a) * x + 8 * a) * x - 4 * a, (3 * a * x - 10 * a) * x + 8 * a)
  }
}

/// Images `[batch, channels, axes…]`, sampled at `points` places for each of them.
package struct GridSampleShape: Sendable, Hashable {
  package let batch: Int
  package let channels: Int
  /// The image's axes, outermost first.
  package let axes: [Int]
  package let points: Int

  package init(batch: Int, channels: Int, axes: [Int], points: Int) {
    self.batch = batch
    self.channels = channels
    self.axes = axes
    self.points = points
  }

  var pixels: Int { axes.reduce(1, *) }
}

extension Kernels {
  /// Calls `body` with each pixel that a point reads, its weight, and the weight's derivatives by the point's coordinates
  /// (in the order of the axes).
  @inline(__always)
  private static func forEachTap(
    _ shape: GridSampleShape, _ interpolation: GridInterpolation, point: UnsafePointer<Float>,
    taps: inout [GridTaps], slopes: UnsafeMutablePointer<Float>, withSlopes: Bool,
    _ body: (_ pixel: Int, _ weight: Float) -> Void
  ) {
    let rank = shape.axes.count
    // A grid gives coordinates innermost axis first.
    for axis in 0..<rank { taps[axis] = interpolation.taps(point[rank - 1 - axis], count: shape.axes[axis]) }
    let count = interpolation.tapCount
    var combinations = 1
    for _ in 0..<rank { combinations *= count }
    for combination in 0..<combinations {
      var rest = combination
      var pixel = 0
      var stride = 1
      var weight: Float = 1
      if withSlopes { for axis in 0..<rank { slopes[axis] = 1 } }
      for axis in (0..<rank).reversed() {
        let k = rest % count
        rest /= count
        let index = pick(taps[axis].index, k)
        if index < 0 {
          pixel = -1
          break
        }
        pixel += index * stride
        stride *= shape.axes[axis]
        let w = pick(taps[axis].weight, k)
        weight *= w
        if withSlopes {
          let slope = pick(taps[axis].slope, k)
          for other in 0..<rank { slopes[other] *= other == axis ? slope : w }
        }
      }
      if pixel >= 0 { body(pixel, weight) }
    }
  }

  @inline(__always)
  private static func pick<Element>(_ values: (Element, Element, Element, Element), _ k: Int) -> Element {
    switch k {
    case 0: values.0
    case 1: values.1
    case 2: values.2
    default: values.3
    }
  }

  /// `y[b, c, p]` is image `b`, channel `c`, read at the point `grid[b, p]`.
  package static func gridSample(
    _ shape: GridSampleShape, _ interpolation: GridInterpolation, input: Floats, grid: Floats,
    into output: MutableFloats
  ) {
    guard output.count > 0 else { return }
    let rank = shape.axes.count
    let (pixels, points, channels) = (shape.pixels, shape.points, shape.channels)
    var taps = [GridTaps](repeating: GridTaps(), count: rank)
    var slopes = [Float](repeating: 0, count: rank)
    output.update(repeating: 0)
    slopes.withUnsafeMutableBufferPointer { slopes in
      for b in 0..<shape.batch {
        let x = input.baseAddress! + b * channels * pixels
        let y = output.baseAddress! + b * channels * points
        for p in 0..<points {
          forEachTap(
            shape, interpolation, point: grid.baseAddress! + (b * points + p) * rank, taps: &taps,
            slopes: slopes.baseAddress!, withSlopes: false
          ) { pixel, weight in
            for c in 0..<channels {
              y[c * points + p] = y[c * points + p].addingProduct(weight, x[c * pixels + pixel])
            }
          }
        }
      }
    }
  }

  /// The reverse of `gridSample`: by the images into `dx`, by the grid into `dgrid`, each if it is wanted.
  package static func reverseOfGridSample(
    _ shape: GridSampleShape, _ interpolation: GridInterpolation, input: Floats, grid: Floats, gradient: Floats,
    input dx: MutableFloats?, grid dgrid: MutableFloats?
  ) {
    dx?.update(repeating: 0)
    dgrid?.update(repeating: 0)
    guard gradient.count > 0 else { return }
    let rank = shape.axes.count
    let (pixels, points, channels) = (shape.pixels, shape.points, shape.channels)
    var taps = [GridTaps](repeating: GridTaps(), count: rank)
    var slopes = [Float](repeating: 0, count: rank)
    slopes.withUnsafeMutableBufferPointer { slopes in
      let slopes = slopes.baseAddress!
      for b in 0..<shape.batch {
        let x = input.baseAddress! + b * channels * pixels
        let g = gradient.baseAddress! + b * channels * points
        for p in 0..<points {
          let place = (b * points + p) * rank
          forEachTap(
            shape, interpolation, point: grid.baseAddress! + place, taps: &taps, slopes: slopes,
            withSlopes: dgrid != nil
          ) { pixel, weight in
            if let dx {
              let dx = dx.baseAddress! + b * channels * pixels
              for c in 0..<channels {
                dx[c * pixels + pixel] = dx[c * pixels + pixel].addingProduct(weight, g[c * points + p])
              }
            }
            if let dgrid {
              var sum: Float = 0
              for c in 0..<channels { sum = sum.addingProduct(x[c * pixels + pixel], g[c * points + p]) }
              for axis in 0..<rank { dgrid[place + rank - 1 - axis] += slopes[axis] * sum }
            }
          }
        }
      }
    }
  }
}
