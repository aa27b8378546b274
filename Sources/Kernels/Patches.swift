/// The patches of one group of an image under the kernel of a convolution, as the columns of a matrix
/// `[channel × kernel depth × kernel row × kernel column, output depth × output row × output column]`.
struct Patches {
  /// Memory for one group of an image.
  struct Scratch {
    let columns: UnsafeMutablePointer<Float>
    /// The image with its zero border.
    let padded: UnsafeMutablePointer<Float>
  }

  private let shape: ConvolutionShape
  private let isPadded: Bool
  private var paddedRows: Int { shape.rows.padded }
  private var paddedColumns: Int { shape.columns.padded }
  private var paddedCount: Int {
    isPadded ? shape.groupChannels * shape.depth.padded * paddedRows * paddedColumns : 0
  }

  init(_ shape: ConvolutionShape) {
    self.shape = shape
    isPadded = shape.depth.isPadded || shape.rows.isPadded || shape.columns.isPadded
  }

  /// Whether the image is its own matrix of patches.
  var isIdentity: Bool {
    shape.depth.isIdentity && shape.rows.isIdentity && shape.columns.isIdentity
  }

  func withScratch(_ body: (Scratch) -> Void) {
    let columns = isIdentity ? 0 : (shape.taps * shape.outputPlane + 15) / 16 * 16
    withUnsafeTemporaryAllocation(byteCount: (columns + paddedCount) * 4, alignment: 64) { memory in
      let start = memory.baseAddress!.bindMemory(to: Float.self, capacity: columns + paddedCount)
      (start + columns).update(repeating: 0, count: paddedCount)
      body(Scratch(columns: start, padded: start + columns))
    }
  }

  /// The matrix for `image`, `[channels, depth, rows, columns]` of one group.
  func gather(_ image: UnsafePointer<Float>, _ scratch: Scratch) -> UnsafePointer<Float> {
    guard !isIdentity else { return image }
    var source = image
    if isPadded {
      forEachRow { row, paddedRow in
        copy(image + row, scratch.padded + paddedRow, shape.columns.size)
      }
      source = UnsafePointer(scratch.padded)
    }
    let (count, stride) = (shape.columns.outputs, shape.columns.stride)
    forEachRun { run, position in
      let (from, to) = (source + position, scratch.columns + run)
      if stride == 1 {
        copy(from, to, count)
      } else {
        for i in 0..<count { to[i] = from[i * stride] }
      }
    }
    return UnsafePointer(scratch.columns)
  }

  /// The reverse of `gather`: each element of `image` is the sum of the elements of `scratch.columns` that show it.
  func scatter(_ scratch: Scratch, into image: UnsafeMutablePointer<Float>) {
    let sum = isPadded ? scratch.padded : image
    sum.update(repeating: 0, count: isPadded ? paddedCount : shape.groupChannels * shape.inputPlane)
    let (count, stride) = (shape.columns.outputs, shape.columns.stride)
    forEachRun { run, position in
      let (from, to) = (scratch.columns + run, sum + position)
      if stride == 1 {
        add(from, to, count)
      } else {
        for i in 0..<count { to[i * stride] += from[i] }
      }
    }
    if isPadded {
      forEachRow { row, paddedRow in
        copy(scratch.padded + paddedRow, image + row, shape.columns.size)
      }
    }
  }

  /// Calls `body` with the offset of each image row and the offset of its place in the padded image.
  @inline(__always)
  private func forEachRow(_ body: (_ row: Int, _ paddedRow: Int) -> Void) {
    for channel in 0..<shape.groupChannels {
      for slice in 0..<shape.depth.size {
        let paddedSlice = channel * shape.depth.padded + slice + shape.depth.before
        for row in 0..<shape.rows.size {
          body(
            ((channel * shape.depth.size + slice) * shape.rows.size + row) * shape.columns.size,
            (paddedSlice * paddedRows + row + shape.rows.before) * paddedColumns
              + shape.columns.before)
        }
      }
    }
  }

  /// Calls `body` for each run of the matrix, one output row of one tap, with its offset and with the offset of its
  /// first element in the padded image.
  @inline(__always)
  private func forEachRun(_ body: (_ run: Int, _ position: Int) -> Void) {
    let (depth, rows, columns) = (shape.depth, shape.rows, shape.columns)
    let (count, step) = (columns.outputs, rows.stride * paddedColumns)
    var run = 0
    for channel in 0..<shape.groupChannels {
      for kernelSlice in 0..<depth.kernel {
        for kernelRow in 0..<rows.kernel {
          for kernelColumn in 0..<columns.kernel {
            for slice in 0..<depth.outputs {
              let corner =
                channel * depth.padded + slice * depth.stride + kernelSlice * depth.dilation
              var position =
                (corner * paddedRows + kernelRow * rows.dilation) * paddedColumns + kernelColumn
                * columns.dilation
              for _ in 0..<rows.outputs {
                body(run, position)
                run += count
                position += step
              }
            }
          }
        }
      }
    }
  }

  /// Adds a short run.
  @inline(__always)
  private func add(_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ count: Int) {
    var i = 0
    while i + 8 <= count {
      let sum =
        UnsafeRawPointer(from + i).loadUnaligned(as: SIMD8<Float>.self)
        + UnsafeRawPointer(to + i).loadUnaligned(as: SIMD8<Float>.self)
      UnsafeMutableRawPointer(to + i).storeBytes(of: sum, as: SIMD8<Float>.self)
      i += 8
    }
    if i + 4 <= count {
      let sum =
        UnsafeRawPointer(from + i).loadUnaligned(as: SIMD4<Float>.self)
        + UnsafeRawPointer(to + i).loadUnaligned(as: SIMD4<Float>.self)
      UnsafeMutableRawPointer(to + i).storeBytes(of: sum, as: SIMD4<Float>.self)
      i += 4
    }
    for i in i..<count { to[i] += from[i] }
  }
}
