import Kernels
import Tensors

/// Operators that pick elements at indices, which must be known.
enum Indexing {
  static let operators: [OperatorDefinition] = [
    OperatorDefinition("Gather", versions: [1, 11, 13], attributes: ["axis"], lower: gather),
    OperatorDefinition("GatherElements", versions: [11, 13], attributes: ["axis"], lower: gatherElements),
    OperatorDefinition("GatherND", versions: [11, 12, 13], attributes: ["batch_dims"], lower: gatherND),
    OperatorDefinition("Compress", versions: [9, 11, 28], attributes: ["axis"], lower: compress),
    OperatorDefinition("OneHot", versions: [9, 11, 28], attributes: ["axis"], lower: oneHot),
    OperatorDefinition("NonZero", versions: [9, 13], lower: nonZero),
  ]

  private static func gather(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    let axis = try invocation.axis(invocation.int("axis", default: 0), rank: data.shape.rank)
    let (shape, indices) = try invocation.indices()
    let extent = data.shape[axis]
    let places = try indices.map { try invocation.place($0, of: extent, axis: axis) }
    var dimensions = data.shape.dimensions
    dimensions.replaceSubrange(axis...axis, with: shape.dimensions)
    var axes = [[Int]?](repeating: nil, count: data.shape.rank)
    axes[axis] = places
    return [try invocation.picked(data, axes: axes, to: dimensions)]
  }

  private static func gatherElements(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    let (shape, positions) = try elementPositions(invocation, of: data.shape)
    if shape.count == 0 { return [try invocation.empty(shape, type: data.type)] }
    let table = IndexTable(positions: positions, of: data.shape, batch: shape.rank > 0 ? shape[0] : 1)
    return [try invocation.moved(data, by: table, to: shape.dimensions)]
  }

  /// Where the indices of input 1, which vary along `axis` alone, lead to among the elements of `shape`, and their shape.
  static func elementPositions(_ invocation: Invocation, of shape: Shape) throws -> (Shape, [Int32]) {
    let axis = try invocation.axis(invocation.int("axis", default: 0), rank: shape.rank)
    let (indexShape, indices) = try invocation.indices()
    guard indexShape.rank == shape.rank,
      shape.dimensions.indices.allSatisfy({ $0 == axis || indexShape[$0] <= shape[$0] })
    else { throw LoweringFailure.invalid("indices of \(indexShape) for \(shape) along axis \(axis)") }
    if indices.isEmpty { return (indexShape, []) }
    let inner = indexShape.dimensions[(axis + 1)...].reduce(1, *)
    // Where each group of indices begins that differ along the axis alone.
    var outerStarts = [0]
    for a in 0..<axis {
      outerStarts = outerStarts.flatMap { start in (0..<indexShape[a]).map { start * shape[a] + $0 } }
    }
    var innerOffsets = [0]
    for a in (axis + 1)..<max(shape.rank, axis + 1) {
      innerOffsets = innerOffsets.flatMap { start in (0..<indexShape[a]).map { start * shape[a] + $0 } }
    }
    let (extent, stride) = (shape[axis], shape.dimensions[(axis + 1)...].reduce(1, *))
    let positions = try indices.enumerated().map { number, index in
      let outer = number / inner / indexShape[axis]
      let place = try invocation.place(index, of: extent, axis: axis)
      return Int32((outerStarts[outer] * extent + place) * stride + innerOffsets[number % inner])
    }
    return (indexShape, positions)
  }

  private static func gatherND(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    let batchAxes = try invocation.int("batch_dims", default: 0)
    let tuples = try IndexTuples(invocation, of: data.shape, batchAxes: batchAxes)
    let dimensions = tuples.outer + data.shape.dimensions[(batchAxes + tuples.length)...]
    let shape = try invocation.boundedShape(dimensions)
    if shape.count == 0 { return [try invocation.empty(shape, type: data.type)] }
    let table = IndexTable(
      positions: tuples.positions, width: tuples.width, of: data.shape, batch: tuples.outer.first ?? 1)
    return [try invocation.moved(data, by: table, to: dimensions)]
  }

