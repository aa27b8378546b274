import Autodiff
import Kernels
import Tensors

/// Operators that put updates into a tensor at indices, which must be known.
enum Scattering {
  static let operators: [OperatorDefinition] = [
    OperatorDefinition("ScatterND", versions: [11, 13, 16, 18], attributes: ["reduction"], lower: scatterND),
    OperatorDefinition(
      "ScatterElements", versions: [11, 13, 16, 18], attributes: ["axis", "reduction"], lower: scatterElements),
    OperatorDefinition("Scatter", versions: [9], attributes: ["axis"], lower: scatterElements),
  ]

  private static func scatterND(_ invocation: Invocation) throws -> [Value] {
    let data = try invocation.data()
    let tuples = try IndexTuples(invocation, of: data.shape)
    let shape = try invocation.boundedShape(tuples.outer + data.shape.dimensions[tuples.length...])
    let (width, elements) = (Int32(tuples.width), 0..<Int32(tuples.width))
    let positions = tuples.positions.flatMap { position in elements.map { position * width + $0 } }
    return [try scattered(invocation, positions, shape)]
  }

  private static func scatterElements(_ invocation: Invocation) throws -> [Value] {
    let (shape, positions) = try Indexing.elementPositions(invocation, of: invocation.data().shape)
    return [try scattered(invocation, positions, shape)]
  }

  /// Input 0 with the updates of input 2, which must have the shape `shape`, at `positions`.
  private static func scattered(_ invocation: Invocation, _ positions: [Int32], _ shape: Shape) throws -> Value {
    let (data, updates) = (try invocation.data(), try invocation.input(2))
    guard updates.shape == shape, updates.type == data.type else {
      throw LoweringFailure.invalid("updates of \(updates.type) \(updates.shape), not \(data.type) \(shape)")
    }
    let name = try invocation.string("reduction", default: "none")
    guard let reduction = reductions[name] else { throw LoweringFailure.invalid("the reduction \(name)") }
    if positions.isEmpty { return data }
    if var elements = data.constant?.integers, let news = updates.constant?.integers {
      let isBoolean = data.type == .bool
      for (position, new) in zip(positions, news) {
        let position = Int(position)
        elements[position] = combined(elements[position], new, reduction, isBoolean: isBoolean)
      }
      return .constant(Constant(elements, shape: data.shape, type: data.type))
    }
    return try invocation.emit(
      Scatter(positions: positions, reduction: reduction), [data, updates], shape: data.shape, type: data.type)
  }

  private static let reductions: [String: ScatterReduction] = [
    "none": .replace, "add": .add, "mul": .multiply, "min": .minimum, "max": .maximum,
  ]

  /// Sums and products wrap round as those of the type do; the sum of truth values is their “or”.
  private static func combined(_ old: Int, _ new: Int, _ reduction: ScatterReduction, isBoolean: Bool) -> Int {
    switch reduction {
    case .add: isBoolean ? old | new : old &+ new
    case .multiply: old &* new
    default: reduction(old, new)
    }
  }
}
