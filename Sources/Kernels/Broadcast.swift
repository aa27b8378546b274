import Foundation

/// A function of two numbers, for tensors that are broadcast against each other.
package enum BroadcastFunction: String, Sendable {
  case add, subtract, multiply, divide, power
  /// The larger or smaller; of equals each gets half of the gradient.
  case maximum, minimum
  /// The larger or smaller of a number and a bound; of equals the number gets all of the gradient.
  case atLeast, atMost
  /// The remainder of a division rounded towards zero (of the dividend's sign) or down (of the divisor's).
  case remainder, modulo
  /// `x` if it is positive, else `x` times a slope.
  case leaky
  /// 1 where it holds, else 0; any number but 0 is true. Their derivatives are zero.
  case equal, less, lessOrEqual, greater, greaterOrEqual, and, or, xor

  /// Whether its derivatives are zero wherever they exist.
  package var isStep: Bool {
    switch self {
    case .equal, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .xor: true
    default: false
    }
  }
}

extension Kernels {
  /// `z = f(x, y)` for tensors that are broadcast against each other.
  package static func broadcast(
    _ function: BroadcastFunction, _ layout: BroadcastLayout, _ x: Floats, _ y: Floats, into z: MutableFloats
  ) {
    switch function {
    case .add: combine(layout, x, y, z) { $0 + $1 }
    case .subtract: combine(layout, x, y, z) { $0 - $1 }
    case .multiply: combine(layout, x, y, z) { $0 * $1 }
    case .divide: combine(layout, x, y, z) { $0 / $1 }
    case .power: combine(layout, x, y, z) { pow($0, $1) }
    case .maximum: combine(layout, x, y, z) { $0 > $1 || $0 != $0 ? $0 : $1 }
    case .minimum: combine(layout, x, y, z) { $0 < $1 || $0 != $0 ? $0 : $1 }
    case .atLeast: combine(layout, x, y, z) { $0 < $1 ? $1 : $0 }
    case .atMost: combine(layout, x, y, z) { $0 > $1 ? $1 : $0 }
    case .remainder: combine(layout, x, y, z) { fmod($0, $1) }
    case .modulo: combine(layout, x, y, z) { modulo($0, $1) }
    case .leaky: combine(layout, x, y, z) { $0 > 0 ? $0 : $0 * $1 }
    case .equal: combine(layout, x, y, z) { $0 == $1 ? 1 : 0 }
    case .less: combine(layout, x, y, z) { $0 < $1 ? 1 : 0 }
    case .lessOrEqual: combine(layout, x, y, z) { $0 <= $1 ? 1 : 0 }
    case .greater: combine(layout, x, y, z) { $0 > $1 ? 1 : 0 }
    case .greaterOrEqual: combine(layout, x, y, z) { $0 >= $1 ? 1 : 0 }
    case .and: combine(layout, x, y, z) { $0 != 0 && $1 != 0 ? 1 : 0 }
    case .or: combine(layout, x, y, z) { $0 != 0 || $1 != 0 ? 1 : 0 }
    case .xor: combine(layout, x, y, z) { ($0 != 0) != ($1 != 0) ? 1 : 0 }
    }
  }

  /// The gradient by `x` of `broadcast`, summed over where `x` was repeated.
  package static func reverseOfBroadcastByFirst(
    _ function: BroadcastFunction, _ layout: BroadcastLayout, _ x: Floats, _ y: Floats, gradient g: Floats,
    into dx: MutableFloats
  ) {
    switch function {
    case .add, .subtract, .remainder, .modulo: accumulate(layout, x, y, g, dx) { $2 }
    case .multiply: accumulate(layout, x, y, g, dx) { $2 * $1 }
    case .divide: accumulate(layout, x, y, g, dx) { $2 / $1 }
    case .power: accumulate(layout, x, y, g, dx) { $1 == 0 ? 0 : $2 * $1 * pow($0, $1 - 1) }
    case .maximum: accumulate(layout, x, y, g, dx) { $0 > $1 ? $2 : $0 == $1 ? $2 / 2 : 0 }
    case .minimum: accumulate(layout, x, y, g, dx) { $0 < $1 ? $2 : $0 == $1 ? $2 / 2 : 0 }
    case .atLeast: accumulate(layout, x, y, g, dx) { $0 < $1 ? 0 : $2 }
    case .atMost: accumulate(layout, x, y, g, dx) { $0 > $1 ? 0 : $2 }
    case .leaky: accumulate(layout, x, y, g, dx) { $0 > 0 ? $2 : $2 * $1 }
    case .equal, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .xor: dx.update(repeating: 0)
    }
  }

