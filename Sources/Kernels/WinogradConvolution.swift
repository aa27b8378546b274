// Convolutions by 3×3 kernels that move by one, through Winograd's minimal filtering F(2, 3): for each of the 4×4 elements
// of a transformed tile, a product of a matrix [tiles, channels] by one [channels, filters], 2.25 times fewer products than
// taps. Its transforms are additions of two or three numbers, so that it rounds no worse than the sum of products. Larger
// tiles would save more, but they round ten times worse, and then rectifiers near zero fall to the other side.
//
// Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks", sections 4.1 and 4.2.

extension ConvolutionShape {
  /// Whether Winograd's transforms save work: they do where the weights are known, and transformed once.
  var suitsWinograd: Bool {
    #if ROBUST_FMA
      depth == .single && groups == 1 && channels % 8 == 0 && filters % 8 == 0
        && [rows, columns].allSatisfy {
          $0.kernel == 3 && $0.stride == 1 && $0.dilation == 1 && $0.before <= 2 && $0.after <= 2 && $0.outputs > 1
            && $0.size > 1
        }
        // A row of tiles, transformed, is what is held at least.
        && columns.outputs * (channels + filters) <= 1 << 21
    #else
      false
    #endif
  }

  /// The convolution by which its gradient by the input is that of its output, with the kernels turned by half a turn.
  var turned: ConvolutionShape {
    func turned(_ axis: WindowAxis) -> WindowAxis {
      WindowAxis(size: axis.outputs, kernel: 3, before: 2 - axis.before, after: 2 - axis.after)
    }
    return ConvolutionShape(
      batch: batch, channels: filters, filters: channels, axes: [turned(rows), turned(columns)])
  }

  /// `y = finish(w ⋆ x)` for each of `images`, whose elements lie where `input` and `output` say.
  func convolveByWinograd(
    _ images: [Int], input: UnsafePointer<Float>, weights: ConvolutionWeights, isTurned: Bool = false,
    _ finish: ConvolutionFinish, into output: UnsafeMutablePointer<Float>
  ) {
    WinogradConvolution(self).run(images, input, weights.panels(isTurned: isTurned), finish, into: output)
  }
}

/// The work of one convolution, a block of tiles after the other.
private struct WinogradConvolution {
  typealias Vector = SIMD8<Float>

  /// Outputs and inputs of a tile along an axis; the elements of a transformed tile.
  private static let (outputs, side, positions) = (2, 4, 16)

  let shape: ConvolutionShape
  let tileRows: Int
  let tileColumns: Int
  /// A block is several images, or some rows of tiles of one.
  let imagesInBlock: Int
  let rowsInBlock: Int
  /// Columns of the products: the filters, in whole panels.
  let panelColumns: Int

  private var tilesInBlock: Int { imagesInBlock * rowsInBlock * tileColumns }
  /// Between the elements of transformed tiles; no power of two, or all would compete for the same lines of the cache.
  private var inputPitch: Int { tilesInBlock * shape.channels + 16 }
  private var outputPitch: Int { tilesInBlock * panelColumns + 16 }
  /// Of the padded rows of a block, in vectors.
  private var paddedColumns: Int { tileColumns * Self.outputs + 2 }
  private var paddedRows: Int { rowsInBlock * Self.outputs + 2 }

  init(_ shape: ConvolutionShape) {
    self.shape = shape
    tileRows = (shape.rows.outputs + 1) / Self.outputs
    tileColumns = (shape.columns.outputs + 1) / Self.outputs
    panelColumns = (shape.filters + ProductTile.columns - 1) / ProductTile.columns * ProductTile.columns
    // Enough that the weights are read seldom, few enough that all stays in the cache.
    let wanted = 64
    let tiles = tileRows * tileColumns
    imagesInBlock = max(1, min(shape.batch, wanted / tiles))
    rowsInBlock = tiles <= wanted ? tileRows : max(1, wanted / tileColumns)
  }

  func run(
    _ images: [Int], _ input: UnsafePointer<Float>, _ panels: UnsafePointer<Float>, _ finish: ConvolutionFinish,
    into output: UnsafeMutablePointer<Float>
  ) {
    let plane = max(paddedRows * paddedColumns, rowsInBlock * Self.outputs * shape.columns.outputs)
    let counts = [plane * 8, 2 * Self.positions * 8, Self.positions * inputPitch, Self.positions * outputPitch]
    withUnsafeTemporaryAllocation(byteCount: (counts.reduce(0, +) + 64) * 4, alignment: 64) { memory in
      let start = memory.baseAddress!
      let vectors = start.bindMemory(to: Vector.self, capacity: plane + 2 * Self.positions)
      let floats = (start + (plane + 2 * Self.positions) * 32).bindMemory(
        to: Float.self, capacity: counts[2] + counts[3])
      let scratch = Scratch(
        plane: vectors, tile: vectors + plane, transformed: floats, products: floats + counts[2])
      for first in stride(from: 0, to: images.count, by: imagesInBlock) {
        let block = images[first..<min(first + imagesInBlock, images.count)]
        for row in stride(from: 0, to: tileRows, by: rowsInBlock) {
          let rows = row..<min(row + rowsInBlock, tileRows)
          var tile = 0
          for image in block {
            transformInput(input + image * shape.inputCount, rows, firstTile: tile, scratch)
            tile += rows.count * tileColumns
          }
          multiply(panels, tiles: tile, scratch)
          tile = 0
          for image in block {
            transformOutput(image, rows, firstTile: tile, scratch, finish, into: output)
            tile += rows.count * tileColumns
          }
        }
      }
    }
  }

