import Autodiff
import Kernels
import Tensors

/// Truth values, and the bits of whole numbers. No gradient flows through them.
enum Logic {
  package static let operators: [OperatorDefinition] = [
    logical("And", .and) { $0 & $1 },
    logical("Or", .or) { $0 | $1 },
    logical("Xor", .xor) { $0 ^ $1 },
    OperatorDefinition("Not", versions: [1]) { invocation in
      let x = try invocation.input(0)
      try requireTruth(x)
      if let result = invocation.integers(x, { 1 - $0 }) { return [result] }
      return [try invocation.apply(ScalarFunction("not") { $0 != 0 ? 0 : 1 }, to: x)]
    },
    bitwise("BitwiseAnd", versions: [18]) { $0 & $1 },
    bitwise("BitwiseOr", versions: [18]) { $0 | $1 },
    bitwise("BitwiseXor", versions: [18]) { $0 ^ $1 },
    OperatorDefinition("BitwiseNot", versions: [18]) { invocation in
      guard let result = invocation.integers(try invocation.input(0), { ~$0 }) else {
        throw LoweringFailure.unsupported("bits of numbers that depend on the image")
      }
      return [result]
    },
    OperatorDefinition("BitShift", versions: [11, 28], attributes: ["direction"]) { [try shift($0)] },
  ]

  private static func logical(
    _ name: String, _ function: BroadcastFunction, _ exact: @escaping @Sendable (Int, Int) -> Int
  ) -> OperatorDefinition {
    OperatorDefinition(name, versions: [7]) { invocation in
      let (a, b) = (try invocation.input(0), try invocation.input(1))
      try requireTruth(a)
      try requireTruth(b)
      if let (x, y) = invocation.integerConstants(a, b) { return [try invocation.broadcast(x, y, type: .bool, exact)] }
      return [try invocation.broadcast(function, a, b, type: .bool)]
    }
  }

  private static func requireTruth(_ value: Value) throws {
    guard value.type == .bool else { throw LoweringFailure.invalid("\(value.type) are no truth values") }
  }

  private static func bitwise(
    _ name: String, versions: [Int], _ exact: @escaping @Sendable (Int, Int) -> Int
  ) -> OperatorDefinition {
    OperatorDefinition(name, versions: versions) { invocation in
      let (x, y) = try wholes(invocation)
      return [try invocation.broadcast(x, y, type: x.type, exact)]
    }
  }

  private static func wholes(_ invocation: Invocation) throws -> (Constant, Constant) {
    let (a, b) = (try invocation.input(0), try invocation.input(1))
    let type = try invocation.sharedType(a, b)
    guard type.bits != nil else { throw LoweringFailure.invalid("\(type) are not whole numbers") }
    guard let constants = invocation.integerConstants(a, b) else {
      throw LoweringFailure.unsupported("bits of numbers that depend on the image")
    }
    return constants
  }

  private static func shift(_ invocation: Invocation) throws -> Value {
    let (x, y) = try wholes(invocation)
    let bits = x.type.bits ?? 64
    switch try invocation.string("direction") {
    case "LEFT":
      return try invocation.broadcast(x, y, type: x.type) { $1 < 0 || $1 >= bits ? 0 : $0 &<< $1 }
    case "RIGHT":
      let isUnsigned = x.type.isUnsigned
      return try invocation.broadcast(x, y, type: x.type) { value, count in
        if count < 0 || count >= bits { return value < 0 && !isUnsigned ? -1 : 0 }
        return isUnsigned ? Int(bitPattern: UInt(bitPattern: value) &>> UInt(count)) : value &>> count
      }
    case let other: throw LoweringFailure.invalid("the direction \(other ?? "is missing")")
    }
  }
}
