import Foundation

extension Kernels {
  /// Softmax of each row of `[rows, columns]`, in vectors.
  package static func softmaxOfRows(_ input: Floats, rows: Int, columns: Int, into output: MutableFloats) {
    let whole = columns - columns % Lanes.width
    let rest = columns - whole
    for row in 0..<rows where columns > 0 {
      let (x, y) = (input.baseAddress! + row * columns, output.baseAddress! + row * columns)
      let top = Lanes(largest(x, columns))
      var total = Lanes(0)
      for k in stride(from: 0, to: whole, by: Lanes.width) {
        let e = fullExponential(load(x + k) - top)
        store(e, y + k)
        total += e
      }
      if rest > 0 {
        let e = fullExponential(load(x + whole, rest, fill: -.infinity) - top)
        store(e, y + whole, rest)
        total += e
      }
      let scale = 1 / total.total
      for k in 0..<columns { y[k] *= scale }
    }
  }

  /// The reverse of `softmaxOfRows`, `dx = y (g - Σ g y)`, from the output `y`.
  package static func reverseOfSoftmaxRows(
    output: Floats, gradient: Floats, rows: Int, columns: Int, into result: MutableFloats
  ) {
    let whole = columns - columns % Lanes.width
    let rest = columns - whole
    for row in 0..<rows {
      let offset = row * columns
      let (y, g, dx) = (output.baseAddress! + offset, gradient.baseAddress! + offset, result.baseAddress! + offset)
      var total = Lanes(0)
      for k in stride(from: 0, to: whole, by: Lanes.width) { total = multiplyAdd(load(g + k), load(y + k), total) }
      if rest > 0 { total = multiplyAdd(load(g + whole, rest), load(y + whole, rest), total) }
      let inner = total.total
      for k in 0..<columns { dx[k] = y[k] * (g[k] - inner) }
    }
  }

  /// Log-softmax of each row of `[rows, columns]`, in vectors.
  package static func logSoftmaxOfRows(_ input: Floats, rows: Int, columns: Int, into output: MutableFloats) {
    let whole = columns - columns % Lanes.width
    let rest = columns - whole
    for row in 0..<rows where columns > 0 {
      let (x, y) = (input.baseAddress! + row * columns, output.baseAddress! + row * columns)
      let largest = largest(x, columns)
      let top = Lanes(largest)
      var total = Lanes(0)
      for k in stride(from: 0, to: whole, by: Lanes.width) { total += fullExponential(load(x + k) - top) }
      if rest > 0 { total += fullExponential(load(x + whole, rest, fill: -.infinity) - top) }
      let logTotal = log(total.total)
      for k in 0..<columns { y[k] = x[k] - largest - logTotal }
    }
  }

  /// The largest of `count` elements; −∞ of none.
  private static func largest(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    let whole = count - count % Lanes.width
    var best = Lanes(-.infinity)
    for k in stride(from: 0, to: whole, by: Lanes.width) { best = larger(best, load(x + k)) }
    if whole < count { best = larger(best, load(x + whole, count - whole, fill: -.infinity)) }
    return best.largest
  }

  @inline(__always)
  private static func larger(_ a: Lanes, _ b: Lanes) -> Lanes { a.replacing(with: b, where: b .> a) }

  /// 1 at the first largest element of each row of `[rows, columns]`, 0 elsewhere.
  package static func hardmaxOfRows(_ input: Floats, rows: Int, columns: Int, into output: MutableFloats) {
    output.update(repeating: 0)
    for row in 0..<rows where columns > 0 {
      var best = row * columns
      for k in row * columns..<(row + 1) * columns where input[k] > input[best] { best = k }
      output[best] = 1
    }
  }
}
