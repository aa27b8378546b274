import Autodiff
import Tensors

/// Conversions between types.
///
/// Real numbers are 32-bit floats here whatever their type, so a conversion to a narrower real type rounds once; the
/// gradient passes through it unchanged, as in PyTorch. No gradient flows into whole numbers or truth values.
enum Casting {
  package static let operators: [OperatorDefinition] = [
    OperatorDefinition(
      "Cast", versions: [6, 9, 13, 19, 21, 23, 24, 25, 28], attributes: ["to", "saturate", "round_mode"]
    ) { invocation in
      guard let number = try invocation.int("to") else { throw LoweringFailure.invalid("attribute to is missing") }
      guard let type = ElementType(rawValue: number) else {
        throw LoweringFailure.unsupported("the type of number \(number)")
      }
      return [try cast(invocation, try invocation.input(0), to: type)]
    },
    OperatorDefinition(
      "CastLike", versions: [15, 19, 21, 23, 24, 25], attributes: ["saturate", "round_mode"]
    ) { [try cast($0, try $0.input(0), to: try $0.input(1).type)] },
    OperatorDefinition("Identity", versions: [1, 13, 14, 16, 19, 21, 23, 24, 25]) { [try $0.input(0)] },
  ]

  private static func cast(_ invocation: Invocation, _ value: Value, to type: ElementType) throws -> Value {
    guard value.type != type else { return value }
    guard type.isReal || type.isInteger, value.type.isReal || value.type.isInteger else {
      throw LoweringFailure.unsupported("a conversion from \(value.type) to \(type)")
    }
    if let constant = value.constant, let integers = constant.integers {
      guard type.isReal else {
        return .constant(Constant(integers.map(type.wrapped), shape: constant.shape, type: type))
      }
      return try rounded(invocation, .constant(Constant(constant.tensor, type: .float)), to: type)
    }
    if type.isReal { return try rounded(invocation, value, to: type) }
    if let constant = value.constant {
      let integers = constant.tensor.scalars.map { type == .bool ? ($0 != 0 ? 1 : 0) : type.wrapped(whole($0)) }
      return .constant(Constant(integers, shape: constant.shape, type: type))
    }
    if type == .bool {
      return try invocation.apply(ScalarFunction("nonzero") { $0 != 0 ? 1 : 0 }, to: value, type: .bool)
    }
    if value.type.isReal { return try invocation.wrapped(invocation.truncated(value, type: type)) }
    return try invocation.wrapped(retyped(value, type))
  }

  /// Rounded towards zero; the nearest `Int` if there is none, 0 for NaN.
  static func whole(_ x: Float) -> Int {
    if x.isNaN { return 0 }
    return Int(exactly: x.rounded(.towardZero)) ?? (x < 0 ? .min : .max)
  }

  /// `value` as numbers of the real type `type`.
  private static func rounded(_ invocation: Invocation, _ value: Value, to type: ElementType) throws -> Value {
    guard type != .float, type != .double else { return retyped(value, type) }
    let saturates = try invocation.flag("saturate", default: true)
    if type == .float8e8m0 {
      let mode = try invocation.string("round_mode", default: "up")
      guard let rounding = PowerRounding(rawValue: mode) else { throw LoweringFailure.invalid("the rounding \(mode)") }
      let function = ScalarFunction("\(type)", { rounding.power(of: $0, saturates: saturates) }, slope: { _, _ in 1 })
      return try invocation.apply(function, to: value, type: type)
    }
    guard let format = NarrowFloat(type) else { throw LoweringFailure.unsupported("a conversion to \(type)") }
    let function = ScalarFunction("\(type)", { format.rounded($0, saturates: saturates) }, slope: { _, _ in 1 })
    return try invocation.apply(function, to: value, type: type)
  }

  /// The same elements, said to be of another type of the same kind.
  private static func retyped(_ value: Value, _ type: ElementType) -> Value {
    switch value {
    case .computed(let computed): .computed(Computed(slot: computed.slot, shape: computed.shape, type: type))
    case .constant(let constant): .constant(Constant(constant.tensor, type: type))
    }
  }
}
