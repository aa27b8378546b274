import Autodiff
import Tensors

/// Softmax and its relatives.
enum SoftmaxFamily {
  package static let operators: [OperatorDefinition] = [
    family("Softmax", .softmax), family("LogSoftmax", .logSoftmax), family("Hardmax", .hardmax),
  ]

  private static func family(_ name: String, _ kind: AxisSoftmax.Kind) -> OperatorDefinition {
    OperatorDefinition(name, versions: [1, 11, 13], attributes: ["axis"]) { invocation in
      let x = try invocation.input(0)
      try invocation.requireReal(x)
      let rank = x.shape.rank
      guard invocation.version < 13 else {
        guard rank > 0 else { throw LoweringFailure.invalid("its input is a scalar") }
        let axis = try invocation.axis(try invocation.int("axis", default: -1), rank: rank)
        return [try invocation.apply(AxisSoftmax(kind, axis: axis), to: x)]
      }
      // Over all axes from `axis` on, as if they were one; `axis` may be the rank: each element is alone then.
      let named = try invocation.int("axis", default: 1)
      let axis = try named == rank ? rank : invocation.axis(named, rank: rank)
      let dimensions = x.shape.dimensions
      let matrix: Shape = [dimensions[..<axis].reduce(1, *), dimensions[axis...].reduce(1, *)]
      guard rank != 2 || axis != 1 else { return [try invocation.apply(AxisSoftmax(kind, axis: 1), to: x)] }
      let rows = try invocation.emit(Reshape(shape: matrix), [x], shape: matrix, type: x.type)
      let result = try invocation.apply(AxisSoftmax(kind, axis: 1), to: rows)
      return [try invocation.emit(Reshape(shape: x.shape), [result], shape: x.shape, type: x.type)]
    }
  }
}
