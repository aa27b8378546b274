import Autodiff
import Kernels
import Tensors

/// Normalisation over channels, layers, groups and instances, by norms, and dropout, which is nothing once training is over.
enum Normalization {
  static let operators: [OperatorDefinition] = [
    OperatorDefinition(
      "BatchNormalization", versions: [6, 7, 9, 14, 15],
      attributes: ["epsilon", "momentum", "training_mode", "spatial", "is_test"], lower: batch),
    OperatorDefinition("InstanceNormalization", versions: [6, 22], attributes: ["epsilon"], lower: instance),
    OperatorDefinition(
      "LayerNormalization", versions: [17], attributes: ["axis", "epsilon", "stash_type"], lower: layer),
    OperatorDefinition(
      "GroupNormalization", versions: [18, 21], attributes: ["epsilon", "num_groups", "stash_type"], lower: group),
    OperatorDefinition(
      "RMSNormalization", versions: [23], attributes: ["axis", "epsilon", "stash_type"], lower: rootMeanSquare),
    OperatorDefinition("LpNormalization", versions: [1, 22], attributes: ["axis", "p"], lower: norm),
    OperatorDefinition("MeanVarianceNormalization", versions: [9, 13], attributes: ["axes"], lower: meanVariance),
    OperatorDefinition(
      "Dropout", versions: [6, 7, 10, 12, 13, 22], attributes: ["ratio", "seed", "is_test"], lower: dropout),
  ]

  /// What to do about a model that was exported while training.
  private static let remedy = "export the model in evaluation mode: model.eval()"

  private static func epsilon(_ invocation: Invocation) throws -> Float {
    try invocation.float("epsilon", default: 1e-5)
  }
}

// MARK: With fixed statistics

extension Normalization {
  /// One scale and one shift for each channel.
  private static func batch(_ invocation: Invocation) throws -> [Value] {
    let x = try invocation.input(0)
    try requireEvaluation(invocation)
    guard x.shape.rank >= 1 else { throw LoweringFailure.invalid("a scalar has no channels") }
    let isSpatial = try invocation.version >= 9 || invocation.flag("spatial", default: true)
    let channels = x.shape.rank == 1 ? 1 : isSpatial ? x.shape[1] : x.shape.withoutBatch.count
    let parameters = try zip(1...4, ["the scales", "the biases", "the means", "the variances"]).map { index, role in
      let tensor = try invocation.constant(index, role).tensor
      guard tensor.count == channels else {
        throw LoweringFailure.invalid("\(role) have shape \(tensor.shape), not one for each of \(channels) channels")
      }
      return tensor.scalars.map(Double.init)
    }
    let epsilon = Double(try epsilon(invocation))
    let scales = (0..<channels).map { parameters[0][$0] / (parameters[3][$0] + epsilon).squareRoot() }
    let shifts = (0..<channels).map { parameters[1][$0] - parameters[2][$0] * scales[$0] }
    let inner = x.shape.rank == 1 || !isSpatial ? 1 : x.shape.dimensions.dropFirst(2).reduce(1, *)
    let images: Shape = x.shape.rank == 1 ? [x.shape[0], 1] : [x.shape[0], channels, inner]
    let result = try invocation.emit(
      AffinePerChannel(scales: scales.map { Float($0) }, shifts: shifts.map { Float($0) }),
      [try invocation.reshaped(x, to: images.dimensions)], shape: images, type: x.type)
    return [try invocation.reshaped(result, to: x.shape.dimensions)]
  }

  private static func requireEvaluation(_ invocation: Invocation) throws {
    let isTraining =
      switch invocation.version {
      case 14...: try invocation.flag("training_mode")
      case 7...: invocation.node.outputs.dropFirst().contains { $0 != nil }
      default: try !invocation.flag("is_test")
      }
    guard !isTraining else { throw LoweringFailure.unsupported("it is in training mode; \(remedy)") }
  }

