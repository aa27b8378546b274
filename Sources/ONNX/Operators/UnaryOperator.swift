import Autodiff
import Kernels
import Tensors

extension OperatorDefinition {
  /// An operator that applies a function to every real number of its only input.
  static func pointwise(
    _ name: String, versions: [Int], attributes: Set<String> = [],
    _ function: @escaping @Sendable (Invocation) throws -> PointwiseFunction
  ) -> OperatorDefinition {
    OperatorDefinition(name, versions: versions, attributes: attributes) { invocation in
      let x = try invocation.input(0)
      try invocation.requireReal(x)
      return [try invocation.apply(Pointwise(function(invocation)), to: x)]
    }
  }

  /// The same for a function that is too rare for vectors.
  static func scalar(
    _ name: String, versions: [Int], attributes: Set<String> = [],
    _ function: @escaping @Sendable (Invocation) throws -> ScalarFunction
  ) -> OperatorDefinition {
    OperatorDefinition(name, versions: versions, attributes: attributes) { invocation in
      let x = try invocation.input(0)
      try invocation.requireReal(x)
      return [try invocation.apply(function(invocation), to: x)]
    }
  }

  /// An operator that knows whole numbers as well; `exact` is the function of them, `real` that of
  /// others.
  static func numeric(
    _ name: String, versions: [Int], attributes: Set<String> = [], exact: @escaping @Sendable (Int) -> Int,
    real function: @escaping @Sendable (Invocation) throws -> some Operation
  ) -> OperatorDefinition {
    OperatorDefinition(name, versions: versions, attributes: attributes) { invocation in
      let x = try invocation.input(0)
      guard x.type != .bool, x.type != .string else { throw LoweringFailure.invalid("its input is of type \(x.type)") }
      if let result = invocation.integers(x, exact) { return [result] }
      return [try invocation.apply(function(invocation), to: x)]
    }
  }
}
