import Autodiff
import Foundation
import Kernels
import Tensors

/// Sums, products and powers of tensors that are broadcast against each other.
enum Arithmetic {
  package static let operators: [OperatorDefinition] = [
    binary("Add", versions: [7, 13, 14], .add) { $0 &+ $1 },
    binary("Sub", versions: [7, 13, 14], .subtract) { $0 &- $1 },
    binary("Mul", versions: [7, 13, 14], .multiply) { $0 &* $1 },
    binary("Div", versions: [7, 13, 14], .divide) { try quotient($0, $1) },
    OperatorDefinition("Mod", versions: [10, 13, 28], attributes: ["fmod"]) { invocation in
      // Before version 28, real numbers needed `fmod`.
      if try invocation.flag("fmod") {
        [try apply(invocation, .remainder) { try remainder($0, $1) }]
      } else {
        [try apply(invocation, .modulo) { try modulo($0, $1) }]
      }
    },
    OperatorDefinition("Pow", versions: [7, 12, 13, 15]) { [try power($0)] },
  ]

  private static func binary(
    _ name: String, versions: [Int], _ function: BroadcastFunction,
    _ exact: @escaping @Sendable (Int, Int) throws -> Int
  ) -> OperatorDefinition {
    OperatorDefinition(name, versions: versions) { [try apply($0, function, exact)] }
  }

  private static func apply(
    _ invocation: Invocation, _ function: BroadcastFunction, _ exact: (Int, Int) throws -> Int
  ) throws -> Value {
    let (a, b) = (try invocation.input(0), try invocation.input(1))
    let type = try invocation.sharedType(a, b)
    guard type != .bool else { throw LoweringFailure.invalid("its inputs are truth values") }
    if let (x, y) = invocation.integerConstants(a, b) { return try invocation.broadcast(x, y, type: type, exact) }
    let result = try invocation.broadcast(function, a, b, type: type)
    guard type.isInteger else { return result }
    // Whole numbers that depend on the image are floats: exact up to 2²⁴.
    return try invocation.wrapped(function == .divide ? invocation.truncated(result) : result)
  }

  /// Rounded towards zero.
  static func quotient(_ x: Int, _ y: Int) throws -> Int {
    guard y != 0 else { throw LoweringFailure.invalid("a whole number is divided by zero") }
    return x.dividedReportingOverflow(by: y).partialValue
  }

  private static func remainder(_ x: Int, _ y: Int) throws -> Int {
    guard y != 0 else { throw LoweringFailure.invalid("a whole number is divided by zero") }
    return x.remainderReportingOverflow(dividingBy: y).partialValue
  }

  /// Of the divisor's sign.
  private static func modulo(_ x: Int, _ y: Int) throws -> Int {
    let rest = try remainder(x, y)
    return rest != 0 && (rest < 0) != (y < 0) ? rest &+ y : rest
  }
}

// MARK: Powers

extension Arithmetic {
  /// The result has the type of the base; the exponent may have another.
  private static func power(_ invocation: Invocation) throws -> Value {
    let (base, exponent) = (try invocation.input(0), try invocation.input(1))
    guard base.type != .bool, exponent.type != .bool else {
      throw LoweringFailure.invalid("its inputs are truth values")
    }
    if let (x, y) = invocation.integerConstants(base, exponent) {
      return try invocation.broadcast(x, y, type: base.type) { try integerPower($0, $1) }
    }
    if let constant = exponent.constant, constant.shape.count == 1, constant.shape.rank <= base.shape.rank,
      base.type.isReal, let result = try power(invocation, base, constant.tensor.scalar)
    {
      return result
    }
    let result = try invocation.broadcast(.power, base, exponent, type: base.type)
    return base.type.isInteger ? try invocation.wrapped(invocation.truncated(result)) : result
  }

  /// The powers that networks take; `nil` for others.
  private static func power(_ invocation: Invocation, _ base: Value, _ exponent: Float) throws -> Value? {
    switch exponent {
    case 2: try invocation.apply(Pointwise(.square), to: base)
    case 3: try invocation.apply(ScalarFunction("cube", { $0 * $0 * $0 }, slope: { x, _ in 3 * x * x }), to: base)
    case 0.5: try invocation.apply(Pointwise(.squareRoot), to: base)
    case -1: try invocation.apply(Pointwise(.reciprocal), to: base)
    default: nil
    }
  }

  private static func integerPower(_ base: Int, _ exponent: Int) throws -> Int {
    if exponent < 0 {
      return try base == -1 ? (exponent % 2 == 0 ? 1 : -1) : quotient(1, base)
    }
    var (result, square, rest) = (1, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = result &* square }
      square = square &* square
      rest >>= 1
    }
    return result
  }
}

extension Invocation {
  /// `value` rounded towards zero, of derivative zero.
  func truncated(_ value: Value, type: ElementType? = nil) throws -> Value {
    try apply(ScalarFunction("truncate") { $0.rounded(.towardZero) }, to: value, type: type)
  }
}
