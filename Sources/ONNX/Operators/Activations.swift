import Autodiff
import Foundation
import Kernels
import Tensors

/// The nonlinearities of networks.
enum Activations {
  package static let operators: [OperatorDefinition] = rectifiers + sigmoids + exponentials

  private static let rectifiers: [OperatorDefinition] = [
    .numeric("Relu", versions: [6, 13, 14], exact: { max($0, 0) }, real: { _ in Pointwise(.relu) }),
    .pointwise("LeakyRelu", versions: [6, 16], attributes: ["alpha"]) {
      .leakyRelu(slope: try $0.float("alpha", default: 0.01))
    },
    OperatorDefinition("PRelu", versions: [7, 9, 16]) { invocation in
      let (x, slope) = (try invocation.input(0), try invocation.input(1))
      let type = try invocation.sharedType(x, slope)
      try invocation.requireReal(x)
      guard try invocation.broadcastShape([x, slope]) == x.shape else {
        throw LoweringFailure.invalid("slopes of \(slope.shape) for \(x.shape)")
      }
      return [try invocation.broadcast(.leaky, x, slope, type: type)]
    },
    .scalar("ThresholdedRelu", versions: [10, 22], attributes: ["alpha"]) { invocation in
      let alpha = try invocation.float("alpha", default: 1)
      return ScalarFunction("thresholdedRelu", { $0 > alpha ? $0 : 0 }, slope: { x, _ in x > alpha ? 1 : 0 })
    },
    OperatorDefinition("Shrink", versions: [9], attributes: ["bias", "lambd"]) { invocation in
      let x = try invocation.input(0)
      let (bias, threshold) = (try invocation.float("bias", default: 0), try invocation.float("lambd", default: 0.5))
      // A negative threshold leaves the first case to decide.
      let shrink: @Sendable (Float) -> Float = { x in
        if x < -threshold { return x + bias }
        return x > threshold ? x - bias : 0
      }
      let function = ScalarFunction("shrink", shrink, slope: { x, _ in x < -threshold || x > threshold ? 1 : 0 })
      guard x.type.isInteger else { return [try invocation.apply(function, to: x)] }
      return [try invocation.truncated(try invocation.apply(function, to: x, type: .float), type: x.type)]
    },
  ]

  private static let sigmoids: [OperatorDefinition] = [
    .pointwise("Sigmoid", versions: [6, 13]) { _ in .sigmoid },
    .pointwise("HardSigmoid", versions: [6, 22], attributes: ["alpha", "beta"]) {
      .hardSigmoid(scale: try $0.float("alpha", default: 0.2), shift: try $0.float("beta", default: 0.5))
    },
    .pointwise("HardSwish", versions: [14, 22]) { _ in .hardSwish },
    .pointwise("Swish", versions: [24], attributes: ["alpha"]) { .swish(rate: try $0.float("alpha", default: 1)) },
    OperatorDefinition("SwiGLU", versions: [28], attributes: ["alpha"]) { invocation in
      let (gate, x) = (try invocation.input(0), try invocation.input(1))
      try invocation.requireReal(gate)
      guard gate.shape == x.shape, gate.type == x.type else {
        throw LoweringFailure.invalid("a gate of \(gate.type) \(gate.shape) for \(x.type) \(x.shape)")
      }
      let swish = Pointwise(.swish(rate: try invocation.float("alpha", default: 1)))
      return [try invocation.broadcast(.multiply, invocation.apply(swish, to: gate), x, type: x.type)]
    },
    .pointwise("Gelu", versions: [20], attributes: ["approximate"]) { invocation in
      switch try invocation.string("approximate", default: "none") {
      case "none": .gelu
      case "tanh": .geluTanh
      case let other: throw LoweringFailure.invalid("the approximation \(other)")
      }
    },
    .pointwise("Mish", versions: [18, 22]) { _ in .mish },
    .scalar("Softsign", versions: [1, 22]) { _ in
      ScalarFunction(
        "softsign", { x in x / (1 + abs(x)) },
        slope: { x, _ in
          let size = 1 + abs(x)
          return 1 / (size * size)
        })
    },
  ]

  private static let exponentials: [OperatorDefinition] = [
    .scalar("Softplus", versions: [1, 22]) { _ in
      ScalarFunction(
        "softplus", { x in (x > 0 ? x : 0) + log1p(exp(-abs(x))) },
        slope: { x, _ in
          let e = exp(-abs(x))
          return (x < 0 ? e : 1) / (1 + e)
        })
    },
    .pointwise("Elu", versions: [6, 22], attributes: ["alpha"]) {
      .elu(alpha: try $0.float("alpha", default: 1), scale: 1, rate: 1)
    },
    .pointwise("Selu", versions: [6, 22], attributes: ["alpha", "gamma"]) {
      .elu(
        alpha: try $0.float("alpha", default: 1.673_263_19), scale: try $0.float("gamma", default: 1.050_701_02),
        rate: 1)
    },
    .pointwise("Celu", versions: [12, 28], attributes: ["alpha"]) { invocation in
      let alpha = try invocation.float("alpha", default: 1)
      guard alpha > 0 else { throw LoweringFailure.unsupported("alpha is \(alpha)") }
      return .elu(alpha: alpha, scale: 1, rate: 1 / alpha)
    },
  ]
}
