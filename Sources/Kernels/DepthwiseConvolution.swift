// Convolutions whose filters see one channel each: too little work for a matrix product, and oneDNN's own would spend
// more on its blocked layout than on them. Planes are laid out between zeros, with the columns of a stride apart, so that
// every element of the kernel reads neighbours.

extension ConvolutionShape {
  /// Whether the loops below are made for it.
  var suitsDepthwiseLoops: Bool {
    isDepthwise && depth == .single && kernelCount <= 128
      && [rows, columns].allSatisfy {
        $0.stride <= 4 && $0.dilation <= 16 && max($0.before, $0.after) <= 64
      }
  }
}

/// A plane between zeros, and what elements of a kernel make of it: `rows` × `columns` sums, in whole vectors.
private struct DepthwisePlanes {
  let rows: Int
  let columns: Int
  /// From one row of the source to the next; a row holds `phases` runs of `pitch` elements.
  let line: Int
  let pitch: Int
  /// From a row of sums to the next, in rows of the source.
  let step: Int
  let sourceCount: Int

  init(rows: Int, columns: Int, rowStride: Int, columnStride: Int, rowReach: Int, columnReach: Int) {
    let width = columns > 8 ? 16 : 8
    self.rows = (rows + 3) / 4 * 4
    self.columns = (columns + width - 1) / width * width
    pitch = self.columns + columnReach
    line = pitch * columnStride
    step = rowStride
    sourceCount = ((self.rows - 1) * rowStride + rowReach + 1) * line
  }

  var sumCount: Int { rows * columns }

  /// `sums = start + Σ weights[t] source[· + offsets[t]]`; adds to them if `start` is nil.
  func correlate(
    _ source: UnsafePointer<Float>, _ offsets: [Int], _ weights: [Float], start: Float?,
    into sums: UnsafeMutablePointer<Float>
  ) {
    if columns % 16 == 0 {
      correlate(SIMD16<Float>.self, source, offsets, weights, start: start, into: sums)
    } else {
      correlate(SIMD8<Float>.self, source, offsets, weights, start: start, into: sums)
    }
  }

  @inline(__always)
  private func correlate<Vector: SIMD>(
    _: Vector.Type, _ source: UnsafePointer<Float>, _ offsets: [Int], _ weights: [Float],
    start: Float?,
    into sums: UnsafeMutablePointer<Float>
  ) where Vector.Scalar == Float {
    let step = step * line
    func load(_ x: UnsafePointer<Float>) -> Vector {
      UnsafeRawPointer(x).loadUnaligned(as: Vector.self)
    }
    offsets.withUnsafeBufferPointer { offsets in
      weights.withUnsafeBufferPointer { weights in
        for row in stride(from: 0, to: rows, by: 4) {
          for column in stride(from: 0, to: columns, by: Vector.scalarCount) {
            let x = source + row * step + column
            let y = sums + row * columns + column
            var (a, b, c, d) = (Vector(), Vector(), Vector(), Vector())
            if let start {
              a = Vector(repeating: start)
              (b, c, d) = (a, a, a)
            } else {
              (a, b, c, d) = (
                load(y), load(y + columns), load(y + 2 * columns), load(y + 3 * columns)
              )
            }
            for tap in 0..<offsets.count {
              let (x, weight) = (x + offsets[tap], Vector(repeating: weights[tap]))
              a = a.addingProduct(weight, load(x))
              b = b.addingProduct(weight, load(x + step))
              c = c.addingProduct(weight, load(x + 2 * step))
              d = d.addingProduct(weight, load(x + 3 * step))
            }
            let result = UnsafeMutableRawPointer(y)
            result.storeBytes(of: a, as: Vector.self)
            (result + columns * 4).storeBytes(of: b, as: Vector.self)
            (result + columns * 8).storeBytes(of: c, as: Vector.self)
            (result + columns * 12).storeBytes(of: d, as: Vector.self)
          }
        }
      }
    }
  }

  /// Gives `body` memory for the source, all zero, and for the sums.
  func withScratch(
    _ body: (_ source: UnsafeMutablePointer<Float>, _ sums: UnsafeMutablePointer<Float>) -> Void
  ) {
    let count = (sourceCount + 15) / 16 * 16
    withUnsafeTemporaryAllocation(byteCount: (count + sumCount) * 4, alignment: 64) { memory in
      let source = memory.baseAddress!.bindMemory(to: Float.self, capacity: count + sumCount)
      source.update(repeating: 0, count: count)
      body(source, source + count)
    }
  }
}

