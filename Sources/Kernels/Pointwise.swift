/// A function of one number that networks apply to whole tensors, in vectors.
package enum PointwiseFunction: Sendable, Hashable {
  case negate, absolute, squareRoot, reciprocal, square
  case exponential, tanh, sigmoid, errorFunction
  /// `scale x + shift`.
  case affine(scale: Float, shift: Float)
  /// `max(0, x)`; its derivative at 0 is 0.
  case relu
  /// `x` if it is positive, else `slope x`.
  case leakyRelu(slope: Float)
  /// `min(high, max(low, x))`; its derivative at both bounds is 1.
  case clip(low: Float, high: Float)
  /// `min(1, max(0, scale x + shift))`; its derivative at the corners is 0.
  case hardSigmoid(scale: Float, shift: Float)
  /// `x hardSigmoid(x)` with the scale 1/6 and the shift 1/2.
  case hardSwish
  /// `x / (1 + e^(-rate x))`.
  case swish(rate: Float)
  /// `x Φ(x)`, `Φ` the normal distribution's.
  case gelu
  /// Its approximation `x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2`.
  case geluTanh
  /// `x tanh(ln(1 + e^x))`.
  case mish
  /// `scale x` if `x` is positive, else `scale alpha (e^(rate x) - 1)`.
  case elu(alpha: Float, scale: Float, rate: Float)

  package var name: String {
    switch self {
    case .affine: "affine"
    case .leakyRelu: "leakyRelu"
    case .clip: "clip"
    case .hardSigmoid: "hardSigmoid"
    case .swish: "swish"
    case .elu: "elu"
    default: "\(self)"
    }
  }
}

extension Kernels {
  /// `y = f(x)`, elementwise.
  package static func applyPointwise(_ function: PointwiseFunction, _ x: Floats, into y: MutableFloats) {
    let zero = Lanes(0)
    let one = Lanes(1)
    switch function {
    case .negate: lanewise(x, y) { -$0 }
    case .absolute: lanewise(x, y) { magnitude($0) }
    case .squareRoot: lanewise(x, y) { $0.squareRoot() }
    case .reciprocal: lanewise(x, y) { one / $0 }
    case .square: lanewise(x, y) { $0 * $0 }
    case .exponential: lanewise(x, y) { fullExponential($0) }
    case .tanh: lanewise(x, y) { hyperbolicTangent($0) }
    case .sigmoid: lanewise(x, y) { fullLogistic($0) }
    case .errorFunction: lanewise(x, y) { errorFunction($0) }
    case .affine(let scale, let shift):
      let (a, b) = (Lanes(scale), Lanes(shift))
      lanewise(x, y) { $0 * a + b }
    case .relu: elementwise(x, y) { $0 < 0 ? 0 : $0 }
    case .leakyRelu(let slope):
      elementwise(x, y) { $0 < 0 ? $0 * slope : $0 }
    case .clip(let low, let high):
      elementwise(x, y) {
        let raised = $0 < low ? low : $0
        return raised > high ? high : raised
      }
    case .hardSigmoid(let scale, let shift):
      let (a, b) = (Lanes(scale), Lanes(shift))
      lanewise(x, y) { clamped($0 * a + b, zero, one) }
    case .hardSwish:
      let (a, b) = (Lanes(1.0 / 6), Lanes(0.5))
      lanewise(x, y) { $0 * clamped($0 * a + b, zero, one) }
    case .swish(let rate):
      let rate = Lanes(rate)
      lanewise(x, y) { $0 * fullLogistic(rate * $0) }
    case .gelu: lanewise(x, y) { $0 * normalDistribution($0) }
    case .geluTanh: lanewise(x, y) { Lanes(0.5) * $0 * (one + hyperbolicTangent(tangentArgument($0))) }
    case .mish: lanewise(x, y) { $0 * mishFactor($0).factor }
    case .elu(let alpha, let scale, let rate):
      let (a, s, r) = (Lanes(scale * alpha), Lanes(scale), Lanes(rate))
      lanewise(x, y) { (s * $0).replacing(with: a * exponentialMinusOne(r * $0), where: $0 .< zero) }
    }
  }

