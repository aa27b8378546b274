// Convolutions that are one product of matrices, [filters, taps] by [taps, places], over the places of many images: those
// by 1×1 kernels, and those whose kernels take one place, of which only the taps on the image count.

extension ConvolutionShape {
  /// Whether the window never leaves the image, or has one place.
  var suitsProduct: Bool {
    #if ROBUST_FMA
      groups == 1 && depth == .single && (2...1 << 20).contains(taps)
        && (outputPlane == 1 || kernelCount == 1 && !rows.isPadded && !columns.isPadded)
    #else
      false
    #endif
  }

  /// Which elements of a kernel meet the image, and where in a plane.
  var meetingTaps: [(tap: Int, place: Int)] {
    rows.taps(at: 0).flatMap { i in
      columns.taps(at: 0).map { j in
        let (y, x) = (i * rows.dilation - rows.before, j * columns.dilation - columns.before)
        return (i * columns.kernel + j, outputPlane == 1 ? y * columns.size + x : 0)
      }
    }
  }

  /// Where the window's first element is in a plane, for each place.
  private var places: [Int] {
    guard outputPlane > 1 else { return [0] }
    return (0..<rows.outputs).flatMap { y in
      (0..<columns.outputs).map { y * rows.stride * columns.size + $0 * columns.stride }
    }
  }

  /// `y = finish(w ⋆ x)`.
  func convolveByProduct(
    input: UnsafePointer<Float>, weights: ConvolutionWeights, _ finish: ConvolutionFinish,
    into output: UnsafeMutablePointer<Float>
  ) {
    let taps = meetingTaps
    GatheredProduct(
      inner: (0..<channels).flatMap { c in taps.map { c * inputPlane + $0.place } },
      rows: (0..<filters).map { $0 * outputPlane },
      input: places, output: Array(0..<outputPlane), inputCount: inputCount, outputCount: outputCount
    ).run(Array(0..<batch), input, weights.matrix(taps.map(\.tap), isTransposed: false), finish, into: output)
  }

  /// The gradient by the input, for `images` only.
  func reverseByProduct(
    _ images: [Int], gradient: UnsafePointer<Float>, weights: ConvolutionWeights,
    into result: UnsafeMutablePointer<Float>
  ) {
    let taps = meetingTaps
    if taps.count * places.count < inputPlane {
      for image in images { (result + image * inputCount).update(repeating: 0, count: inputCount) }
    }
    GatheredProduct(
      inner: (0..<filters).map { $0 * outputPlane },
      rows: (0..<channels).flatMap { c in taps.map { c * inputPlane + $0.place } },
      input: Array(0..<outputPlane), output: places, inputCount: outputCount, outputCount: inputCount
    ).run(images, gradient, weights.matrix(taps.map(\.tap), isTransposed: true), ConvolutionFinish(), into: result)
  }
}

/// `y = a x` where `x` has a column for each place of each image, and rows and columns lie wherever the tables say.
private struct GatheredProduct {
  /// Where the elements of a column lie from its first.
  let inner: [Int]
  /// Where the rows of a column of the result lie.
  let rows: [Int]
  /// Where the columns of an image begin, and those of its result.
  let input: [Int]
  let output: [Int]
  /// Elements of an image and of its result.
  let inputCount: Int
  let outputCount: Int

