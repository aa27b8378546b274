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

  /// Elements of a kernel: where the source has them, and which weights they are.
  struct Taps {
    var offsets: [Int] = []
    var indices: [Int] = []
  }

  var sumCount: Int { rows * columns }

  /// `sums = start + Σ weights[indices[t]] source[· + offsets[t]]`; adds to them if `start` is nil.
  func correlate(
    _ source: UnsafePointer<Float>, _ taps: Taps, _ weights: UnsafePointer<Float>, start: Float?,
    into sums: UnsafeMutablePointer<Float>
  ) {
    if columns % 16 == 0 {
      correlate(SIMD16<Float>.self, source, taps, weights, start: start, into: sums)
    } else {
      correlate(SIMD8<Float>.self, source, taps, weights, start: start, into: sums)
    }
  }

  @inline(__always)
  private func correlate<Vector: SIMD>(
    _: Vector.Type, _ source: UnsafePointer<Float>, _ taps: Taps, _ weights: UnsafePointer<Float>,
    start: Float?,
    into sums: UnsafeMutablePointer<Float>
  ) where Vector.Scalar == Float {
    let step = step * line
    func load(_ x: UnsafePointer<Float>) -> Vector {
      UnsafeRawPointer(x).loadUnaligned(as: Vector.self)
    }
    taps.offsets.withUnsafeBufferPointer { offsets in
      taps.indices.withUnsafeBufferPointer { indices in
        for row in stride(from: 0, to: rows, by: 4) {
          for column in stride(from: 0, to: columns, by: Vector.scalarCount) {
            let x = source + row * step + column
            let y = sums + row * columns + column
            var (a, b, c, d) = (Vector(), Vector(), Vector(), Vector())
            if let start {
              a = Vector(repeating: start)
              (b, c, d) = (a, a, a)
            } else {
              (a, b, c, d) = (load(y), load(y + columns), load(y + 2 * columns), load(y + 3 * columns))
            }
            for tap in 0..<offsets.count {
              let (x, weight) = (x + offsets[tap], Vector(repeating: weights[indices[tap]]))
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

  /// Gives `body` memory for the source, all zero, and for `count` times the sums.
  func withScratch(
    _ count: Int = 1,
    _ body: (_ source: UnsafeMutablePointer<Float>, _ sums: UnsafeMutablePointer<Float>) -> Void
  ) {
    let (whole, all) = ((sourceCount + 15) / 16 * 16, count * sumCount)
    withUnsafeTemporaryAllocation(byteCount: (whole + all) * 4, alignment: 64) { memory in
      let source = memory.baseAddress!.bindMemory(to: Float.self, capacity: whole + all)
      source.update(repeating: 0, count: whole)
      body(source, source + whole)
    }
  }
}

/// The runs in which the columns of a row lie, by their remainder by the stride after the padding.
private struct ColumnRuns {
  let size: Int
  let stride: Int
  let before: Int

  /// The first column of run `phase`, and its place there.
  @inline(__always)
  func first(_ phase: Int) -> (column: Int, place: Int) {
    let column = (phase - before % stride + stride) % stride
    return (column, (column + before) / stride)
  }

  /// Copies a row to its runs, which begin `pitch` apart and end there.
  @inline(__always)
  func split(_ row: UnsafePointer<Float>, _ runs: UnsafeMutablePointer<Float>, pitch: Int) {
    var done = 0
    if stride == 2 {
      let (even, odd) = (before % 2, 1 - before % 2)
      let a = runs + even * pitch + first(even).place
      let b = runs + odd * pitch + first(odd).place
      let room = pitch - max(first(even).place, first(odd).place)
      while 2 * done + 16 <= size, done + 8 <= room {
        let both = UnsafeRawPointer(row + 2 * done).loadUnaligned(as: SIMD16<Float>.self)
        UnsafeMutableRawPointer(a + done).storeBytes(of: both.evenHalf, as: SIMD8<Float>.self)
        UnsafeMutableRawPointer(b + done).storeBytes(of: both.oddHalf, as: SIMD8<Float>.self)
        done += 8
      }
    }
    for phase in 0..<stride {
      let (column, place) = first(phase)
      guard column < size else { continue }
      let (run, count) = (runs + phase * pitch + place, min((size - 1 - column) / stride + 1, pitch - place))
      if stride == 1 {
        copy(row, run, count)
      } else {
        var i = done
        while i < count {
          run[i] = row[column + i * stride]
          i += 1
        }
      }
    }
  }

  /// Copies a row from its runs, which begin `pitch` apart.
  @inline(__always)
  func join(_ runs: UnsafePointer<Float>, pitch: Int, _ row: UnsafeMutablePointer<Float>) {
    var done = 0
    if stride == 2 {
      let (even, odd) = (before % 2, 1 - before % 2)
      let a = runs + even * pitch + first(even).place
      let b = runs + odd * pitch + first(odd).place
      while 2 * done + 16 <= size {
        var both = SIMD16<Float>()
        both.evenHalf = UnsafeRawPointer(a + done).loadUnaligned(as: SIMD8<Float>.self)
        both.oddHalf = UnsafeRawPointer(b + done).loadUnaligned(as: SIMD8<Float>.self)
        UnsafeMutableRawPointer(row + 2 * done).storeBytes(of: both, as: SIMD16<Float>.self)
        done += 8
      }
    }
    for phase in 0..<stride {
      let (column, place) = first(phase)
      guard column < size else { continue }
      let (run, count) = (runs + phase * pitch + place, (size - 1 - column) / stride + 1)
      if stride == 1 {
        copy(run, row, count)
      } else {
        var i = done
        while i < count {
          row[column + i * stride] = run[i]
          i += 1
        }
      }
    }
  }
}

extension Kernels {
  /// `convolve` for one image whose filters see one channel each.
  static func convolveDepthwise(
    _ shape: ConvolutionShape, input: UnsafePointer<Float>, weights: Floats, bias: Floats?,
    into output: UnsafeMutablePointer<Float>
  ) {
    let (rows, columns) = (shape.rows, shape.columns)
    let planes = DepthwisePlanes(
      rows: rows.outputs, columns: columns.outputs, rowStride: rows.stride, columnStride: columns.stride,
      rowReach: rows.extent - 1, columnReach: (columns.extent - 1) / columns.stride)
    let runs = ColumnRuns(size: columns.size, stride: columns.stride, before: columns.before)
    let sourceRows = max(0, min(rows.size, planes.sourceCount / planes.line - rows.before))
    var taps = DepthwisePlanes.Taps()
    for row in 0..<rows.kernel {
      for column in 0..<columns.kernel {
        let (place, phase) = (column * columns.dilation).quotientAndRemainder(dividingBy: columns.stride)
        taps.offsets.append(row * rows.dilation * planes.line + phase * planes.pitch + place)
        taps.indices.append(taps.indices.count)
      }
    }
    planes.withScratch { source, sums in
      for channel in 0..<shape.channels {
        let x = input + channel * shape.inputPlane
        for row in 0..<sourceRows {
          runs.split(x + row * columns.size, source + (row + rows.before) * planes.line, pitch: planes.pitch)
        }
        for filter in channel * shape.groupFilters..<(channel + 1) * shape.groupFilters {
          let kernel = weights.baseAddress! + filter * shape.kernelCount
          planes.correlate(source, taps, kernel, start: bias?[filter] ?? 0, into: sums)
          let y = output + filter * shape.outputPlane
          for row in 0..<rows.outputs {
            copy(sums + row * planes.columns, y + row * columns.outputs, columns.outputs)
          }
        }
      }
    }
  }

  /// The reverse of `convolveDepthwise` by the input.
  static func reverseOfDepthwiseByInput(
    _ shape: ConvolutionShape, weights: Floats, gradient: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>
  ) {
    let (rows, columns) = (shape.rows, shape.columns)
    // Elements of the padded image fall into phases by their remainder by the stride; each is a correlation of the
    // gradient with the elements of the kernel that have this remainder.
    let reach = (rows: (rows.extent - 1) / rows.stride, columns: (columns.extent - 1) / columns.stride)
    let planes = DepthwisePlanes(
      rows: (rows.before + rows.size - 1) / rows.stride + 1,
      columns: (columns.before + columns.size - 1) / columns.stride + 1, rowStride: 1, columnStride: 1,
      rowReach: reach.rows, columnReach: reach.columns)
    let runs = ColumnRuns(size: columns.size, stride: columns.stride, before: columns.before)
    var taps = [DepthwisePlanes.Taps](repeating: .init(), count: rows.stride * columns.stride)
    for row in 0..<rows.kernel {
      for column in 0..<columns.kernel {
        let (down, rowPhase) = (row * rows.dilation).quotientAndRemainder(dividingBy: rows.stride)
        let (right, columnPhase) = (column * columns.dilation).quotientAndRemainder(dividingBy: columns.stride)
        let phase = rowPhase * columns.stride + columnPhase
        taps[phase].offsets.append((reach.rows - down) * planes.line + reach.columns - right)
        taps[phase].indices.append(row * columns.kernel + column)
      }
    }
    let seen = (rows: min(rows.outputs, planes.rows), columns: min(columns.outputs, planes.columns))
    planes.withScratch(taps.count) { source, sums in
      for channel in 0..<shape.channels {
        for index in 0..<shape.groupFilters {
          let filter = channel * shape.groupFilters + index
          let g = gradient + filter * shape.outputPlane
          for row in 0..<seen.rows {
            copy(
              g + row * columns.outputs, source + (row + reach.rows) * planes.line + reach.columns, seen.columns)
          }
          for (phase, taps) in taps.enumerated() {
            planes.correlate(
              source, taps, weights.baseAddress! + filter * shape.kernelCount, start: index == 0 ? 0 : nil,
              into: sums + phase * planes.sumCount)
          }
        }
        let dx = result + channel * shape.inputPlane
        for row in 0..<rows.size {
          let (place, phase) = (row + rows.before).quotientAndRemainder(dividingBy: rows.stride)
          let sums = sums + phase * columns.stride * planes.sumCount + place * planes.columns
          runs.join(sums, pitch: planes.sumCount, dx + row * columns.size)
        }
      }
    }
  }
}
