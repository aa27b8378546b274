import Foundation

/// What becomes of the elements under a window.
package enum PoolingFunction: Hashable, Sendable {
  /// The largest; a NaN is larger than all.
  case maximum
  /// Their mean; padding counts as zeros if `countsPadding`, else not at all.
  case mean(countsPadding: Bool)
  /// `(Σ |x|ᵖ)^(1/p)`.
  case norm(Float)
}

/// Windows over `planes` images of `[depth, rows, columns]`; images of fewer axes have `single` ones first.
package struct PoolingShape: Hashable, Sendable {
  package let planes: Int
  package let depth: WindowAxis
  package let rows: WindowAxis
  package let columns: WindowAxis

  /// - Parameter axes: one to three.
  package init(planes: Int, axes: [WindowAxis]) {
    precondition((1...3).contains(axes.count), "PoolingShape: \(axes.count) axes")
    let all = [WindowAxis](repeating: .single, count: 3 - axes.count) + axes
    self.planes = planes
    (depth, rows, columns) = (all[0], all[1], all[2])
  }

  var inputPlane: Int { depth.size * rows.size * columns.size }

  /// Whether the windows halve the plane: the usual case, with loops of its own.
  var isPairs: Bool { depth.isIdentity && Self.isPair(rows) && Self.isPair(columns) }

  private static func isPair(_ axis: WindowAxis) -> Bool {
    axis.kernel == 2 && axis.stride == 2 && axis.dilation == 1 && axis.before == 0
      && axis.outputs * 2 <= axis.size
  }

  /// Whether one window sees all of the plane.
  var isGlobal: Bool {
    [depth, rows, columns].allSatisfy {
      $0.outputs == 1 && $0.kernel == $0.size && $0.dilation == 1 && !$0.isPadded
    }
  }

  /// Calls `body` for each row of windows with its first output.
  @inline(__always)
  func forEachRow(_ body: (_ plane: Int, _ slice: Int, _ row: Int, _ output: Int) -> Void) {
    var output = 0
    for plane in 0..<planes {
      for slice in 0..<depth.outputs {
        for row in 0..<rows.outputs {
          body(plane, slice, row, output)
          output += columns.outputs
        }
      }
    }
  }

  /// Calls `body` for each element of the window, in row-major order, that is on the image for some of a row of windows:
  /// for the windows `places`, the first of which sees the image's element `first`, and the next those `stride` apart.
  @inline(__always)
  func forEachTap(
    _ plane: Int, _ slice: Int, _ row: Int, _ places: [Range<Int>],
    _ body: (_ first: Int, _ places: Range<Int>) -> Void
  ) {
    for tapSlice in depth.taps(at: slice) {
      let x =
        (plane * depth.size + slice * depth.stride + tapSlice * depth.dilation - depth.before)
        * rows.size
      for tapRow in rows.taps(at: row) {
        let line = (x + row * rows.stride + tapRow * rows.dilation - rows.before) * columns.size
        for (tap, range) in places.enumerated() where !range.isEmpty {
          body(
            line + range.lowerBound * columns.stride + tap * columns.dilation - columns.before,
            range)
        }
      }
    }
  }

  /// For each element of the window along a row, the windows for which it is on the image.
  var places: [Range<Int>] { (0..<columns.kernel).map(columns.places) }

  /// How many elements the mean of each window is over: for a window, the product of those along the three axes.
  func counts(countingPadding: Bool) -> (depth: [Float], rows: [Float], columns: [Float]) {
    func counts(_ axis: WindowAxis) -> [Float] {
      (0..<axis.outputs).map {
        Float(max((countingPadding ? axis.tapsWithPadding(at: $0) : axis.taps(at: $0)).count, 1))
      }
    }
    return (counts(depth), counts(rows), counts(columns))
  }
}

