import Foundation
import Tensors

/// Operators that make tensors from nothing but numbers and shapes. What they make is known.
///
/// The random ones are left out: a classifier's scores must be the same each time.
enum Making {
  static let operators: [OperatorDefinition] = [
    OperatorDefinition(
      "Constant", versions: [1, 9, 11, 12, 13, 19, 21, 23, 24, 25],
      attributes: [
        "value", "value_int", "value_ints", "value_float", "value_floats", "value_string", "value_strings",
        "sparse_value",
      ], lower: constant),
    OperatorDefinition(
      "ConstantOfShape", versions: [9, 20, 21, 23, 24, 25], attributes: ["value"], lower: constantOfShape),
    OperatorDefinition("Range", versions: [11, 27], attributes: ["stash_type"], lower: range),
    OperatorDefinition("EyeLike", versions: [9, 22], attributes: ["dtype", "k"], lower: eyeLike),
  ]

  private static func constant(_ invocation: Invocation) throws -> [Value] {
    if let value = try invocation.tensor("value") { return [.constant(value)] }
    if let value = try invocation.int("value_int") { return [.constant(Constant([value], shape: []))] }
    if let values = try invocation.ints("value_ints") { return [.constant(Constant(values))] }
    if let value = try invocation.float("value_float") { return [invocation.constant(Tensor(value))] }
    if let values = try invocation.floats("value_floats") {
      return [invocation.constant(Tensor(values, shape: [values.count]))]
    }
    throw LoweringFailure.unsupported("a constant that is neither a dense tensor nor numbers")
  }

  private static func constantOfShape(_ invocation: Invocation) throws -> [Value] {
    let shape = try invocation.boundedShape(invocation.integers(0, "the shape"))
    guard let value = try invocation.tensor("value") else { return [invocation.constant(Tensor(shape: shape))] }
    let element = try FillValue(value, "the value")
    if value.type.isInteger {
      let integers = [Int](repeating: element.integer, count: shape.count)
      return [.constant(Constant(integers, shape: shape, type: value.type))]
    }
    return [invocation.constant(Tensor(repeating: element.real, shape: shape), type: value.type)]
  }

  private static func range(_ invocation: Invocation) throws -> [Value] {
    let bounds = try ["the start", "the limit", "the step"].enumerated().map { index, role in
      let constant = try invocation.constant(index, role)
      guard constant.shape.count == 1 else { throw LoweringFailure.invalid("\(role) has shape \(constant.shape)") }
      return constant
    }
    let type = bounds[0].type
    guard bounds.allSatisfy({ $0.type == type }) else {
      throw LoweringFailure.invalid("bounds of \(bounds.map(\.type))")
    }
    let integers = bounds.compactMap { $0.integers?[0] }
    if integers.count == 3 {
      let (start, limit, step) = (integers[0], integers[1], integers[2])
      let (distance, overflow) = limit.subtractingReportingOverflow(start)
      guard step != 0, !overflow, distance != .min, step != .min else {
        throw LoweringFailure.invalid("a range from \(start) to \(limit) by \(step)")
      }
      let isForward = (distance > 0) == (step > 0)
      let count = distance == 0 || !isForward ? 0 : (abs(distance) - 1) / abs(step) + 1
      let shape = try invocation.boundedShape([count])
      return [.constant(Constant((0..<count).map { start + $0 * step }, shape: shape, type: type))]
    }
    let reals = bounds.map { Double($0.tensor.scalar) }
    let (start, limit, step) = (reals[0], reals[1], reals[2])
    let count = max(((limit - start) / step).rounded(.up), 0)
    guard step != 0, count.isFinite, start.isFinite else {
      throw LoweringFailure.invalid("a range from \(start) to \(limit) by \(step)")
    }
    guard count <= Double(ProgramBuilder.maximumElements) else {
      throw LoweringFailure.unsupported("a range of \(count) elements")
    }
    _ = try invocation.boundedShape([Int(count)])
    let scalars = (0..<Int(count)).map { Float(start + Double($0) * step) }
    return [invocation.constant(Tensor(scalars, shape: [scalars.count]), type: type)]
  }

  private static func eyeLike(_ invocation: Invocation) throws -> [Value] {
    let input = try invocation.input(0)
    guard input.shape.rank == 2 else { throw LoweringFailure.invalid("an input of \(input.shape), not a matrix") }
    var type = input.type
    if let number = try invocation.int("dtype") {
      guard let named = ElementType(rawValue: number) else { throw LoweringFailure.invalid("the type \(number)") }
      type = named
    }
    guard type.isReal || type.isInteger else { throw LoweringFailure.unsupported("a matrix of \(type)") }
    let shape = try invocation.boundedShape(input.shape.dimensions)
    let diagonal = try invocation.int("k", default: 0)
    var integers = [Int](repeating: 0, count: shape.count)
    for row in 0..<shape[0] {
      let (column, overflow) = row.addingReportingOverflow(diagonal)
      if !overflow, column >= 0, column < shape[1] { integers[row * shape[1] + column] = 1 }
    }
    if type.isInteger { return [.constant(Constant(integers, shape: shape, type: type))] }
    return [invocation.constant(Tensor(integers.map { Float($0) }, shape: shape), type: type)]
  }
}
