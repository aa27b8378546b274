import Foundation

extension Kernels {
  /// The reverse of `pool`: a maximum's gradient goes to the first maximum in row-major order, a mean's to all elements
  /// alike, a norm's by `sign(x) |x|ᵖ⁻¹ y¹⁻ᵖ`, which is zero where `y` is.
  package static func reverseOfPool(
    _ function: PoolingFunction, _ shape: PoolingShape, input: Floats, output: Floats,
    gradient: Floats,
    into result: MutableFloats
  ) {
    if function == .maximum, shape.isPairs {
      return reverseOfPairs(shape, input, output, gradient, result)
    }
    let (x, y, g) = (input.baseAddress!, output.baseAddress!, gradient.baseAddress!)
    let (dx, columns, stride) = (result.baseAddress!, shape.columns.outputs, shape.columns.stride)
    if shape.isGlobal, case .mean = function {
      for plane in 0..<shape.planes {
        (dx + plane * shape.inputPlane).update(
          repeating: g[plane] / Float(shape.inputPlane), count: shape.inputPlane)
      }
      return
    }
    result.update(repeating: 0)
    let places = shape.places
    withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { scratch in
      let rest = scratch.baseAddress!
      switch function {
      case .maximum:
        shape.forEachRow { plane, slice, row, output in
          // What of each window's gradient has not found its maximum yet.
          rest.update(from: g + output, count: columns)
          shape.forEachTap(plane, slice, row, places) { first, places in
            let (x, dx, y, rest) = (
              x + first, dx + first, y + output + places.lowerBound, rest + places.lowerBound
            )
            for i in 0..<places.count {
              // Equal, or the maximum is NaN.
              let isMaximum = !(x[i * stride] < y[i])
              dx[i * stride] += isMaximum ? rest[i] : 0
              rest[i] = isMaximum ? 0 : rest[i]
            }
          }
        }
      case .mean(let countsPadding):
        let counts = shape.counts(countingPadding: countsPadding)
        shape.forEachRow { plane, slice, row, output in
          let count = counts.depth[slice] * counts.rows[row]
          for i in 0..<columns { rest[i] = g[output + i] / (count * counts.columns[i]) }
          shape.forEachTap(plane, slice, row, places) { first, places in
            let (dx, rest) = (dx + first, rest + places.lowerBound)
            if stride == 1 {
              for i in 0..<places.count { dx[i] += rest[i] }
            } else {
              for i in 0..<places.count { dx[i * stride] += rest[i] }
            }
          }
        }
      case .norm(let p):
        shape.forEachRow { plane, slice, row, output in
          for i in 0..<columns {
            let norm = y[output + i]
            rest[i] = norm > 0 ? g[output + i] * powf(norm, 1 - p) : 0
          }
          shape.forEachTap(plane, slice, row, places) { first, places in
            let (x, dx, rest) = (x + first, dx + first, rest + places.lowerBound)
            for i in 0..<places.count where x[i * stride] != 0 {
              let size = power(abs(x[i * stride]), p - 1)
              dx[i * stride] += rest[i] * (x[i * stride] < 0 ? -size : size)
            }
          }
        }
      }
    }
  }

  private static func reverseOfPairs(
    _ shape: PoolingShape, _ input: Floats, _ output: Floats, _ gradient: Floats,
    _ result: MutableFloats
  ) {
    let (rows, columns, width) = (shape.rows.outputs, shape.columns.outputs, shape.columns.size)
    if 2 * rows < shape.rows.size || 2 * columns < width { result.update(repeating: 0) }
    shape.forEachRow { plane, slice, row, start in
      let offset = ((plane * shape.depth.size + slice) * shape.rows.size + 2 * row) * width
      let (x, dx) = (input.baseAddress! + offset, result.baseAddress! + offset)
      reverseOfPairs(
        x, x + width, maxima: output.baseAddress! + start, gradients: gradient.baseAddress! + start,
        columns, into: dx,
        dx + width)
    }
  }
}
