/// A square window of `size` moved by `stride` over planes of `rows` × `columns`.
package struct PoolingWindow: Sendable {
  package let size: Int
  package let stride: Int
  package let rows: Int
  package let columns: Int

  package init(size: Int, stride: Int, rows: Int, columns: Int) {
    self.size = size
    self.stride = stride
    self.rows = rows
    self.columns = columns
  }

  /// Windows that would hang over the border are left out.
  package var outputRows: Int { (rows - size) / stride + 1 }
  package var outputColumns: Int { (columns - size) / stride + 1 }

  /// Whether it halves the plane: the usual case, with loops of its own.
  fileprivate var isPairs: Bool { size == 2 && stride == 2 }

  /// Where the windows of row `row` begin, counting the output rows of all planes.
  fileprivate func offset(ofOutputRow row: Int) -> Int {
    let (plane, line) = row.quotientAndRemainder(dividingBy: outputRows)
    return (plane * rows + line * stride) * columns
  }
}

extension Kernels {
  /// The largest element of each window of each of `planes` planes; a NaN in a window is its maximum.
  package static func maxPool(_ input: Floats, planes: Int, window: PoolingWindow, into output: MutableFloats) {
    let (rows, columns) = (window.outputRows, window.outputColumns)
    for row in 0..<(planes * rows) {
      let x = input.baseAddress! + window.offset(ofOutputRow: row)
      let y = output.baseAddress! + row * columns
      if window.isPairs {
        let below = x + window.columns
        for i in 0..<columns {
          y[i] = larger(larger(x[2 * i], x[2 * i + 1]), larger(below[2 * i], below[2 * i + 1]))
        }
      } else {
        for i in 0..<columns { y[i] = x[i * window.stride] }
        for tapRow in 0..<window.size {
          for tapColumn in 0..<window.size {
            let tap = x + tapRow * window.columns + tapColumn
            for i in 0..<columns { y[i] = larger(y[i], tap[i * window.stride]) }
          }
        }
      }
    }
  }

  /// The reverse of `maxPool`: all of a window's gradient goes to its first maximum in row-major order.
  package static func reverseOfMaxPool(
    input: Floats, output: Floats, gradient: Floats, planes: Int, window: PoolingWindow, into result: MutableFloats
  ) {
    let (rows, columns) = (window.outputRows, window.outputColumns)
    result.update(repeating: 0)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { rest in
      // What of each window's gradient has not found its maximum yet.
      let rest = rest.baseAddress!
      for row in 0..<(planes * rows) {
        let offset = window.offset(ofOutputRow: row)
        let (x, dx) = (input.baseAddress! + offset, result.baseAddress! + offset)
        let (y, g) = (output.baseAddress! + row * columns, gradient.baseAddress! + row * columns)
        if window.isPairs {
          reverseOfPairs(
            x, x + window.columns, maxima: y, gradients: g, columns, into: dx, dx + window.columns)
        } else {
          for i in 0..<columns { rest[i] = g[i] }
          for tapRow in 0..<window.size {
            for tapColumn in 0..<window.size {
              let tap = tapRow * window.columns + tapColumn
              for i in 0..<columns {
                // Equal, or the maximum is NaN.
                let isMaximum = !(x[tap + i * window.stride] < y[i])
                dx[tap + i * window.stride] += isMaximum ? rest[i] : 0
                rest[i] = isMaximum ? 0 : rest[i]
              }
            }
          }
        }
      }
    }
  }

  /// One row of windows of two by two, two by two apart, over the rows `x` and `below`.
  ///
  /// The compiler does not find vectors in the scalar loop: written out, this is ten times as fast.
  private static func reverseOfPairs(
    _ x: UnsafePointer<Float>, _ below: UnsafePointer<Float>, maxima y: UnsafePointer<Float>,
    gradients g: UnsafePointer<Float>, _ columns: Int, into dx: UnsafeMutablePointer<Float>,
    _ dxBelow: UnsafeMutablePointer<Float>
  ) {
    var i = 0
    while i < columns, columns >= 8 {
      // The last eight may overlap those before: they are written twice, alike.
      i = min(i, columns - 8)
      let (top, bottom) = (load16(x + 2 * i), load16(below + 2 * i))
      let (maximum, gradient) = (load8(y + i), load8(g + i))
      let a = .!(top.evenHalf .< maximum)
      let b = .!(top.oddHalf .< maximum) .& .!a
      let c = .!(bottom.evenHalf .< maximum) .& .!(a .| b)
      let zero = SIMD8<Float>()
      store(
        zero.replacing(with: gradient, where: a), zero.replacing(with: gradient, where: b),
        interleavedAt: dx + 2 * i)
      store(
        zero.replacing(with: gradient, where: c), gradient.replacing(with: 0, where: a .| b .| c),
        interleavedAt: dxBelow + 2 * i)
      i += 8
    }
    for i in i..<columns {
      var rest = g[i]
      rest = give(rest, to: dx + 2 * i, where: !(x[2 * i] < y[i]))
      rest = give(rest, to: dx + 2 * i + 1, where: !(x[2 * i + 1] < y[i]))
      rest = give(rest, to: dxBelow + 2 * i, where: !(below[2 * i] < y[i]))
      dxBelow[2 * i + 1] = rest
    }
  }

  @inline(__always)
  private static func load8(_ x: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(x).loadUnaligned(as: SIMD8<Float>.self)
  }

  @inline(__always)
  private static func load16(_ x: UnsafePointer<Float>) -> SIMD16<Float> {
    UnsafeRawPointer(x).loadUnaligned(as: SIMD16<Float>.self)
  }

  @inline(__always)
  private static func store(
    _ even: SIMD8<Float>, _ odd: SIMD8<Float>, interleavedAt x: UnsafeMutablePointer<Float>
  ) {
    var both = SIMD16<Float>()
    both.evenHalf = even
    both.oddHalf = odd
    UnsafeMutableRawPointer(x).storeBytes(of: both, as: SIMD16<Float>.self)
  }

  /// Writes `gradient` if `condition`, else zero, and returns what is left of it: selects, not branches.
  @inline(__always)
  private static func give(_ gradient: Float, to x: UnsafeMutablePointer<Float>, where condition: Bool) -> Float {
    x.pointee = condition ? gradient : 0
    return condition ? 0 : gradient
  }

  @inline(__always)
  private static func larger(_ a: Float, _ b: Float) -> Float { b > a || b != b ? b : a }
}