  private struct Scratch {
    /// Eight channels of the rows of a block, in vectors.
    let plane: UnsafeMutablePointer<Vector>
    /// Two tiles.
    let tile: UnsafeMutablePointer<Vector>
    /// `[position, tile, channel]`.
    let transformed: UnsafeMutablePointer<Float>
    /// `[position, tile, filter]`.
    let products: UnsafeMutablePointer<Float>
  }

  private func transformInput(_ image: UnsafePointer<Float>, _ rows: Range<Int>, firstTile: Int, _ scratch: Scratch) {
    let (side, pitch) = (Self.side, inputPitch)
    let planes = ChannelPlanes(
      rows: shape.rows.size, columns: shape.columns.size, left: shape.columns.before, paddedColumns: paddedColumns)
    for chunk in 0..<shape.channels / 8 {
      planes.gather(
        .init(image, size: shape.inputPlane) { chunk * 8 + $0 },
        from: rows.lowerBound * Self.outputs - shape.rows.before,
        count: rows.count * Self.outputs + 2, into: scratch.plane)
      for row in 0..<rows.count {
        for column in 0..<tileColumns {
          let corner = scratch.plane + (row * paddedColumns + column) * Self.outputs
          for j in 0..<side { Self.transformInput(corner + j, paddedColumns, into: scratch.tile + j, side) }
          let tile = firstTile + row * tileColumns + column
          let target = scratch.tile + Self.positions
          for i in 0..<side { Self.transformInput(scratch.tile + i * side, 1, into: target + i * side, 1) }
          let place = UnsafeMutableRawPointer(scratch.transformed + tile * shape.channels + chunk * 8)
          for position in 0..<Self.positions {
            (place + position * pitch * 4).storeBytes(of: target[position], as: Vector.self)
          }
        }
      }
    }
  }

  private func multiply(_ panels: UnsafePointer<Float>, tiles: Int, _ scratch: Scratch) {
    let (width, channels, columns) = (ProductTile.columns, shape.channels, panelColumns)
    for position in 0..<Self.positions {
      let a = scratch.transformed + position * inputPitch
      let y = scratch.products + position * outputPitch
      let weights = panels + position * channels * columns
      for column in stride(from: 0, to: columns, by: width) {
        let panel = weights + column * channels
        var row = 0
        while row < tiles {
          let rows = min(ProductTile.rows, tiles - row)
          let target = y + row * columns + column
          tileProduct(a + row * channels, stride: channels, rows: rows, panel, step: width, count: channels) {
            let place = UnsafeMutableRawPointer(target + $0 &* columns)
            place.storeBytes(of: $1, as: Lanes.self)
            (place + Lanes.scalarCount * 4).storeBytes(of: $2, as: Lanes.self)
          }
          row += ProductTile.rows
        }
      }
    }
  }

  private func transformOutput(
    _ image: Int, _ rows: Range<Int>, firstTile: Int, _ scratch: Scratch, _ finish: ConvolutionFinish,
    into output: UnsafeMutablePointer<Float>
  ) {
    let (side, m, width) = (Self.side, Self.outputs, shape.columns.outputs)
    let firstRow = rows.lowerBound * m
    let height = min(rows.upperBound * m, shape.rows.outputs) - firstRow
    for chunk in 0..<shape.filters / 8 {
      for row in 0..<rows.count {
        for column in 0..<tileColumns {
          let tile = firstTile + row * tileColumns + column
          let place = UnsafeRawPointer(scratch.products + tile * panelColumns + chunk * 8)
          let source = scratch.tile
          for position in 0..<Self.positions {
            source[position] = (place + position * outputPitch * 4).loadUnaligned(as: Vector.self)
          }
          let target = scratch.tile + Self.positions
          for j in 0..<side { Self.transformOutput(source + j, side, into: target + j, side) }
          let corner = scratch.plane + row * m * width + column * m
          if row * m + m <= height, column * m + m <= width {
            for i in 0..<m { Self.transformOutput(target + i * side, 1, into: corner + i * width, 1) }
          } else {
            for i in 0..<min(m, height - row * m) {
              Self.transformOutput(target + i * side, 1, into: source, 1)
              for j in 0..<min(m, width - column * m) { corner[i * width + j] = source[j] }
            }
          }
        }
      }
      finish.scatter(
        scratch.plane, count: height * width, filter: chunk * 8, plane: shape.outputPlane,
        at: image * shape.outputCount + chunk * 8 * shape.outputPlane + firstRow * width, into: output)
    }
  }

  /// `Bᵀ x`, of elements `step` apart.
  @inline(__always)
  private static func transformInput(
    _ x: UnsafePointer<Vector>, _ step: Int, into y: UnsafeMutablePointer<Vector>, _ by: Int
  ) {
    let (a, b, c, d) = (x[0], x[step], x[2 &* step], x[3 &* step])
    y[0] = a - c
    y[by] = b + c
    y[2 &* by] = c - b
    y[3 &* by] = b - d
  }

  /// `Aᵀ x`, of elements `step` apart.
  @inline(__always)
  private static func transformOutput(
    _ x: UnsafePointer<Vector>, _ step: Int, into y: UnsafeMutablePointer<Vector>, _ by: Int
  ) {
    let (a, b, c, d) = (x[0], x[step], x[2 &* step], x[3 &* step])
    y[0] = a + b + c
    y[by] = b - c - d
  }
}
