/// The sizes of patches of `[batch, channels, rows, columns]` whose elements are moved by offsets.
package struct DeformedPatchShape: Sendable, Hashable {
  package let batch: Int
  package let channels: Int
  /// Channels in one of these share their offsets.
  package let groups: Int
  package let rows: WindowAxis
  package let columns: WindowAxis

  package init(batch: Int, channels: Int, groups: Int, rows: WindowAxis, columns: WindowAxis) {
    self.batch = batch
    self.channels = channels
    self.groups = groups
    self.rows = rows
    self.columns = columns
  }

  package var taps: Int { rows.kernel * columns.kernel }
  package var points: Int { rows.outputs * columns.outputs }
  package var plane: Int { rows.size * columns.size }
}

/// The four pixels round a place between them, with their weights and the weights' derivatives by the place.
private struct Corners {
  /// Negative: a zero beyond the border.
  var pixel: (Int, Int, Int, Int)
  var weight: (Float, Float, Float, Float)
  var slopeByRow: (Float, Float, Float, Float)
  var slopeByColumn: (Float, Float, Float, Float)

  /// `nil` where the place is beyond the border by a pixel or more, or no number.
  @inline(__always)
  init?(row: Float, column: Float, _ shape: DeformedPatchShape) {
    let (height, width) = (shape.rows.size, shape.columns.size)
    guard row > -1, row < Float(height), column > -1, column < Float(width) else { return nil }
    let (top, left) = (row.rounded(.down), column.rounded(.down))
    let (r, c) = (row - top, column - left)
    let (i, j) = (Int(top), Int(left))
    let (hasTop, hasBottom) = (i >= 0, i + 1 < height)
    let (hasLeft, hasRight) = (j >= 0, j + 1 < width)
    pixel = (
      hasTop && hasLeft ? i * width + j : -1, hasTop && hasRight ? i * width + j + 1 : -1,
      hasBottom && hasLeft ? (i + 1) * width + j : -1, hasBottom && hasRight ? (i + 1) * width + j + 1 : -1
    )
    weight = ((1 - r) * (1 - c), (1 - r) * c, r * (1 - c), r * c)
    slopeByRow = (c - 1, -c, 1 - c, c)
    slopeByColumn = (r - 1, 1 - r, -r, r)
  }

  @inline(__always)
  func sum(_ factors: (Float, Float, Float, Float), _ x: UnsafePointer<Float>) -> Float {
    var sum: Float = 0
    if pixel.0 >= 0 { sum = sum.addingProduct(factors.0, x[pixel.0]) }
    if pixel.1 >= 0 { sum = sum.addingProduct(factors.1, x[pixel.1]) }
    if pixel.2 >= 0 { sum = sum.addingProduct(factors.2, x[pixel.2]) }
    if pixel.3 >= 0 { sum = sum.addingProduct(factors.3, x[pixel.3]) }
    return sum
  }

  @inline(__always)
  func add(_ g: Float, to dx: UnsafeMutablePointer<Float>) {
    if pixel.0 >= 0 { dx[pixel.0] = dx[pixel.0].addingProduct(weight.0, g) }
    if pixel.1 >= 0 { dx[pixel.1] = dx[pixel.1].addingProduct(weight.1, g) }
    if pixel.2 >= 0 { dx[pixel.2] = dx[pixel.2].addingProduct(weight.2, g) }
    if pixel.3 >= 0 { dx[pixel.3] = dx[pixel.3].addingProduct(weight.3, g) }
  }
}

extension Kernels {
  /// `columns[b, c, t, p] = mask[b, g, t, p] x[b, c, place of tap t at point p + offset[b, g, t, :, p]]`, read bilinearly,
  /// where g is the group of channel c.
  package static func deformedPatches(
    _ shape: DeformedPatchShape, input: Floats, offsets: Floats, mask: Floats?, into output: MutableFloats
  ) {
    guard output.count > 0 else { return }
    output.update(repeating: 0)
    let (x, y) = (input.baseAddress!, output.baseAddress!)
    let (taps, points) = (shape.taps, shape.points)
    forEachPlace(shape, offsets) { channels, tap, point, place, corners in
      let factor = mask.map { $0[place] } ?? 1
      for channel in channels {
        y[(channel * taps + tap) * points + point] = factor * corners.sum(corners.weight, x + channel * shape.plane)
      }
    }
  }

  /// The reverse of `deformedPatches`: by the image, the offsets and the mask, each if it is wanted.
  package static func reverseOfDeformedPatches(
    _ shape: DeformedPatchShape, input: Floats, offsets: Floats, mask: Floats?, gradient: Floats,
    input dx: MutableFloats?, offsets doffsets: MutableFloats?, mask dmask: MutableFloats?
  ) {
    dx?.update(repeating: 0)
    doffsets?.update(repeating: 0)
    dmask?.update(repeating: 0)
    guard gradient.count > 0 else { return }
    let (x, g) = (input.baseAddress!, gradient.baseAddress!)
    let (taps, points, plane) = (shape.taps, shape.points, shape.plane)
    forEachPlace(shape, offsets) { channels, tap, point, place, corners in
      let factor = mask.map { $0[place] } ?? 1
      // Offsets lie as [batch, group, tap, axis, point], masks without the axis.
      let offset = (place - point) * 2 + point
      for channel in channels {
        let seed = g[(channel * taps + tap) * points + point]
        let image = x + channel * plane
        if let dx { corners.add(factor * seed, to: dx.baseAddress! + channel * plane) }
        if let doffsets {
          doffsets[offset] += factor * seed * corners.sum(corners.slopeByRow, image)
          doffsets[offset + points] += factor * seed * corners.sum(corners.slopeByColumn, image)
        }
        if let dmask { dmask[place] += seed * corners.sum(corners.weight, image) }
      }
    }
  }

  /// Calls `body` for each place that is read: the channels that it is read in (counted through the batch), its tap, its
  /// point, its index in a mask, and the pixels round it.
  @inline(__always)
  private static func forEachPlace(
    _ shape: DeformedPatchShape, _ offsets: Floats,
    _ body: (_ channels: Range<Int>, _ tap: Int, _ point: Int, _ place: Int, _ corners: Corners) -> Void
  ) {
    let (rows, columns, points) = (shape.rows, shape.columns, shape.points)
    let perGroup = shape.channels / shape.groups
    for group in 0..<shape.batch * shape.groups {
      let channels = group * perGroup..<(group + 1) * perGroup
      for tap in 0..<shape.taps {
        let place = (group * shape.taps + tap) * points
        let (down, right) = (
          tap / columns.kernel * rows.dilation - rows.before, tap % columns.kernel * columns.dilation - columns.before
        )
        for i in 0..<rows.outputs {
          for j in 0..<columns.outputs {
            let point = i * columns.outputs + j
            let row = Float(i * rows.stride + down) + offsets[2 * place + point]
            let column = Float(j * columns.stride + right) + offsets[2 * place + points + point]
            guard let corners = Corners(row: row, column: column, shape) else { continue }
            body(channels, tap, point, place + point, corners)
          }
        }
      }
    }
  }
}