  private static func dropout(_ invocation: Invocation) throws -> [Value] {
    let x = try invocation.input(0)
    let isTraining =
      switch invocation.version {
      case 12...: try invocation.optionalInput(2) != nil && invocation.optionalScalar(2, "the training mode") != 0
      case 7...: false
      default: try !invocation.flag("is_test")
      }
    let ratio = invocation.version >= 12 ? try invocation.optionalScalar(1, "the ratio") : nil
    guard !isTraining || ratio == 0 else { throw LoweringFailure.unsupported("it is in training mode; \(remedy)") }
    guard invocation.node.outputs.dropFirst().contains(where: { $0 != nil }) else { return [x] }
    guard invocation.version >= 10 else {
      return [x, invocation.constant(Tensor(repeating: 1, shape: x.shape), type: x.type.isReal ? x.type : .float)]
    }
    return [x, .constant(Constant([Int](repeating: 1, count: x.shape.count), shape: x.shape, type: .bool))]
  }
}

// MARK: With statistics of rows

extension Normalization {
  private static func instance(_ invocation: Invocation) throws -> [Value] {
    let x = try invocation.input(0)
    guard x.shape.rank >= 2 else { throw LoweringFailure.invalid("\(x.shape) is not [batch, channels, …]") }
    let (channels, inner) = (x.shape[1], x.shape.dimensions.dropFirst(2).reduce(1, *))
    guard channels > 0, inner > 0 else { return [x] }
    return [
      try rows(
        invocation, x,
        RowNormalization(
          .standardDeviation, epsilon: try epsilon(invocation), columns: inner, period: channels, run: inner),
        scales: try vector(invocation, 1, "the scales", channels),
        shifts: try vector(invocation, 2, "the biases", channels))
    ]
  }

  private static func group(_ invocation: Invocation) throws -> [Value] {
    let x = try invocation.input(0)
    guard x.shape.rank >= 2 else { throw LoweringFailure.invalid("\(x.shape) is not [batch, channels, …]") }
    let (channels, inner) = (x.shape[1], x.shape.dimensions.dropFirst(2).reduce(1, *))
    guard let groups = try invocation.int("num_groups"), groups > 0, channels % groups == 0 else {
      throw LoweringFailure.invalid("num_groups does not divide \(channels) channels")
    }
    guard channels > 0, inner > 0 else { return [x] }
    let columns = channels / groups * inner
    let isPerGroup = invocation.version < 21
    let count = isPerGroup ? groups : channels
    return [
      try rows(
        invocation, x,
        RowNormalization(
          .standardDeviation, epsilon: try epsilon(invocation), columns: columns, period: groups,
          run: isPerGroup ? columns : inner),
        scales: try vector(invocation, 1, "the scales", count), shifts: try vector(invocation, 2, "the biases", count))
    ]
  }

  private static func layer(_ invocation: Invocation) throws -> [Value] {
    let x = try invocation.input(0)
    let axis = try invocation.axis(try invocation.int("axis", default: -1), rank: x.shape.rank)
    let columns = x.shape.dimensions[axis...].reduce(1, *)
    guard columns > 0, x.shape.count > 0 else { throw LoweringFailure.unsupported("\(x.shape) has no elements") }
    let normalization = RowNormalization(.standardDeviation, epsilon: try epsilon(invocation), columns: columns)
    let y = try rows(
      invocation, x, normalization, scales: try elements(invocation, 1, x.shape, axis),
      shifts: invocation.optionalInput(2) == nil ? nil : try elements(invocation, 2, x.shape, axis))
    guard invocation.node.outputs.dropFirst().contains(where: { $0 != nil }) else { return [y] }
    let shape = Shape(x.shape.dimensions[..<axis] + Array(repeating: 1, count: x.shape.rank - axis))
    let statistics = try [RowStatistic.Quantity.mean, .inverseStandardDeviation].map {
      try invocation.emit(RowStatistic($0, normalization, shape: shape), [x], shape: shape)
    }
    return [y] + statistics
  }

