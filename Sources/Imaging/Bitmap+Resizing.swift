extension Bitmap {
  /// The picture with other sides: bilinear, smoothed where it becomes smaller, with the numbers that Pillow gives for
  /// `image.resize((columns, rows), Image.BILINEAR)`.
  ///
  /// Each new pixel is the mean of those that a triangle over it covers, as wide as the scale: along each row first, then along
  /// each column, rounded to bytes after each (Pillow, `Resample.c`). From version 13 on, Pillow takes the other order where
  /// the height shrinks much more, which differs by one level in some pixels.
  public func resized(to size: PictureSize) -> Bitmap {
    precondition(size.rows > 0 && size.columns > 0, "Bitmap.resized: to \(size)")
    var (pixels, width) = (pixels, width)
    if size.columns != width {
      let weights = TriangleWeights(from: width, to: size.columns)
      pixels = weights.apply(to: pixels, outer: height, inner: channels)
      width = size.columns
    }
    if size.rows != height {
      pixels = TriangleWeights(from: height, to: size.rows).apply(to: pixels, outer: 1, inner: width * channels)
    }
    return Bitmap(width: size.columns, height: size.rows, channels: channels, pixels: pixels)
  }

  /// The rectangle of `size` whose first pixel is the one at (`row`, `column`).
  public func cropped(to size: PictureSize, row: Int, column: Int) -> Bitmap {
    precondition(
      row >= 0 && column >= 0 && row + size.rows <= height && column + size.columns <= width,
      "Bitmap.cropped: \(size) at (\(row), \(column)) of \(height)×\(width)")
    var result = [UInt8]()
    result.reserveCapacity(size.count * channels)
    for line in row..<row + size.rows {
      let start = (line * width + column) * channels
      result += pixels[start..<start + size.columns * channels]
    }
    return Bitmap(width: size.columns, height: size.rows, channels: channels, pixels: result)
  }
}

/// The pixels of which each new one on an axis is the mean, with their weights as fixed-point numbers of 22 bits.
private struct TriangleWeights {
  private static let precision = 22
  private var rows: [(start: Int, weights: [Int32])] = []
  private let inputCount: Int

  init(from inputCount: Int, to count: Int) {
    self.inputCount = inputCount
    let scale = Double(inputCount) / Double(count)
    let support = max(scale, 1)
    for place in 0..<count {
      let center = (Double(place) + 0.5) * scale
      let start = max(Int(center - support + 0.5), 0)
      let end = min(Int(center + support + 0.5), inputCount)
      let weights = (start..<end).map { max(0, 1 - abs((Double($0) - center + 0.5) / support)) }
      let sum = weights.reduce(0, +)
      rows.append((start, weights.map { Int32(0.5 + $0 / sum * Double(1 << Self.precision)) }))
    }
  }

  /// `pixels`, `[outer, axis, inner]`, with the new axis in place of the old.
  func apply(to pixels: [UInt8], outer: Int, inner: Int) -> [UInt8] {
    let half = Int32(1) << (Self.precision - 1)
    return [UInt8](unsafeUninitializedCapacity: outer * rows.count * inner) { output, count in
      pixels.withUnsafeBufferPointer { input in
        var sums = [Int32](repeating: 0, count: inner)
        var target = 0
        for block in 0..<outer {
          for (start, weights) in rows {
            for n in 0..<inner { sums[n] = half }
            var source = (block * inputCount + start) * inner
            for weight in weights {
              for n in 0..<inner { sums[n] &+= Int32(input[source + n]) &* weight }
              source += inner
            }
            for n in 0..<inner { output[target + n] = UInt8(clamping: sums[n] >> Self.precision) }
            target += inner
          }
        }
      }
      count = outer * rows.count * inner
    }
  }
}
