import Autodiff
import Kernels
import Tensors

/// Sums, means, extrema and norms over axes.
enum Reductions {
  package static let operators: [OperatorDefinition] = [
    reduction("ReduceSum", versions: [1, 11, 13], exact: (0, { $0 &+ $1 })) { try $0.reduced(.sum, $1) },
    reduction("ReduceMean", versions: [1, 11, 13, 18]) { try $0.reduced(.mean, $1) },
    reduction("ReduceMax", versions: [1, 11, 12, 13, 18, 20], exact: (.min, { max($0, $1) })) {
      try $0.reduced(.maximum, $1)
    },
    reduction("ReduceMin", versions: [1, 11, 12, 13, 18, 20], exact: (.max, { min($0, $1) })) {
      try $0.reduced(.minimum, $1)
    },
    reduction("ReduceProd", versions: [1, 11, 13, 18], exact: (1, { $0 &* $1 })) { try $0.reduced(.product, $1) },
    reduction("ReduceL1", versions: [1, 11, 13, 18], exact: (0, { $0 &+ ($1 < 0 ? 0 &- $1 : $1) })) {
      try $0.reduced(.sum, try $0.mapped(Pointwise(.absolute), $1))
    },
    reduction("ReduceL2", versions: [1, 11, 13, 18]) { try $0.reduced(.norm, $1) },
    reduction("ReduceSumSquare", versions: [1, 11, 13, 18], exact: (0, { $0 &+ $1 &* $1 })) {
      try $0.reduced(.sumOfSquares, $1)
    },
    reduction("ReduceLogSum", versions: [1, 11, 13, 18, 28]) {
      try $0.mapped(Elementary.logarithm, try $0.reduced(.sum, $1))
    },
    reduction("ReduceLogSumExp", versions: [1, 11, 13, 18, 28]) { try $0.reduced(.logSumExp, $1) },
  ]

  /// - Parameter exact: how whole numbers are reduced, and what of none of them.
  private static func reduction(
    _ name: String, versions: [Int], exact: (initial: Int, function: @Sendable (Int, Int) -> Int)? = nil,
    _ lower: @escaping @Sendable (AxisReduction, Value) throws -> Value
  ) -> OperatorDefinition {
    // Axes became an input in version 13 of the sum, and in version 18 of the others.
    let inputSince = name == "ReduceSum" ? 13 : 18
    return OperatorDefinition(
      name, versions: versions, attributes: ["axes", "keepdims", "noop_with_empty_axes"]
    ) { invocation in
      let x = try invocation.input(0)
      guard x.type.isReal || x.type.isInteger else { throw LoweringFailure.invalid("its input is of type \(x.type)") }
      let reduction = try AxisReduction(invocation, x.shape, hasAxesAsInput: invocation.version >= inputSince)
      if let exact, let constant = x.constant, constant.integers != nil {
        return [try reduction.folded(constant, exact.initial, exact.function)]
      }
      guard x.type.isInteger else { return [try lower(reduction, x)] }
      // Whole numbers that depend on the image are floats, and so are roots and means of known ones.
      let result = try lower(reduction, x)
      return [
        name == "ReduceMax" || name == "ReduceMin" ? result : try invocation.wrapped(invocation.truncated(result))
      ]
    }
  }
}

/// Which axes a node reduces, and how.
private struct AxisReduction {
  let invocation: Invocation
  let axes: [Int]
  let keepsAxes: Bool
  let shape: Shape

  init(_ invocation: Invocation, _ input: Shape, hasAxesAsInput: Bool) throws {
    self.invocation = invocation
    let rank = input.rank
    var named: [Int]
    if hasAxesAsInput {
      guard !invocation.has("axes") else { throw LoweringFailure.invalid("axes are an input since its version") }
      named = try invocation.optionalIntegers(1, "the axes") ?? []
      if named.isEmpty, try !invocation.flag("noop_with_empty_axes") { named = Array(0..<rank) }
    } else {
      named = try invocation.ints("axes") ?? []
      if named.isEmpty { named = Array(0..<rank) }
    }
    axes = try invocation.axes(named, rank: rank)
    keepsAxes = try invocation.flag("keepdims", default: true)
    let (kept, reduced) = (keepsAxes, Set(axes))
    shape = try invocation.shape(
      input.dimensions.enumerated().compactMap { axis, dimension in
        reduced.contains(axis) ? (kept ? 1 : nil) : dimension
      })
  }

  func reduced(_ function: ReductionFunction, _ x: Value) throws -> Value {
    try invocation.emit(
      Reduction(function, axes: axes, keepsAxes: keepsAxes), [x], shape: shape, type: x.type)
  }

  func mapped(_ operation: some Operation, _ x: Value) throws -> Value { try invocation.apply(operation, to: x) }

  /// Whole numbers, exact but for the type's range.
  func folded(_ constant: Constant, _ initial: Int, _ function: (Int, Int) -> Int) throws -> Value {
    let type = constant.type
    let dimensions = constant.shape.dimensions
    // How far each axis moves in the result: not at all if it is reduced.
    var steps = [Int](repeating: 0, count: dimensions.count)
    var step = 1
    for axis in dimensions.indices.reversed() where !axes.contains(axis) {
      steps[axis] = step
      step *= dimensions[axis]
    }
    let smallest = type.range?.lowerBound ?? (type == .bool || type.isUnsigned ? 0 : .min)
    let largest = type.range?.upperBound ?? (type == .bool ? 1 : .max)
    var result = [Int](repeating: min(max(initial, smallest), largest), count: shape.count)
    for (index, element) in (constant.integers ?? []).enumerated() {
      var (rest, place) = (index, 0)
      for axis in dimensions.indices.reversed() {
        place += rest % dimensions[axis] * steps[axis]
        rest /= dimensions[axis]
      }
      result[place] = function(result[place], element)
    }
    return .constant(Constant(result.map(type.wrapped), shape: shape, type: type))
  }
}
