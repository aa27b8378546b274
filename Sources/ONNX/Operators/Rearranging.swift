import Autodiff
import Kernels
import Tensors

/// Operators that reorder axes, join and part tensors, and repeat them.
enum Rearranging {
  static let operators: [OperatorDefinition] = [
    OperatorDefinition("Transpose", versions: [1, 13, 21, 23, 24, 25], attributes: ["perm"], lower: transpose),
    OperatorDefinition("Concat", versions: [4, 11, 13], attributes: ["axis"], lower: concat),
    OperatorDefinition(
      "Split", versions: [2, 11, 13, 18], attributes: ["axis", "split", "num_outputs"], lower: split),
    OperatorDefinition(
      "DepthToSpace", versions: [1, 11, 13, 28], attributes: ["blocksize", "mode"], lower: depthToSpace),
    OperatorDefinition(
      "SpaceToDepth", versions: [1, 13, 28], attributes: ["blocksize", "mode"], lower: spaceToDepth),
    OperatorDefinition("Tile", versions: [6, 13], lower: tile),
    OperatorDefinition("Expand", versions: [8, 13], lower: expand),
  ]

  private static func transpose(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    let rank = data.shape.rank
    let permutation = try invocation.ints("perm") ?? Array((0..<rank).reversed())
    guard permutation.sorted() == Array(0..<rank) else {
      throw LoweringFailure.invalid("perm \(permutation) does not permute the axes of \(data.shape)")
    }
    return [try invocation.transposed(data, permutation)]
  }

  private static func concat(_ invocation: Invocation) throws -> [Value] {
    guard let named = try invocation.int("axis") else { throw LoweringFailure.invalid("the axis is missing") }
    let values = try invocation.inputs.indices.map { try invocation.input($0) }
    guard let first = values.first else { throw LoweringFailure.invalid("there is nothing to join") }
    let axis = try invocation.axis(named, rank: first.shape.rank)
    var dimensions = first.shape.dimensions
    for value in values.dropFirst() {
      guard value.type == first.type else { throw LoweringFailure.invalid("\(first.type) and \(value.type) to join") }
      var others = value.shape.dimensions
      guard others.count == dimensions.count else {
        throw LoweringFailure.invalid("\(first.shape) and \(value.shape) to join")
      }
      let (extent, overflow) = dimensions[axis].addingReportingOverflow(others[axis])
      others[axis] = dimensions[axis]
      guard !overflow, others == dimensions else {
        throw LoweringFailure.invalid("\(first.shape) and \(value.shape) to join along axis \(axis)")
      }
      dimensions[axis] = extent
    }
    let shape = try invocation.boundedShape(dimensions)
    if values.count == 1 { return [first] }
    if shape.count == 0 { return [try invocation.empty(shape, type: first.type)] }
    let integers = values.compactMap { $0.constant?.integers }
    if integers.count == values.count {
      let outer = dimensions[..<axis].reduce(1, *)
      var joined: [Int] = []
      joined.reserveCapacity(shape.count)
      for row in 0..<outer {
        for elements in integers {
          let width = elements.count / outer
          joined += elements[row * width..<(row + 1) * width]
        }
      }
      return [.constant(Constant(joined, shape: shape, type: first.type))]
    }
    return [try invocation.emit(Concatenation(axis: axis), values, shape: shape, type: first.type)]
  }

  /// The sizes were an attribute until version 13 made them an input; `num_outputs` of version 18 makes the last part
  /// smaller if need be.
  private static func split(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    let axis = try invocation.axis(invocation.int("axis", default: 0), rank: data.shape.rank)
    let count = invocation.node.outputs.count
    let extent = data.shape[axis]
    var sizes = invocation.version < 13 ? try invocation.ints("split") : try invocation.optionalIntegers(1, "the sizes")
    if sizes == nil {
      let parts = try invocation.int("num_outputs", default: count)
      guard parts == count, parts > 0 else {
        throw LoweringFailure.invalid("num_outputs is \(parts), but there are \(count) outputs")
      }
      let size = (extent + parts - 1) / parts
      let last = extent - size * (parts - 1)
      guard last >= 0, invocation.version >= 18 || last == size else {
        throw LoweringFailure.invalid("\(extent) places of axis \(axis) for \(parts) parts")
      }
      sizes = [Int](repeating: size, count: parts - 1) + [last]
    }
    var start = 0
    guard let sizes, sizes.count >= count else {
      throw LoweringFailure.invalid("\(sizes?.count ?? 0) sizes for \(count) outputs")
    }
    let values = try sizes.map { size in
      guard size >= 0, size <= extent - start else {
        throw LoweringFailure.invalid("the sizes \(sizes) for \(extent) places of axis \(axis)")
      }
      defer { start += size }
      return try invocation.picked(
        data, axes: data.shape.dimensions.indices.map { $0 == axis ? Array(start..<start + size) : nil })
    }
    guard start == extent else {
      throw LoweringFailure.invalid("the sizes \(sizes) for \(extent) places of axis \(axis)")
    }
    return values
  }