  private static func rootMeanSquare(_ invocation: Invocation) throws -> [Value] {
    let x = try invocation.input(0)
    let axis = try invocation.axis(try invocation.int("axis", default: -1), rank: x.shape.rank)
    let columns = x.shape.dimensions[axis...].reduce(1, *)
    guard columns > 0, x.shape.count > 0 else { throw LoweringFailure.unsupported("\(x.shape) has no elements") }
    return [
      try rows(
        invocation, x, RowNormalization(.rootMeanSquare, epsilon: try epsilon(invocation), columns: columns),
        scales: try elements(invocation, 1, x.shape, axis), shifts: nil)
    ]
  }

  private static func norm(_ invocation: Invocation) throws -> [Value] {
    let x = try invocation.input(0)
    let order = try invocation.int("p", default: 2)
    guard order == 1 || order == 2 else { throw LoweringFailure.invalid("p = \(order) is neither 1 nor 2") }
    let axis = try invocation.axis(try invocation.int("axis", default: -1), rank: x.shape.rank)
    return [
      try along(invocation, x, [axis]) {
        RowNormalization(order == 1 ? .absoluteSum : .euclideanNorm, columns: $0)
      }
    ]
  }

  private static func meanVariance(_ invocation: Invocation) throws -> [Value] {
    let x = try invocation.input(0)
    let axes = try invocation.axes(try invocation.ints("axes") ?? [0, 2, 3], rank: x.shape.rank)
    return [
      // The smallest divisor is that of the function in the definition of the operator.
      try along(invocation, x, axes) { RowNormalization(.offsetStandardDeviation, epsilon: 1e-9, columns: $0) }
    ]
  }

  /// Normalises over `axes`, ascending, wherever they are.
  private static func along(
    _ invocation: Invocation, _ x: Value, _ axes: [Int], _ normalization: (_ columns: Int) -> RowNormalization
  ) throws -> Value {
    guard x.shape.count > 0 else { return x }
    let permutation = (0..<x.shape.rank).filter { !axes.contains($0) } + axes
    var inverse = permutation
    for (to, from) in permutation.enumerated() { inverse[from] = to }
    let moved = try invocation.transposed(x, permutation)
    let columns = axes.reduce(1) { $0 * x.shape[$1] }
    let result = try rows(invocation, moved, normalization(columns), scales: nil, shifts: nil)
    return try invocation.transposed(result, inverse)
  }

  private static func rows(
    _ invocation: Invocation, _ x: Value, _ normalization: RowNormalization, scales: Value?, shifts: Value?
  ) throws -> Value {
    try invocation.emit(
      NormalizedRows(normalization), [x] + [scales, shifts].compactMap { $0 }, shape: x.shape, type: x.type)
  }

  /// The vector of `count` elements at `index`.
  private static func vector(_ invocation: Invocation, _ index: Int, _ role: String, _ count: Int) throws -> Value {
    let value = try invocation.input(index)
    guard value.shape == [count] else {
      throw LoweringFailure.invalid("\(role) have shape \(value.shape), not \(count)")
    }
    return value
  }

  /// The input at `index`, broadcast to the axes of `x` from `axis` on.
  private static func elements(_ invocation: Invocation, _ index: Int, _ x: Shape, _ axis: Int) throws -> Value {
    let value = try invocation.input(index)
    let shape = Shape(Array(x.dimensions[axis...]))
    let dimensions = value.shape.dimensions
    guard dimensions.drop(while: { $0 == 1 }) != shape.dimensions.drop(while: { $0 == 1 }) else { return value }
    guard dimensions.count <= shape.rank,
      BroadcastLayout.shape(dimensions, shape.dimensions).map({ Shape($0) == shape }) ?? false
    else { throw LoweringFailure.unsupported("input \(index) of shape \(value.shape) for rows of \(shape)") }
    return try invocation.broadcast(
      .multiply, value, .constant(Constant(Tensor(repeating: 1, shape: shape))), type: value.type)
  }
}
