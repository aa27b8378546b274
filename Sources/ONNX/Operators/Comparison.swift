import Autodiff
import Kernels
import Tensors

/// Comparisons of tensors that are broadcast against each other. No gradient flows through them.
enum Comparison {
  package static let operators: [OperatorDefinition] = [
    comparison("Equal", versions: [7, 11, 13, 19], .equal) { $0 == $1 },
    comparison("Greater", versions: [7, 9, 13], .greater) { $0 > $1 },
    comparison("GreaterOrEqual", versions: [12, 16], .greaterOrEqual) { $0 >= $1 },
    comparison("Less", versions: [7, 9, 13], .less) { $0 < $1 },
    comparison("LessOrEqual", versions: [12, 16], .lessOrEqual) { $0 <= $1 },
    OperatorDefinition("IsNaN", versions: [9, 13, 20]) { invocation in
      let x = try invocation.input(0)
      try invocation.requireReal(x)
      return [try invocation.apply(ScalarFunction("isNaN") { $0.isNaN ? 1 : 0 }, to: x, type: .bool)]
    },
    OperatorDefinition("IsInf", versions: [10, 20], attributes: ["detect_negative", "detect_positive"]) { invocation in
      let x = try invocation.input(0)
      try invocation.requireReal(x)
      let negative = try invocation.flag("detect_negative", default: true)
      let positive = try invocation.flag("detect_positive", default: true)
      let function = ScalarFunction("isInfinite") { $0.isInfinite && ($0 < 0 ? negative : positive) ? 1 : 0 }
      return [try invocation.apply(function, to: x, type: .bool)]
    },
  ]

  private static func comparison(
    _ name: String, versions: [Int], _ function: BroadcastFunction, _ exact: @escaping @Sendable (Int, Int) -> Bool
  ) -> OperatorDefinition {
    OperatorDefinition(name, versions: versions) { invocation in
      let (a, b) = (try invocation.input(0), try invocation.input(1))
      let type = try invocation.sharedType(a, b)
      if let (x, y) = invocation.integerConstants(a, b) {
        if type == .uint64 {
          // Those beyond `Int` are held as negative ones: their order changes with their highest bit.
          return [try invocation.broadcast(x, y, type: .bool) { exact($0 ^ .min, $1 ^ .min) ? 1 : 0 }]
        }
        return [try invocation.broadcast(x, y, type: .bool) { exact($0, $1) ? 1 : 0 }]
      }
      return [try invocation.broadcast(function, a, b, type: .bool)]
    }
  }
}
