import Autodiff
import Kernels
import Tensors

/// The largest or smallest along an axis, and their places.
enum Ranks {
  package static let operators: [OperatorDefinition] = [
    extremum("ArgMax", descending: true), extremum("ArgMin", descending: false),
    OperatorDefinition("TopK", versions: [1, 10, 11, 24], attributes: ["axis", "k", "largest", "sorted"]) {
      invocation in
      let x = try invocation.input(0)
      // The count became an input in version 10.
      let counts =
        try invocation.version < 10 ? [invocation.int("k")].compactMap { $0 } : invocation.integers(1, "the count")
      guard counts.count == 1 else { throw LoweringFailure.invalid("\(counts.count) counts") }
      let axis = try invocation.axis(try invocation.int("axis", default: -1), rank: x.shape.rank)
      guard counts[0] >= 0, counts[0] <= x.shape[axis] else {
        throw LoweringFailure.invalid("the first \(counts[0]) of \(x.shape[axis])")
      }
      // Where the order is left open, the sorted one is as good as any.
      let ranking = Ranking(descending: try invocation.flag("largest", default: true))
      return try ranked(invocation, x, ranking, axis, kept: counts[0])
    },
  ]

  private static func extremum(_ name: String, descending: Bool) -> OperatorDefinition {
    OperatorDefinition(
      name, versions: [1, 11, 12, 13], attributes: ["axis", "keepdims", "select_last_index"]
    ) { invocation in
      let x = try invocation.input(0)
      let axis = try invocation.axis(try invocation.int("axis", default: 0), rank: x.shape.rank)
      guard x.shape[axis] > 0 else { throw LoweringFailure.invalid("axis \(axis) of \(x.shape) is empty") }
      let ranking = Ranking(descending: descending, prefersLast: try invocation.flag("select_last_index"))
      let places = try ranked(invocation, x, ranking, axis, kept: 1, valuesWanted: false)[0]
      guard try !invocation.flag("keepdims", default: true) else { return [places] }
      var dimensions = x.shape.dimensions
      dimensions.remove(at: axis)
      let shape = try invocation.shape(dimensions)
      if let constant = places.constant { return [.constant(constant.reshaped(to: shape))] }
      return [try invocation.emit(Reshape(shape: shape), [places], shape: shape, type: .int64)]
    }
  }

  /// The first `kept` along `axis` if `valuesWanted`, and their places.
  private static func ranked(
    _ invocation: Invocation, _ x: Value, _ ranking: Ranking, _ axis: Int, kept: Int, valuesWanted: Bool = true
  ) throws -> [Value] {
    guard x.type.isReal || x.type.isInteger else { throw LoweringFailure.invalid("its input is of type \(x.type)") }
    var dimensions = x.shape.dimensions
    dimensions[axis] = kept
    let shape = try invocation.shape(dimensions)
    if let constant = x.constant, let integers = constant.integers {
      let (values, places) = exact(integers, constant, ranking, axis, kept)
      let found = Constant(places, shape: shape)
      guard valuesWanted else { return [.constant(found)] }
      return [.constant(Constant(values, shape: shape, type: x.type)), .constant(found)]
    }
    let operation = { (givesPlaces: Bool) in Ranked(ranking, axis: axis, kept: kept, givesPlaces: givesPlaces) }
    let places = try invocation.emit(operation(true), [x], shape: shape, type: .int64)
    guard valuesWanted else { return [places] }
    return [try invocation.emit(operation(false), [x], shape: shape, type: x.type), places]
  }

  private static func exact(
    _ x: [Int], _ constant: Constant, _ ranking: Ranking, _ axis: Int, _ kept: Int
  ) -> (values: [Int], places: [Int]) {
    let dimensions = constant.shape.dimensions
    let (count, inner) = (dimensions[axis], dimensions[(axis + 1)...].reduce(1, *))
    let outer = dimensions[..<axis].reduce(1, *)
    var values = [Int](repeating: 0, count: outer * kept * inner)
    var places = values
    for row in 0..<(outer * inner) {
      let start = row / inner * count * inner + row % inner
      let order = (0..<count).sorted { a, b in
        let (p, q) = (x[start + a * inner], x[start + b * inner])
        if p == q { return ranking.prefersLast ? a > b : a < b }
        return (p > q) == ranking.isDescending
      }
      for (place, index) in order.prefix(kept).enumerated() {
        let to = row / inner * kept * inner + row % inner + place * inner
        values[to] = x[start + index * inner]
        places[to] = index
      }
    }
    return (values, places)
  }
}