extension Kernels {
  /// `convolve` for images whose filters see one channel each; `bias` may be nil.
  static func convolveDepthwise(
    _ shape: ConvolutionShape, input: UnsafePointer<Float>, weights: Floats, bias: Floats?,
    into output: UnsafeMutablePointer<Float>
  ) {
    let (rows, columns) = (shape.rows, shape.columns)
    let planes = DepthwisePlanes(
      rows: rows.outputs, columns: columns.outputs, rowStride: rows.stride,
      columnStride: columns.stride,
      rowReach: rows.extent - 1, columnReach: (columns.extent - 1) / columns.stride)
    let sourceRows = planes.sourceCount / planes.line
    let offsets = (0..<rows.kernel).flatMap { row in
      (0..<columns.kernel).map { column in
        let (place, phase) = (column * columns.dilation).quotientAndRemainder(
          dividingBy: columns.stride)
        return row * rows.dilation * planes.line + phase * planes.pitch + place
      }
    }
    planes.withScratch { source, sums in
      for channel in 0..<shape.channels {
        let x = input + channel * shape.inputPlane
        for row in 0..<max(0, min(rows.size, sourceRows - rows.before)) {
          let (from, to) = (x + row * columns.size, source + (row + rows.before) * planes.line)
          for phase in 0..<columns.stride {
            // Element i lies at i + before: the first of this phase, and those a stride apart.
            let first = (phase - columns.before % columns.stride + columns.stride) % columns.stride
            guard first < columns.size else { continue }
            let place = (first + columns.before) / columns.stride
            let count = min((columns.size - 1 - first) / columns.stride + 1, planes.pitch - place)
            guard count > 0 else { continue }
            let run = to + phase * planes.pitch + place
            if columns.stride == 1 {
              run.update(from: from, count: count)
            } else {
              for i in 0..<count { run[i] = from[first + i * columns.stride] }
            }
          }
        }
        for filter in channel * shape.groupFilters..<(channel + 1) * shape.groupFilters {
          let taps = (0..<shape.kernelCount).map { weights[filter * shape.kernelCount + $0] }
          planes.correlate(source, offsets, taps, start: bias?[filter] ?? 0, into: sums)
          let y = output + filter * shape.outputPlane
          for row in 0..<rows.outputs {
            (y + row * columns.outputs).update(
              from: sums + row * planes.columns, count: columns.outputs)
          }
        }
      }
    }
  }

  /// The reverse of `convolveDepthwise` by the input, for one image.
  static func reverseOfDepthwiseByInput(
    _ shape: ConvolutionShape, weights: Floats, gradient: UnsafePointer<Float>,
    into result: UnsafeMutablePointer<Float>
  ) {
    let (rows, columns) = (shape.rows, shape.columns)
    // Elements of the padded image fall into phases by their remainder by the stride; each is a correlation of the
    // gradient with the elements of the kernel that have this remainder.
    let reach = (
      rows: (rows.extent - 1) / rows.stride, columns: (columns.extent - 1) / columns.stride
    )
    let planes = DepthwisePlanes(
      rows: (rows.before + rows.size - 1) / rows.stride + 1,
      columns: (columns.before + columns.size - 1) / columns.stride + 1, rowStride: 1,
      columnStride: 1,
      rowReach: reach.rows, columnReach: reach.columns)
    planes.withScratch { source, sums in
      for channel in 0..<shape.channels {
        let dx = result + channel * shape.inputPlane
        for rowPhase in 0..<rows.stride {
          for columnPhase in 0..<columns.stride {
            var (offsets, taps): ([Int], [Int]) = ([], [])
            for row in 0..<rows.kernel where row * rows.dilation % rows.stride == rowPhase {
              for column in 0..<columns.kernel
              where column * columns.dilation % columns.stride == columnPhase {
                offsets.append(
                  (reach.rows - row * rows.dilation / rows.stride) * planes.line + reach.columns
                    - column * columns.dilation / columns.stride)
                taps.append(row * columns.kernel + column)
              }
            }
            for index in 0..<shape.groupFilters {
              let filter = channel * shape.groupFilters + index
              if shape.groupFilters > 1 || rowPhase + columnPhase == 0 {
                let g = gradient + filter * shape.outputPlane
                let count = min(columns.outputs, planes.columns)
                for row in 0..<min(rows.outputs, planes.rows) {
                  (source + (row + reach.rows) * planes.line + reach.columns)
                    .update(from: g + row * columns.outputs, count: count)
                }
              }
              planes.correlate(
                source, offsets, taps.map { weights[filter * shape.kernelCount + $0] },
                start: index == 0 ? 0 : nil,
                into: sums)
            }
            scatter(sums, planes, (rows, rowPhase), (columns, columnPhase), into: dx)
          }
        }
      }
    }
  }

  /// Puts the sums of one phase where they belong.
  private static func scatter(
    _ sums: UnsafePointer<Float>, _ planes: DepthwisePlanes, _ rows: (axis: WindowAxis, phase: Int),
    _ columns: (axis: WindowAxis, phase: Int), into dx: UnsafeMutablePointer<Float>
  ) {
    func first(_ axis: WindowAxis, _ phase: Int) -> Int {
      (axis.before - phase + axis.stride - 1) / axis.stride
    }
    let (height, width, step) = (rows.axis.size, columns.axis.size, columns.axis.stride)
    let start = max(first(columns.axis, columns.phase), 0)
    let column = start * step + columns.phase - columns.axis.before
    guard column < width else { return }
    let count = (width - 1 - column) / step + 1
    var place = max(first(rows.axis, rows.phase), 0)
    while true {
      let row = place * rows.axis.stride + rows.phase - rows.axis.before
      guard row < height else { return }
      let (from, to) = (sums + place * planes.columns + start, dx + row * width + column)
      if step == 1 {
        to.update(from: from, count: count)
      } else {
        for i in 0..<count { to[i * step] = from[i] }
      }
      place += 1
    }
  }
}
