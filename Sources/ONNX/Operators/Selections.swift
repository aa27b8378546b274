import Autodiff
import Kernels
import Tensors

/// The larger, the smaller, the bounded, the chosen; sums and means of many tensors.
enum Selections {
  package static let operators: [OperatorDefinition] = [
    variadic("Max", versions: [6, 8, 12, 13], .maximum) { max($0, $1) },
    variadic("Min", versions: [6, 8, 12, 13], .minimum) { min($0, $1) },
    variadic("Sum", versions: [6, 8, 13], .add) { $0 &+ $1 },
    OperatorDefinition("Mean", versions: [6, 8, 13]) { invocation in
      let sum = try combined(invocation, .add) { $0 &+ $1 }
      try invocation.requireReal(sum)
      let share = 1 / Float(invocation.inputs.count)
      return [try invocation.apply(Pointwise(.affine(scale: share, shift: 0)), to: sum)]
    },
    OperatorDefinition("Where", versions: [9, 16]) { [try choice($0)] },
    OperatorDefinition("Clip", versions: [6, 11, 12, 13], attributes: ["min", "max"]) { [try clipped($0)] },
  ]

  private static func variadic(
    _ name: String, versions: [Int], _ function: BroadcastFunction, _ exact: @escaping @Sendable (Int, Int) -> Int
  ) -> OperatorDefinition {
    OperatorDefinition(name, versions: versions) { [try combined($0, function, exact)] }
  }

  private static func combined(
    _ invocation: Invocation, _ function: BroadcastFunction, _ exact: (Int, Int) -> Int
  ) throws -> Value {
    var result = try invocation.input(0)
    guard result.type != .bool else { throw LoweringFailure.invalid("its inputs are truth values") }
    for index in invocation.inputs.indices.dropFirst() {
      let other = try invocation.input(index)
      let type = try invocation.sharedType(result, other)
      if let (a, b) = invocation.integerConstants(result, other) {
        result = try invocation.broadcast(a, b, type: type, exact)
      } else {
        result = try invocation.broadcast(function, result, other, type: type)
      }
    }
    return result
  }

  private static func choice(_ invocation: Invocation) throws -> Value {
    let (condition, a, b) = (try invocation.input(0), try invocation.input(1), try invocation.input(2))
    guard condition.type == .bool else { throw LoweringFailure.invalid("its condition is of type \(condition.type)") }
    let type = try invocation.sharedType(a, b)
    let shape = try invocation.broadcastShape([condition, a, b])
    if let chosen = condition.constant?.integers {
      if let x = a.constant, let y = b.constant, x.integers != nil, y.integers != nil, let known = condition.constant {
        let (first, second) = (
          try invocation.integers(of: x, repeatedTo: shape), try invocation.integers(of: y, repeatedTo: shape)
        )
        let picks = try invocation.integers(of: known, repeatedTo: shape)
        let result = shape.count == 0 ? [] : picks.indices.map { picks[$0] != 0 ? first[$0] : second[$0] }
        return .constant(Constant(result, shape: shape, type: type))
      }
      // Conditions on shapes are known, and choose one of the two.
      if a.shape == shape, chosen.allSatisfy({ $0 != 0 }) { return a }
      if b.shape == shape, chosen.allSatisfy({ $0 == 0 }) { return b }
    }
    return try invocation.emit(Selection(), [condition, a, b], shape: shape, type: type)
  }

  /// The bounds are attributes before version 11, and inputs since.
  private static func clipped(_ invocation: Invocation) throws -> Value {
    var x = try invocation.input(0)
    guard x.type != .bool else { throw LoweringFailure.invalid("its input holds truth values") }
    guard invocation.version >= 11 else {
      try invocation.requireReal(x)
      let low = try invocation.float("min", default: -.infinity)
      return try invocation.clipped(x, low, try invocation.float("max", default: .infinity))
    }
    let (low, high) = (invocation.optionalInput(1), invocation.optionalInput(2))
    for bound in [low, high].compactMap({ $0 }) {
      guard bound.shape.count == 1, bound.shape.rank <= max(1, x.shape.rank) else {
        throw LoweringFailure.invalid("a bound of shape \(bound.shape)")
      }
      _ = try invocation.sharedType(x, bound)
    }
    let isKnown = low.map { $0.constant != nil } ?? true && high.map { $0.constant != nil } ?? true
    if x.constant?.integers != nil, isKnown {
      let (least, most) = (low?.constant?.integers?[0] ?? .min, high?.constant?.integers?[0] ?? .max)
      return invocation.integers(x) { min(most, max(least, $0)) } ?? x
    }
    if isKnown {
      let least = low?.constant?.tensor.scalar ?? -.infinity
      return try invocation.clipped(x, least, high?.constant?.tensor.scalar ?? .infinity)
    }
    for (bound, function) in [(low, BroadcastFunction.atLeast), (high, .atMost)] {
      guard let bound else { continue }
      x = try invocation.emit(
        BroadcastBinary(function), [x, bound], shape: invocation.broadcastShape([x, bound]), type: x.type)
    }
    return x
  }
}

extension Invocation {
  /// `value` between two bounds.
  fileprivate func clipped(_ value: Value, _ low: Float, _ high: Float) throws -> Value {
    guard low > -.infinity || high < .infinity else { return value }
    return try apply(Pointwise(.clip(low: low, high: high)), to: value)
  }
}