extension Kernels {
  /// `function` of the elements under each window of each plane.
  package static func pool(
    _ function: PoolingFunction, _ shape: PoolingShape, _ input: Floats, into output: MutableFloats
  ) {
    let (x, y) = (input.baseAddress!, output.baseAddress!)
    if shape.isGlobal {
      for plane in 0..<shape.planes {
        y[plane] = poolWhole(function, x + plane * shape.inputPlane, shape.inputPlane)
      }
      return
    }
    let (columns, stride, places) = (shape.columns.outputs, shape.columns.stride, shape.places)
    switch function {
    case .maximum:
      let isPairs = shape.isPairs
      shape.forEachRow { plane, slice, row, output in
        let y = y + output
        if isPairs {
          let top =
            x + ((plane * shape.depth.size + slice) * shape.rows.size + 2 * row)
            * shape.columns.size
          maximaOfPairs(top, top + shape.columns.size, columns, into: y)
          return
        }
        y.update(repeating: -.infinity, count: columns)
        shape.forEachTap(plane, slice, row, places) { first, places in
          let (x, y) = (x + first, y + places.lowerBound)
          if stride == 1 {
            for i in 0..<places.count { y[i] = larger(y[i], x[i]) }
          } else {
            for i in 0..<places.count { y[i] = larger(y[i], x[i * stride]) }
          }
        }
      }
    case .mean(let countsPadding):
      let counts = shape.counts(countingPadding: countsPadding)
      shape.forEachRow { plane, slice, row, output in
        let y = y + output
        y.update(repeating: 0, count: columns)
        shape.forEachTap(plane, slice, row, places) { first, places in
          let (x, y) = (x + first, y + places.lowerBound)
          if stride == 1 {
            for i in 0..<places.count { y[i] += x[i] }
          } else {
            for i in 0..<places.count { y[i] += x[i * stride] }
          }
        }
        let count = counts.depth[slice] * counts.rows[row]
        for i in 0..<columns { y[i] /= count * counts.columns[i] }
      }
    case .norm(let p):
      shape.forEachRow { plane, slice, row, output in
        let y = y + output
        y.update(repeating: 0, count: columns)
        shape.forEachTap(plane, slice, row, places) { first, places in
          let (x, y) = (x + first, y + places.lowerBound)
          for i in 0..<places.count { y[i] += power(abs(x[i * stride]), p) }
        }
        for i in 0..<columns { y[i] = root(y[i], p) }
      }
    }
  }

  private static func poolWhole(
    _ function: PoolingFunction, _ x: UnsafePointer<Float>, _ count: Int
  ) -> Float {
    switch function {
    case .maximum: (0..<count).reduce(-Float.infinity) { larger($0, x[$1]) }
    case .mean: sum(x, count) / Float(count)
    case .norm(let p): root((0..<count).reduce(0) { $0 + power(abs(x[$1]), p) }, p)
    }
  }

  /// Sixteen sums side by side.
  private static func sum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    var sums = SIMD16<Float>()
    let whole = count / 16 * 16
    for i in stride(from: 0, to: whole, by: 16) {
      sums += UnsafeRawPointer(x + i).loadUnaligned(as: SIMD16<Float>.self)
    }
    return (whole..<count).reduce(sums.sum()) { $0 + x[$1] }
  }

  /// `xᵖ` for `x ≥ 0`.
  @inline(__always)
  static func power(_ x: Float, _ p: Float) -> Float { p == 2 ? x * x : p == 1 ? x : powf(x, p) }

  @inline(__always)
  private static func root(_ x: Float, _ p: Float) -> Float {
    p == 2 ? x.squareRoot() : p == 1 ? x : powf(x, 1 / p)
  }

  @inline(__always)
  static func larger(_ a: Float, _ b: Float) -> Float { b > a || b != b ? b : a }

  /// For each window the place of its maximum, the first of equals, in the tensor of all planes.
  ///
  /// - Parameter columnMajor: whether places within a plane are counted with the first axis fastest.
  package static func placesOfMaxima(
    _ shape: PoolingShape, _ input: Floats, columnMajor: Bool, into output: MutableFloats
  ) {
    let (x, y, stride, places) = (
      input.baseAddress!, output.baseAddress!, shape.columns.stride, shape.places
    )
    withUnsafeTemporaryAllocation(of: Float.self, capacity: shape.columns.outputs) { maxima in
      let maxima = maxima.baseAddress!
      shape.forEachRow { plane, slice, row, output in
        let y = y + output
        maxima.update(repeating: -.infinity, count: shape.columns.outputs)
        y.update(repeating: -1, count: shape.columns.outputs)
        shape.forEachTap(plane, slice, row, places) { first, places in
          for (i, place) in places.enumerated() {
            let at = first + i * stride
            let isFirst = y[place] < 0
            guard isFirst || x[at] > maxima[place] || x[at].isNaN && !maxima[place].isNaN else {
              continue
            }
            maxima[place] = x[at]
            y[place] = Float(at)
          }
        }
      }
    }
    guard columnMajor else { return }
    let (depth, rows, columns) = (shape.depth.size, shape.rows.size, shape.columns.size)
    for i in output.indices where y[i] >= 0 {
      let (line, column) = Int(y[i]).quotientAndRemainder(dividingBy: columns)
      let (all, row) = line.quotientAndRemainder(dividingBy: rows)
      let (plane, slice) = all.quotientAndRemainder(dividingBy: depth)
      y[i] = Float(plane * shape.inputPlane + (column * rows + row) * depth + slice)
    }
  }
}
