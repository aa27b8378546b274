import Tensors

/// Operators that give the same elements another shape, or tell the shape.
enum Reshaping {
  static let operators: [OperatorDefinition] = [
    OperatorDefinition(
      "Reshape", versions: [5, 13, 14, 19, 21, 23, 24, 25], attributes: ["allowzero"], lower: reshape),
    OperatorDefinition("Flatten", versions: [1, 9, 11, 13, 21, 23, 24, 25], attributes: ["axis"], lower: flatten),
    OperatorDefinition("Squeeze", versions: [1, 11, 13, 21, 23, 24, 25], attributes: ["axes"], lower: squeeze),
    OperatorDefinition("Unsqueeze", versions: [1, 11, 13, 21, 23, 24, 25], attributes: ["axes"], lower: unsqueeze),
    OperatorDefinition(
      "Shape", versions: [1, 13, 15, 19, 21, 23, 24, 25], attributes: ["start", "end"], lower: shape),
    OperatorDefinition("Size", versions: [1, 13, 19, 21, 23, 24, 25]) { invocation in
      [.constant(Constant([try invocation.input(0).shape.count], shape: []))]
    },
  ]

  /// 0 copies a dimension unless `allowzero`; −1 is what remains.
  private static func reshape(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    var dimensions = try invocation.integers(1, "the shape")
    let allowsZero = try invocation.flag("allowzero")
    var inferred: Int?
    // Without the dimensions that are copied, which may be 0.
    var known = 1
    var isCopied = [Bool](repeating: false, count: data.shape.rank)
    for (axis, dimension) in dimensions.enumerated() {
      switch dimension {
      case -1:
        guard inferred == nil else {
          throw LoweringFailure.invalid("the shape \(dimensions) leaves two dimensions open")
        }
        inferred = axis
        continue
      case 0 where !allowsZero:
        guard axis < data.shape.rank else {
          throw LoweringFailure.invalid("the shape \(dimensions) copies dimension \(axis) of \(data.shape)")
        }
        dimensions[axis] = data.shape[axis]
        isCopied[axis] = true
        continue
      case ..<0: throw LoweringFailure.invalid("a negative dimension in the shape \(dimensions)")
      default: break
      }
      let (product, overflow) = known.multipliedReportingOverflow(by: dimensions[axis])
      guard !overflow else { throw LoweringFailure.invalid("the shape \(dimensions) for \(data.shape)") }
      known = product
    }
    if let inferred {
      let rest = zip(data.shape.dimensions, isCopied).reduce(1) { $0 * ($1.1 ? 1 : $1.0) }
      guard known > 0, rest % known == 0 else {
        throw LoweringFailure.invalid("the shape \(dimensions) for \(data.shape)")
      }
      dimensions[inferred] = rest / known
    }
    return [try invocation.reshaped(data, to: dimensions)]
  }

  private static func flatten(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    let rank = data.shape.rank
    var axis = try invocation.int("axis", default: 1)
    // Unlike other axes this one may lie behind the last.
    guard axis >= -rank, axis <= rank else {
      throw LoweringFailure.invalid("axis \(axis) of a tensor with \(rank) dimensions")
    }
    if axis < 0 { axis += rank }
    let outer = data.shape.dimensions[..<axis].reduce(1, *)
    let inner = data.shape.dimensions[axis...].reduce(1, *)
    return [try invocation.reshaped(data, to: [outer, inner])]
  }

  /// The axes were an attribute until version 13 made them an input.
  private static func axes(_ invocation: Invocation) throws -> [Int]? {
    invocation.version < 13 ? try invocation.ints("axes") : try invocation.optionalIntegers(1, "the axes")
  }

  private static func squeeze(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    let dimensions = data.shape.dimensions
    var dropped = Set(dimensions.indices.filter { dimensions[$0] == 1 })
    if let axes = try axes(invocation) {
      let named = try Set(invocation.axes(axes, rank: dimensions.count))
      if let axis = named.subtracting(dropped).min() {
        throw LoweringFailure.invalid("axis \(axis) of \(data.shape) is not 1")
      }
      dropped = named
    }
    return [
      try invocation.reshaped(data, to: dimensions.indices.filter { !dropped.contains($0) }.map { dimensions[$0] })
    ]
  }

  private static func unsqueeze(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    guard let axes = try axes(invocation) else { throw LoweringFailure.invalid("the axes are missing") }
    var dimensions = data.shape.dimensions
    guard axes.count <= 64 else { throw LoweringFailure.unsupported("\(axes.count) axes more") }
    for axis in try invocation.axes(axes, rank: dimensions.count + axes.count) { dimensions.insert(1, at: axis) }
    return [try invocation.reshaped(data, to: dimensions)]
  }

  private static func shape(_ invocation: Invocation) throws -> [Value] {
    let dimensions = try invocation.input(0).shape.dimensions
    func place(_ index: Int) -> Int { min(max(index < 0 ? index + dimensions.count : index, 0), dimensions.count) }
    let start = place(try invocation.int("start", default: 0))
    let end = place(try invocation.int("end", default: dimensions.count))
    return [.constant(Constant(Array(dimensions[start..<max(start, end)])))]
  }
}