  /// What the operators between depth and space share: the input's dimensions, checked, with the size of a block.
  private static func blocks(_ invocation: Invocation) throws -> (
    data: Value, dimensions: [Int], block: Int, isCRD: Bool
  ) {
    let data = try invocation.data()
    guard let block = try invocation.int("blocksize"), block > 0, block < 1 << 15 else {
      throw LoweringFailure.invalid("the size of blocks is missing or out of range")
    }
    guard data.shape.rank == 4 else { throw LoweringFailure.invalid("its input of \(data.shape) has not 4 dimensions") }
    let mode = try invocation.string("mode", default: "DCR")
    guard mode == "DCR" || mode == "CRD" else { throw LoweringFailure.invalid("the mode \(mode)") }
    return (data, data.shape.dimensions, block, mode == "CRD")
  }

  private static func depthToSpace(_ invocation: Invocation) throws -> [Value] {
    let (data, d, block, isCRD) = try blocks(invocation)
    guard d[1] % (block * block) == 0 else {
      throw LoweringFailure.invalid("\(d[1]) channels for blocks of \(block)×\(block)")
    }
    let channels = d[1] / (block * block)
    let parted = isCRD ? [d[0], channels, block, block, d[2], d[3]] : [d[0], block, block, channels, d[2], d[3]]
    let split = try invocation.reshaped(data, to: parted)
    let moved = try invocation.transposed(split, isCRD ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2])
    return [try invocation.reshaped(moved, to: [d[0], channels, d[2] * block, d[3] * block])]
  }

  private static func spaceToDepth(_ invocation: Invocation) throws -> [Value] {
    let (data, d, block, isCRD) = try blocks(invocation)
    guard d[2] % block == 0, d[3] % block == 0 else {
      throw LoweringFailure.invalid("\(data.shape) for blocks of \(block)×\(block)")
    }
    let (rows, columns) = (d[2] / block, d[3] / block)
    let split = try invocation.reshaped(data, to: [d[0], d[1], rows, block, columns, block])
    let moved = try invocation.transposed(split, isCRD ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4])
    return [try invocation.reshaped(moved, to: [d[0], d[1] * block * block, rows, columns])]
  }

  private static func tile(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    let repeats = try invocation.integers(1, "the repeats")
    guard repeats.count == data.shape.rank else {
      throw LoweringFailure.invalid("\(repeats.count) repeats for \(data.shape)")
    }
    let dimensions = try zip(data.shape.dimensions, repeats).map { extent, count in
      let (product, overflow) = extent.multipliedReportingOverflow(by: count)
      guard !overflow, count >= 0 else { throw LoweringFailure.invalid("the repeats \(repeats) of \(data.shape)") }
      return product
    }
    return [try invocation.repeated(data, to: dimensions)]
  }

  private static func expand(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    let wanted = try invocation.integers(1, "the shape")
    guard wanted.count <= 64 else { throw LoweringFailure.unsupported("a tensor of \(wanted.count) axes") }
    let rank = max(wanted.count, data.shape.rank)
    let given = [Int](repeating: 1, count: rank - data.shape.rank) + data.shape.dimensions
    let asked = [Int](repeating: 1, count: rank - wanted.count) + wanted
    let dimensions = try zip(given, asked).map { given, asked in
      guard given == asked || given == 1 || asked == 1, asked >= 0 else {
        throw LoweringFailure.invalid("\(data.shape) does not broadcast to \(wanted)")
      }
      return given == 1 ? asked : given
    }
    return [try invocation.repeated(invocation.reshaped(data, to: given), to: dimensions)]
  }
}

extension Invocation {
  /// The axes of `value` reordered: axis `i` of the result is axis `permutation[i]` of it.
  func transposed(_ value: Value, _ permutation: [Int]) throws -> Value {
    let shape = value.shape
    let dimensions = permutation.map { shape[$0] }
    // Axes of one place may go anywhere, and nothing moves.
    let wide = permutation.filter { shape[$0] != 1 }
    if shape.count == 0 || wide == wide.sorted() { return try reshaped(value, to: dimensions) }
    if let integers = value.constant?.integers {
      var positions = [0]
      for axis in permutation {
        let stride = shape.dimensions[(axis + 1)...].reduce(1, *)
        positions = positions.flatMap { position in (0..<shape[axis]).map { position + $0 * stride } }
      }
      return .constant(Constant(positions.map { integers[$0] }, shape: Shape(dimensions), type: value.type))
    }
    return try emit(Permute(permutation: permutation), [value], shape: Shape(dimensions), type: value.type)
  }

  /// `value` again and again along each axis until it fills `dimensions`, of the same rank and multiples of its own.
  func repeated(_ value: Value, to dimensions: [Int]) throws -> Value {
    let shape = try boundedShape(dimensions)
    if shape.count == 0 { return try empty(shape, type: value.type) }
    return try picked(
      value,
      axes: zip(value.shape.dimensions, dimensions).map { extent, count in
        extent == count ? nil : (0..<count).map { $0 % extent }
      })
  }
}
