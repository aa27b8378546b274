import Autodiff
import Foundation
import Kernels

/// Functions of one number that mathematics knows.
enum Elementary {
  package static let operators: [OperatorDefinition] = signs + roots + trigonometry

  private static let signs: [OperatorDefinition] = [
    .numeric("Neg", versions: [6, 13], exact: { 0 &- $0 }, real: { _ in Pointwise(.negate) }),
    .numeric("Abs", versions: [6, 13], exact: { $0 < 0 ? 0 &- $0 : $0 }, real: { _ in Pointwise(.absolute) }),
    .numeric(
      "Sign", versions: [9, 13], exact: { $0.signum() },
      real: { _ in ScalarFunction("sign") { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 } }),
    .scalar("Floor", versions: [6, 13]) { _ in ScalarFunction("floor") { $0.rounded(.down) } },
    .scalar("Ceil", versions: [6, 13]) { _ in ScalarFunction("ceil") { $0.rounded(.up) } },
    .scalar("Round", versions: [11, 22]) { _ in ScalarFunction("round") { $0.rounded(.toNearestOrEven) } },
  ]

  private static let roots: [OperatorDefinition] = [
    .pointwise("Reciprocal", versions: [6, 13]) { _ in .reciprocal },
    .pointwise("Sqrt", versions: [6, 13]) { _ in .squareRoot },
    .pointwise("Exp", versions: [6, 13]) { _ in .exponential },
    .pointwise("Erf", versions: [9, 13]) { _ in .errorFunction },
    .scalar("Log", versions: [6, 13]) { _ in logarithm },
  ]

  static let logarithm = ScalarFunction("log", { log($0) }, slope: { x, _ in 1 / x })

  private static let trigonometry: [OperatorDefinition] = [
    scalar("Sin", versions: [7, 22], sin) { x, _ in cos(x) },
    scalar("Cos", versions: [7, 22], cos) { x, _ in -sin(x) },
    scalar("Tan", versions: [7, 22], tan) { _, y in 1 + y * y },
    scalar("Asin", versions: [7, 22], asin) { x, _ in 1 / (1 - x * x).squareRoot() },
    scalar("Acos", versions: [7, 22], acos) { x, _ in -1 / (1 - x * x).squareRoot() },
    scalar("Atan", versions: [7, 22], atan) { x, _ in 1 / (1 + x * x) },
    scalar("Sinh", versions: [9, 22], sinh) { x, _ in cosh(x) },
    scalar("Cosh", versions: [9, 22], cosh) { x, _ in sinh(x) },
    .pointwise("Tanh", versions: [6, 13]) { _ in .tanh },
    scalar("Asinh", versions: [9, 22], asinh) { x, _ in 1 / (x * x + 1).squareRoot() },
    scalar("Acosh", versions: [9, 22], acosh) { x, _ in 1 / ((x - 1) * (x + 1)).squareRoot() },
    scalar("Atanh", versions: [9, 22], atanh) { x, _ in 1 / (1 - x * x) },
  ]

  private static func scalar(
    _ name: String, versions: [Int], _ value: @escaping @Sendable (Float) -> Float,
    slope: @escaping @Sendable (Float, Float) -> Float
  ) -> OperatorDefinition {
    .scalar(name, versions: versions) { _ in ScalarFunction(name.lowercased(), value, slope: slope) }
  }
}
