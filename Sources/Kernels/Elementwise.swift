import Foundation

/// A function of one number.
package enum UnaryFunction: String, Sendable {
  case relu, sigmoid, logSigmoid, exp, log
}

/// A function of two numbers.
package enum BinaryFunction: String, Sendable {
  case add, subtract, multiply, divide
}

extension Kernels {
  /// `y[i] = f(x[i])`.
  package static func apply(_ function: UnaryFunction, _ input: Floats, into output: MutableFloats) {
    let (x, y) = (input.baseAddress!, output.baseAddress!)
    switch function {
    case .relu: for i in 0..<input.count { y[i] = x[i] < 0 ? 0 : x[i] }
    case .sigmoid: for i in 0..<input.count { y[i] = sigmoid(x[i]) }
    case .logSigmoid: for i in 0..<input.count { y[i] = min(x[i], 0) - log1p(Foundation.exp(-abs(x[i]))) }
    case .exp: for i in 0..<input.count { y[i] = Foundation.exp(x[i]) }
    case .log: for i in 0..<input.count { y[i] = Foundation.log(x[i]) }
    }
  }

  /// `dx[i] = g[i] f'(x[i])`, from the input `x` and the output `y = f(x)`; relu'(0) = 0.
  package static func reverse(
    of function: UnaryFunction, input: Floats, output: Floats, gradient: Floats, into result: MutableFloats
  ) {
    let (x, y, g, dx) = (input.baseAddress!, output.baseAddress!, gradient.baseAddress!, result.baseAddress!)
    switch function {
    case .relu: for i in 0..<input.count { dx[i] = y[i] > 0 ? g[i] : 0 }
    case .sigmoid: for i in 0..<input.count { dx[i] = g[i] * y[i] * (1 - y[i]) }
    case .logSigmoid: for i in 0..<input.count { dx[i] = g[i] * sigmoid(-x[i]) }
    case .exp: for i in 0..<input.count { dx[i] = g[i] * y[i] }
    case .log: for i in 0..<input.count { dx[i] = g[i] / x[i] }
    }
  }

  /// `1 / (1 + e^(-x))`, without overflow for either sign.
  @inline(__always)
  private static func sigmoid(_ x: Float) -> Float {
    let e = Foundation.exp(-abs(x))
    return x < 0 ? e / (1 + e) : 1 / (1 + e)
  }

  /// `z[i] = f(x[i], y[i])`.
  package static func apply(_ function: BinaryFunction, _ a: Floats, _ b: Floats, into output: MutableFloats) {
    let (x, y, z) = (a.baseAddress!, b.baseAddress!, output.baseAddress!)
    switch function {
    case .add: for i in 0..<a.count { z[i] = x[i] + y[i] }
    case .subtract: for i in 0..<a.count { z[i] = x[i] - y[i] }
    case .multiply: for i in 0..<a.count { z[i] = x[i] * y[i] }
    case .divide: for i in 0..<a.count { z[i] = x[i] / y[i] }
    }
  }

  /// `y[i] = scale x[i] + shift`.
  package static func affine(_ input: Floats, scale: Float, shift: Float, into output: MutableFloats) {
    let (x, y) = (input.baseAddress!, output.baseAddress!)
    for i in 0..<input.count { y[i] = scale * x[i] + shift }
  }

  /// `x / y` by `y`: `-g z / y` with `z = x / y`.
  package static func reverseOfDivisor(
    quotient: Floats, divisor: Floats, gradient: Floats, into result: MutableFloats
  ) {
    let (z, y, g, dy) = (quotient.baseAddress!, divisor.baseAddress!, gradient.baseAddress!, result.baseAddress!)
    for i in 0..<quotient.count { dy[i] = -g[i] * z[i] / y[i] }
  }
}