  /// The gradient by `y` of `broadcast`, summed over where `y` was repeated.
  package static func reverseOfBroadcastBySecond(
    _ function: BroadcastFunction, _ layout: BroadcastLayout, _ x: Floats, _ y: Floats, gradient g: Floats,
    into dy: MutableFloats
  ) {
    let swapped = layout.swapped
    switch function {
    case .add, .multiply, .maximum, .minimum:
      reverseOfBroadcastByFirst(function, swapped, y, x, gradient: g, into: dy)
    case .subtract: accumulate(swapped, y, x, g, dy) { -$2 }
    case .divide: accumulate(swapped, y, x, g, dy) { -$2 * ($1 / $0) / $0 }
    case .power: accumulate(swapped, y, x, g, dy) { $1 == 0 && $0 >= 0 ? 0 : $2 * pow($1, $0) * log($1) }
    case .atLeast: accumulate(swapped, y, x, g, dy) { $1 < $0 ? $2 : 0 }
    case .atMost: accumulate(swapped, y, x, g, dy) { $1 > $0 ? $2 : 0 }
    case .remainder: accumulate(swapped, y, x, g, dy) { -$2 * ($1 / $0).rounded(.towardZero) }
    case .modulo: accumulate(swapped, y, x, g, dy) { -$2 * ($1 / $0).rounded(.down) }
    case .leaky: accumulate(swapped, y, x, g, dy) { $1 > 0 ? 0 : $2 * $1 }
    case .equal, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .xor: dy.update(repeating: 0)
    }
  }

  /// The elements of the first tensor of `layout`, repeated to the result's shape.
  package static func repeatElements(_ layout: BroadcastLayout, _ x: Floats, into z: MutableFloats) {
    // The second tensor is not read.
    combine(layout, x, Floats(z), z) { first, _ in first }
  }

  /// The reverse of `repeatElements`: sums over what was repeated.
  package static func reverseOfRepetition(_ layout: BroadcastLayout, gradient g: Floats, into dx: MutableFloats) {
    accumulate(layout, Floats(dx), g, g, dx) { _, _, g in g }
  }

  /// `x - ⌊x / y⌋ y`, with Python's care for signs: zero has the divisor's.
  private static func modulo(_ x: Float, _ y: Float) -> Float {
    let remainder = fmod(x, y)
    if remainder == 0 { return y < 0 ? -0.0 : 0 }
    return (remainder < 0) == (y < 0) ? remainder : remainder + y
  }

  @inline(__always)
  private static func combine(
    _ layout: BroadcastLayout, _ x: Floats, _ y: Floats, _ z: MutableFloats, _ f: (Float, Float) -> Float
  ) {
    let run = layout.extents[0]
    let (repeatsFirst, repeatsSecond) = (layout.first[0] == 0, layout.second[0] == 0)
    layout.forEachRun { a, b, result in
      let (x, y, z) = (x.baseAddress! + a, y.baseAddress! + b, z.baseAddress! + result)
      if repeatsSecond {
        let second = y[0]
        for i in 0..<run { z[i] = f(x[i], second) }
      } else if repeatsFirst {
        let first = x[0]
        for i in 0..<run { z[i] = f(first, y[i]) }
      } else {
        for i in 0..<run { z[i] = f(x[i], y[i]) }
      }
    }
  }

  /// How many terms are at hand before they are summed.
  private static let chunk = 512

  /// `dx = Σ term(x, y, g)` over where `x` was repeated, always in the same order.
  @inline(__always)
  private static func accumulate(
    _ layout: BroadcastLayout, _ x: Floats, _ y: Floats, _ g: Floats, _ dx: MutableFloats,
    _ term: (Float, Float, Float) -> Float
  ) {
    let run = layout.extents[0]
    let step = layout.second[0]
    if layout.repeatsFirst { dx.update(repeating: 0) }
    if layout.first[0] == 0 {
      withUnsafeTemporaryAllocation(of: Float.self, capacity: chunk) { terms in
        let terms = terms.baseAddress!
        layout.forEachRun { a, b, result in
          let (first, y, g) = (x[a], y.baseAddress! + b, g.baseAddress! + result)
          var total = 0.0
          for start in stride(from: 0, to: run, by: chunk) {
            let count = min(chunk, run - start)
            if step == 0 {
              let second = y[0]
              for i in 0..<count { terms[i] = term(first, second, g[start + i]) }
            } else {
              for i in 0..<count { terms[i] = term(first, y[start + i], g[start + i]) }
            }
            total += sum(terms, count)
          }
          dx[a] += Float(total)
        }
      }
      return
    }
    let adds = layout.repeatsFirst
    layout.forEachRun { a, b, result in
      let (x, y, g, dx) = (x.baseAddress! + a, y.baseAddress! + b, g.baseAddress! + result, dx.baseAddress! + a)
      if adds {
        if step == 0 {
          let second = y[0]
          for i in 0..<run { dx[i] += term(x[i], second, g[i]) }
        } else {
          for i in 0..<run { dx[i] += term(x[i], y[i], g[i]) }
        }
      } else if step == 0 {
        let second = y[0]
        for i in 0..<run { dx[i] = term(x[i], second, g[i]) }
      } else {
        for i in 0..<run { dx[i] = term(x[i], y[i], g[i]) }
      }
    }
  }
}
