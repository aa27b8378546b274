import Autodiff
import Kernels
import Tensors

/// Operators that make images larger or smaller.
enum ResamplingOperators {
  static let operators: [OperatorDefinition] = [
    OperatorDefinition(
      "Resize", versions: [10, 11, 13, 18, 19],
      attributes: [
        "antialias", "axes", "coordinate_transformation_mode", "cubic_coeff_a", "exclude_outside",
        "extrapolation_value",
        "keep_aspect_ratio_policy", "mode", "nearest_mode",
      ], lower: resize),
    OperatorDefinition("Upsample", versions: [7, 9], attributes: ["mode", "scales"], lower: upsample),
  ]

  private static func resize(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    guard invocation.version > 10 else {
      return [try resample(invocation, data, scales: reals(invocation, 1, "the scales"), .untilVersion10(invocation))]
    }
    let rank = data.shape.rank
    let axes = try invocation.ints("axes")?.map { try invocation.axis($0, rank: rank) } ?? Array(0..<rank)
    guard Set(axes).count == axes.count else { throw LoweringFailure.invalid("the axes \(axes) name one twice") }
    let scales = try reals(invocation, 2, "the scales")
    let sizes = try invocation.optionalIntegers(3, "the sizes").flatMap { $0.isEmpty ? nil : $0 }
    let filter = try ResizeFilter(invocation)
    var plan = data.shape.dimensions.map { ResizedAxis(unchanged: $0) }
    if filter.coordinates == .tfCropAndResize {
      let region = try reals(invocation, 1, "the region")
      guard region.count == 2 * axes.count, region.allSatisfy({ abs($0) < 1e6 }) else {
        throw LoweringFailure.invalid("a region of \(region.count) numbers for \(axes.count) axes")
      }
      for (index, axis) in axes.enumerated() {
        plan[axis].region = (Double(region[index]), Double(region[axes.count + index]))
      }
    }
    guard let sizes else {
      return [try resample(invocation, data, axes: axes, scales: scales, plan: plan, filter)]
    }
    guard sizes.count == axes.count, scales.isEmpty, sizes.allSatisfy({ $0 >= 0 }) else {
      throw LoweringFailure.invalid("the sizes \(sizes) for \(axes.count) axes, and \(scales.count) scales")
    }
    _ = try invocation.boundedShape(sizes)
    var factors = try zip(axes, sizes).map { axis, size in
      guard plan[axis].input > 0 else { throw LoweringFailure.invalid("\(data.shape) resized to \(sizes)") }
      return Double(size) / Double(plan[axis].input)
    }
    var extents = sizes
    let policy = try invocation.string("keep_aspect_ratio_policy", default: "stretch")
    switch policy {
    case "stretch": break
    case "not_larger", "not_smaller":
      guard let factor = policy == "not_larger" ? factors.min() : factors.max() else { break }
      factors = factors.map { _ in factor }
      extents = try axes.map { axis in
        let extent = (factor * Double(plan[axis].input) + 0.5).rounded(.down)
        guard extent <= Double(ProgramBuilder.maximumElements) else {
          throw LoweringFailure.unsupported("an axis of \(extent) places")
        }
        return Int(extent)
      }
    default: throw LoweringFailure.invalid("the policy \(policy)")
    }
    for (index, axis) in axes.enumerated() { (plan[axis].output, plan[axis].scale) = (extents[index], factors[index]) }
    return [try resampled(invocation, data, plan, filter)]
  }

  private static func upsample(_ invocation: Invocation) throws -> [Value] {
    let scales =
      invocation.version < 9 ? try invocation.floats("scales") ?? [] : try reals(invocation, 1, "the scales")
    return [try resample(invocation, invocation.data(), scales: scales, .untilVersion10(invocation))]
  }

  /// The numbers of an input; none if it is left out.
  private static func reals(_ invocation: Invocation, _ index: Int, _ role: String) throws -> [Float] {
    guard invocation.optionalInput(index) != nil else { return [] }
    return try invocation.constant(index, role).tensor.scalars
  }

  /// Resampling by factors, one for each of `axes`.
  private static func resample(
    _ invocation: Invocation, _ data: Value, axes: [Int]? = nil, scales: [Float], plan: [ResizedAxis]? = nil,
    _ filter: ResizeFilter
  ) throws -> Value {
    var plan = plan ?? data.shape.dimensions.map { ResizedAxis(unchanged: $0) }
    let axes = axes ?? Array(plan.indices)
    guard scales.count == axes.count else {
      throw LoweringFailure.invalid("\(scales.count) scales for \(axes.count) axes")
    }
    for (axis, scale) in zip(axes, scales) {
      // As ONNX infers shapes: in 32 bits, so that ten times 0.7 is seven.
      let extent = (Float(plan[axis].input) * scale).rounded(.down)
      guard scale > 0, extent <= Float(ProgramBuilder.maximumElements) else {
        throw LoweringFailure.invalid("\(data.shape) resized by \(scales)")
      }
      (plan[axis].output, plan[axis].scale) = (Int(extent), Double(scale))
    }
    return try resampled(invocation, data, plan, filter)
  }

  private static func resampled(
    _ invocation: Invocation, _ data: Value, _ plan: [ResizedAxis], _ filter: ResizeFilter
  ) throws -> Value {
    let shape = try invocation.boundedShape(plan.map(\.output))
    if shape.count == 0 { return try invocation.empty(shape, type: data.type) }
    guard data.shape.count > 0 else { throw LoweringFailure.invalid("\(data.shape) resized to \(shape)") }
    let coordinates = plan.map { $0.isUnchanged ? nil : $0.coordinates(filter.coordinates) }
    if filter.mode == .nearest {
      let places = zip(plan, coordinates).map { axis, coordinates in
        coordinates?.map { $0.map { filter.nearest($0, of: axis) } ?? -1 }
      }
      return try invocation.picked(data, axes: places, fill: filter.extrapolation)
    }
    guard data.type.isReal else { throw LoweringFailure.unsupported("\(data.type) between its places") }
    var value = data
    // Axes that become shorter go first: less is left to do.
    let order = plan.indices.sorted {
      Double(plan[$0].output) / Double(plan[$0].input) < Double(plan[$1].output) / Double(plan[$1].input)
    }
    for axis in order {
      guard let coordinates = coordinates[axis] else { continue }
      var dimensions = value.shape.dimensions
      dimensions[axis] = plan[axis].output
      let rows = filter.rows(coordinates, of: plan[axis])
      value = try invocation.emit(
        Resampling(axis: axis, rows: rows), [value], shape: invocation.boundedShape(dimensions), type: value.type)
    }
    let outside = coordinates.map { $0?.contains { $0 == nil } ?? false }
    guard outside.contains(true) else { return value }
    let places = coordinates.enumerated().map { axis, coordinates in
      outside[axis] ? coordinates.map { $0.enumerated().map { $1 == nil ? -1 : $0 } } : nil
    }
    return try invocation.picked(value, axes: places, fill: filter.extrapolation)
  }
}
