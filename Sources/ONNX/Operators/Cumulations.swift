import Autodiff
import Kernels
import Tensors

/// Running sums and products.
enum Cumulations {
  package static let operators: [OperatorDefinition] = [
    cumulation("CumSum", versions: [11, 14], .sum), cumulation("CumProd", versions: [26], .product),
  ]

  private static func cumulation(
    _ name: String, versions: [Int], _ function: Cumulation.Function
  ) -> OperatorDefinition {
    OperatorDefinition(name, versions: versions, attributes: ["exclusive", "reverse"]) { invocation in
      let x = try invocation.input(0)
      guard x.type.isReal || x.type.bits != nil else { throw LoweringFailure.invalid("its input is of type \(x.type)") }
      let axes = try invocation.integers(1, "the axis")
      guard axes.count == 1 else { throw LoweringFailure.invalid("\(axes.count) axes") }
      let axis = try invocation.axis(axes[0], rank: x.shape.rank)
      let cumulation = Cumulation(
        function, exclusive: try invocation.flag("exclusive"), reversed: try invocation.flag("reverse"))
      if let constant = x.constant, let integers = constant.integers {
        let result = exact(integers, constant, cumulation, axis).map(x.type.wrapped)
        return [.constant(Constant(result, shape: x.shape, type: x.type))]
      }
      return [try invocation.wrapped(invocation.apply(Cumulative(cumulation, axis: axis), to: x))]
    }
  }

  private static func exact(_ x: [Int], _ constant: Constant, _ cumulation: Cumulation, _ axis: Int) -> [Int] {
    let dimensions = constant.shape.dimensions
    let (count, inner) = (dimensions[axis], dimensions[(axis + 1)...].reduce(1, *))
    var result = x
    guard count > 0, inner > 0 else { return result }
    for row in 0..<(x.count / count) {
      let start = row / inner * count * inner + row % inner
      var total = cumulation.function == .sum ? 0 : 1
      for step in 0..<count {
        let i = start + (cumulation.isReversed ? count - 1 - step : step) * inner
        let before = total
        total = cumulation.function == .sum ? total &+ x[i] : total &* x[i]
        result[i] = cumulation.isExclusive ? before : total
      }
    }
    return result
  }
}