  private static func compress(_ invocation: Invocation) throws -> [Value] {
    var data = try invocation.data()
    let chosen = try invocation.integers(1, "the condition")
    let named = try invocation.int("axis")
    if named == nil { data = try invocation.reshaped(data, to: [data.shape.count]) }
    let axis = try invocation.axis(named ?? 0, rank: data.shape.rank)
    guard chosen.count <= data.shape[axis] else {
      throw LoweringFailure.invalid("\(chosen.count) conditions for \(data.shape[axis]) places of axis \(axis)")
    }
    var axes = [[Int]?](repeating: nil, count: data.shape.rank)
    axes[axis] = chosen.indices.filter { chosen[$0] != 0 }
    return [try invocation.picked(data, axes: axes)]
  }

  private static func oneHot(_ invocation: Invocation) throws -> [Value] {
    let indices = try invocation.constant(0, "the indices")
    let depths = try wholeNumbers(invocation.constant(1, "the depth"), "the depth")
    let values = try invocation.constant(2, "the values")
    guard depths.count == 1, let depth = depths.first, depth > 0, values.shape.count == 2 else {
      throw LoweringFailure.invalid("a depth of \(depths.prefix(3)) and \(values.shape.count) values")
    }
    let rank = indices.shape.rank
    let axis = try invocation.axis(invocation.int("axis", default: -1), rank: rank + 1)
    var dimensions = indices.shape.dimensions
    dimensions.insert(depth, at: axis)
    let shape = try invocation.boundedShape(dimensions)
    let inner = indices.shape.dimensions[axis...].reduce(1, *)
    // Element 0 of the values is off, element 1 on.
    var positions = [Int32](repeating: 0, count: shape.count)
    for (number, index) in try wholeNumbers(indices, "the indices").enumerated() {
      guard index >= -depth, index < depth else { continue }
      let place = index < 0 ? index + depth : index
      positions[(number / inner * depth + place) * inner + number % inner] = 1
    }
    if shape.count == 0 { return [try invocation.empty(shape, type: values.type)] }
    return [
      try invocation.moved(.constant(values), by: IndexTable(positions: positions, inputCount: 2), to: dimensions)
    ]
  }

  /// The elements of `constant`, which may be of a real type.
  private static func wholeNumbers(_ constant: Constant, _ role: String) throws -> [Int] {
    if let integers = constant.integers { return integers }
    return try constant.tensor.scalars.map {
      guard let number = Int(exactly: $0.rounded(.towardZero)) else { throw LoweringFailure.invalid("\(role): \($0)") }
      return number
    }
  }

  private static func nonZero(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.constant(0, "the elements")
    let shape = try invocation.data().shape
    let places =
      data.integers.map { integers in integers.indices.filter { integers[$0] != 0 } }
      ?? { scalars in scalars.indices.filter { scalars[$0] != 0 } }(data.tensor.scalars)
    var result: [Int] = []
    for axis in 0..<shape.rank {
      let stride = shape.dimensions[(axis + 1)...].reduce(1, *)
      result += places.map { $0 / stride % shape[axis] }
    }
    return [.constant(Constant(result, shape: [shape.rank, places.count]))]
  }
}

/// Input 1 of the operators whose last axis of indices is a tuple: each leads to a whole block of the data.
struct IndexTuples {
  /// All axes of the indices but the last.
  let outer: [Int]
  /// Of a tuple.
  let length: Int
  /// The elements of a block.
  let width: Int
  /// For each tuple the block that it leads to.
  let positions: [Int32]

  /// - Parameter batchAxes: the number of outer axes that indices and data have in common.
  init(_ invocation: Invocation, of shape: Shape, batchAxes: Int = 0) throws {
    let (indexShape, indices) = try invocation.indices()
    guard indexShape.rank > 0, batchAxes >= 0, batchAxes < indexShape.rank, batchAxes <= shape.rank,
      indexShape[indexShape.rank - 1] <= shape.rank - batchAxes,
      indexShape.dimensions[..<batchAxes] == shape.dimensions[..<batchAxes]
    else { throw LoweringFailure.invalid("indices of \(indexShape) for \(shape)") }
    outer = Array(indexShape.dimensions.dropLast())
    length = indexShape[indexShape.rank - 1]
    let count = outer.reduce(1, *)
    let batch = shape.dimensions[..<batchAxes].reduce(1, *)
    var positions: [Int32] = []
    positions.reserveCapacity(count)
    for tuple in 0..<count {
      var position = tuple / (count / batch)
      for k in 0..<length {
        let axis = batchAxes + k
        position =
          position * shape[axis] + (try invocation.place(indices[tuple * length + k], of: shape[axis], axis: axis))
      }
      positions.append(Int32(position))
    }
    width = shape.dimensions[(batchAxes + length)...].reduce(1, *)
    self.positions = positions
  }
}