  func run(
    _ images: [Int], _ x: UnsafePointer<Float>, _ a: UnsafePointer<Float>, _ finish: ConvolutionFinish,
    into y: UnsafeMutablePointer<Float>
  ) {
    let width = ProductTile.columns
    // So many that the weights are read seldom, so few that they stay near.
    let panelsInBlock = max(1, min(16, (1 << 15) / (inner.count * width)))
    let floats = panelsInBlock * inner.count * width
    withUnsafeTemporaryAllocation(of: Panel.self, capacity: panelsInBlock) { panels in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * panelsInBlock * width) { places in
        withUnsafeTemporaryAllocation(byteCount: floats * 4, alignment: 64) { memory in
          let scratch = memory.baseAddress!.bindMemory(to: Float.self, capacity: floats)
          rows.withUnsafeBufferPointer { rows in
            inner.withUnsafeBufferPointer { inner in
              fill(images, panels, places) { block in
                for (index, panel) in block.enumerated() {
                  gather(x, panel, inner, into: scratch + index * inner.count * width)
                }
                multiply(block, a, scratch, rows, inner.count, finish, into: y)
              }
            }
          }
        }
      }
    }
  }

  /// Where the columns of a tile are.
  private struct Panel {
    let count: Int
    let input: UnsafeMutablePointer<Int>
    let output: UnsafeMutablePointer<Int>

    /// Whether there are all, one behind the other. Places only grow.
    var isInputRun: Bool { count == ProductTile.columns && input[count &- 1] &- input[0] == count &- 1 }
    var isOutputRun: Bool { count == ProductTile.columns && output[count &- 1] &- output[0] == count &- 1 }
  }

  /// Calls `body` with blocks of panels until all columns had their turn.
  private func fill(
    _ images: [Int], _ panels: UnsafeMutableBufferPointer<Panel>, _ places: UnsafeMutableBufferPointer<Int>,
    _ body: (UnsafeMutableBufferPointer<Panel>.SubSequence) -> Void
  ) {
    let width = ProductTile.columns
    let (count, all) = (input.count, images.count * input.count)
    input.withUnsafeBufferPointer { input in
      output.withUnsafeBufferPointer { output in
        var (filled, column) = (0, 0)
        var (image, place) = (0, 0)
        while column < all {
          let columns = min(width, all - column)
          let from = places.baseAddress! + 2 * filled * width
          let to = from + width
          for i in 0..<columns {
            from[i] = images[image] &* inputCount &+ input[place]
            to[i] = images[image] &* outputCount &+ output[place]
            place &+= 1
            if place == count { (image, place) = (image &+ 1, 0) }
          }
          panels[filled] = Panel(count: columns, input: from, output: to)
          filled += 1
          column += columns
          if filled == panels.count || column == all {
            body(panels[0..<filled])
            filled = 0
          }
        }
      }
    }
  }

  @inline(__always)
  private func gather(
    _ x: UnsafePointer<Float>, _ panel: Panel, _ inner: UnsafeBufferPointer<Int>,
    into target: UnsafeMutablePointer<Float>
  ) {
    let width = ProductTile.columns
    if panel.isInputRun {
      let x = x + panel.input[0]
      let half = Lanes.scalarCount
      for k in 0..<inner.count {
        let (from, to) = (UnsafeRawPointer(x + inner[k]), UnsafeMutableRawPointer(target + k &* width))
        to.storeBytes(of: from.loadUnaligned(as: Lanes.self), as: Lanes.self)
        (to + half &* 4).storeBytes(of: (from + half &* 4).loadUnaligned(as: Lanes.self), as: Lanes.self)
      }
      return
    }
    for k in 0..<inner.count {
      let (from, to) = (x + inner[k], target + k &* width)
      for column in 0..<panel.count { to[column] = from[panel.input[column]] }
      for column in panel.count..<width { to[column] = 0 }
    }
  }

  @inline(__always)
  private func multiply(
    _ panels: UnsafeMutableBufferPointer<Panel>.SubSequence, _ a: UnsafePointer<Float>,
    _ scratch: UnsafePointer<Float>, _ rows: UnsafeBufferPointer<Int>, _ count: Int, _ finish: ConvolutionFinish,
    into y: UnsafeMutablePointer<Float>
  ) {
    let width = ProductTile.columns
    for row in stride(from: 0, to: rows.count, by: ProductTile.rows) {
      let rowCount = min(ProductTile.rows, rows.count - row)
      for (index, panel) in panels.enumerated() {
        let isRun = panel.isOutputRun
        tileProduct(
          a + row * count, stride: count, rows: rowCount, scratch + index * count * width, step: width, count: count
        ) { r, low, high in
          let start = rows[row &+ r]
          if isRun {
            let place = start &+ panel.output[0]
            finish.store(low, filter: row &+ r, at: place, into: y)
            finish.store(high, filter: row &+ r, at: place &+ Lanes.scalarCount, into: y)
          } else {
            for column in 0..<panel.count {
              let sum = column < Lanes.scalarCount ? low[column] : high[column &- Lanes.scalarCount]
              let place = start &+ panel.output[column]
              y[place] = finish.finished(sum, filter: row &+ r, at: place)
            }
          }
        }
      }
    }
  }
}