  /// `dx = g f'(x)` from the input `x` and the output `y`.
  package static func reverseOfPointwise(
    _ function: PointwiseFunction, input x: Floats, output y: Floats, gradient g: Floats, into dx: MutableFloats
  ) {
    let zero = Lanes(0)
    let one = Lanes(1)
    switch function {
    case .negate: lanewise(g, dx) { -$0 }
    case .absolute:
      lanewise(x, g, dx) { x, g in signed(one, like: x).replacing(with: zero, where: x .== zero) * g }
    case .squareRoot: lanewise(y, g, dx) { y, g in g / (y + y) }
    case .reciprocal: lanewise(y, g, dx) { y, g in zero - g * y * y }
    case .square: lanewise(x, g, dx) { x, g in g * (x + x) }
    case .exponential: lanewise(y, g, dx) { y, g in g * y }
    case .tanh: lanewise(y, g, dx) { y, g in g * (one - y * y) }
    case .sigmoid: lanewise(y, g, dx) { y, g in g * (one - y) * y }
    case .errorFunction:
      lanewise(x, g, dx) { x, g in g * Lanes(1.128_379_167) * fullExponential(zero - x * x) }
    case .affine(let scale, _):
      let scale = Lanes(scale)
      lanewise(g, dx) { $0 * scale }
    case .relu: elementwise(y, g, dx) { y, g in y > 0 ? g : 0 }
    case .leakyRelu(let slope):
      elementwise(x, g, dx) { x, g in x > 0 ? g : g * slope }
    case .clip(let low, let high):
      elementwise(x, g, dx) { x, g in x >= low && x <= high ? g : 0 }
    case .hardSigmoid(let scale, let shift):
      let (a, b) = (Lanes(scale), Lanes(shift))
      lanewise(x, g, dx) { x, g in
        let z = x * a + b
        return zero.replacing(with: g * a, where: (z .> zero) .& (z .< one))
      }
    case .hardSwish:
      lanewise(x, g, dx) { x, g in
        let slope = (x * Lanes(1.0 / 3) + Lanes(0.5)).replacing(with: one, where: x .>= Lanes(3))
        return g * slope.replacing(with: zero, where: x .<= Lanes(-3))
      }
    case .swish(let rate):
      let rate = Lanes(rate)
      lanewise(x, g, dx) { x, g in
        let s = fullLogistic(rate * x)
        return g * s * (one + rate * x * (one - s))
      }
    case .gelu:
      lanewise(x, g, dx) { x, g in
        let density = Lanes(0.398_942_280) * fullExponential(Lanes(-0.5) * x * x)
        return g * (normalDistribution(x) + x * density)
      }
    case .geluTanh:
      lanewise(x, g, dx) { x, g in
        let t = hyperbolicTangent(tangentArgument(x))
        let slope = Lanes(0.797_884_561) * (one + Lanes(3 * 0.044_715) * x * x)
        return g * Lanes(0.5) * (one + t + x * (one - t * t) * slope)
      }
    case .mish:
      lanewise(x, g, dx) { x, g in
        let (factor, slope) = mishFactor(x)
        return g * (factor + x * slope)
      }
    case .elu(let alpha, let scale, let rate):
      let (a, s, r) = (Lanes(scale * alpha * rate), Lanes(scale), Lanes(rate))
      lanewise(x, g, dx) { x, g in
        g * (a * fullExponential(minimum(r * x, zero))).replacing(with: s, where: x .> zero)
      }
    }
  }

  @inline(__always)
  private static func normalDistribution(_ x: Lanes) -> Lanes {
    Lanes(0.5) + Lanes(0.5) * errorFunction(x * Lanes(0.707_106_781))
  }

  /// What the tangent in `geluTanh` is taken of.
  @inline(__always)
  private static func tangentArgument(_ x: Lanes) -> Lanes {
    Lanes(0.797_884_561) * (x + Lanes(0.044_715) * x * x * x)
  }

  /// `tanh(ln(1 + e^x)) = n / (n + 2)` with `n = e^x (e^x + 2)`, and its derivative.
  @inline(__always)
  private static func mishFactor(_ x: Lanes) -> (factor: Lanes, slope: Lanes) {
    // Above 20 the factor is 1 to the last bit.
    let e = fullExponential(minimum(x, Lanes(20)))
    let n = e * (e + Lanes(2))
    let below = Lanes(1) / (n + Lanes(2))
    return (n * below, Lanes(4) * e * (e + Lanes(1)) * below * below)
  }
}
