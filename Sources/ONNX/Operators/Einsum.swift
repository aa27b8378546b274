import Autodiff
import Tensors

/// Einstein's sums, as sums, products of matrices and orders of axes.
enum Einsum {
  static let operators: [OperatorDefinition] = [
    OperatorDefinition("Einsum", versions: [12, 28], attributes: ["equation"]) { invocation in
      guard let text = try invocation.string("equation") else { throw LoweringFailure.invalid("it has no equation") }
      guard !invocation.inputs.isEmpty else { throw LoweringFailure.invalid("it has no operands") }
      let values = try invocation.inputs.indices.map { try invocation.input($0) }
      let equation = try EinsumEquation(text, ranks: values.map(\.shape.rank))
      return [try Contraction(invocation: invocation).lower(equation, values)]
    }
  ]
}

/// Lowers an equation: repeated letters become diagonals, and operands are multiplied two at a time, from the left.
private struct Contraction {
  typealias Label = EinsumEquation.Label

  struct Operand {
    var value: Value
    var labels: [Label]

    func extent(_ label: Label) -> Int { labels.firstIndex(of: label).map { value.shape[$0] } ?? 1 }
  }

  let invocation: Invocation

  func lower(_ equation: EinsumEquation, _ values: [Value]) throws -> Value {
    var operands = try zip(values, equation.operands).map { try diagonal(Operand(value: $0, labels: $1)) }
    try check(operands)
    var product = operands.removeFirst()
    while !operands.isEmpty {
      let next = operands.removeFirst()
      let later = Set(operands.flatMap(\.labels)).union(equation.result)
      product = try multiply(
        try sum(product, keeping: later.union(next.labels)), try sum(next, keeping: later.union(product.labels)),
        keeping: later)
    }
    product = try sum(product, keeping: Set(equation.result))
    // An axis of the result that an ellipsis stands for may be missing where operands have fewer of them.
    return try ordered(product, equation.result)
  }

  /// Every letter must have one extent; 1 is broadcast.
  private func check(_ operands: [Operand]) throws {
    var extents: [Label: Int] = [:]
    for operand in operands {
      for label in operand.labels {
        let extent = operand.extent(label)
        guard let known = extents[label], known != 1 else {
          extents[label] = extent
          continue
        }
        guard extent == known || extent == 1 else {
          throw LoweringFailure.invalid("one letter of the equation stands for \(known) and for \(extent) places")
        }
      }
    }
    for operand in operands {
      for label in operand.labels where operand.extent(label) != extents[label] {
        guard case .broadcast = label else {
          throw LoweringFailure.unsupported("a letter of its equation stands for 1 and for \(extents[label]!) places")
        }
      }
    }
  }

  /// Without letters that occur twice.
  private func diagonal(_ operand: Operand) throws -> Operand {
    var operand = operand
    while let repeated = operand.labels.first(where: { label in operand.labels.count { $0 == label } > 1 }) {
      let axes = Array(operand.labels.indices.filter { operand.labels[$0] == repeated }.prefix(2))
      let size = operand.value.shape[axes[0]]
      guard operand.value.shape[axes[1]] == size else {
        throw LoweringFailure.invalid("a letter occurs twice in a term for \(operand.value.shape)")
      }
      let others = operand.labels.indices.filter { !axes.contains($0) }
      let outer = others.map { operand.value.shape[$0] }
      let moved = try invocation.transposed(operand.value, others + axes)
      // Of each size² elements, one by one: the first of every size + 1.
      let rows = try invocation.reshaped(moved, to: [outer.reduce(1, *), size * size])
      let picked = try invocation.picked(rows, axes: [nil, (0..<size).map { $0 * (size + 1) }])
      operand = Operand(
        value: try invocation.reshaped(picked, to: outer + [size]),
        labels: others.map { operand.labels[$0] } + [repeated])
    }
    return operand
  }

  /// Summed over all axes but those of `kept`.
  private func sum(_ operand: Operand, keeping kept: Set<Label>) throws -> Operand {
    let dropped = operand.labels.filter { !kept.contains($0) }
    guard !dropped.isEmpty else { return operand }
    let remaining = operand.labels.filter { kept.contains($0) }
    let moved = try ordered(operand, remaining + dropped)
    let outer = remaining.map(operand.extent)
    let count = dropped.map(operand.extent).reduce(1, *)
    let rows = try invocation.reshaped(moved, to: [outer.reduce(1, *), count])
    let sums = try invocation.emit(Sum(axis: 1), [rows], shape: [rows.shape[0]], type: operand.value.type)
    return Operand(value: try invocation.reshaped(sums, to: outer), labels: remaining)
  }

  /// The product summed over what both have and `kept` has not.
  private func multiply(_ a: Operand, _ b: Operand, keeping kept: Set<Label>) throws -> Operand {
    // What is known goes second: then rows of the first factor may be images.
    guard a.value.constant == nil || b.value.constant != nil else { return try multiply(b, a, keeping: kept) }
    let shared = a.labels.filter { b.labels.contains($0) }
    let batch = shared.filter { kept.contains($0) }
    let inner = shared.filter { !kept.contains($0) && a.extent($0) == b.extent($0) }
    guard batch.count + inner.count == shared.count else {
      // A broadcast axis that is summed: with one place on one side the other can be summed first.
      let uneven = shared.filter { !kept.contains($0) && a.extent($0) != b.extent($0) }
      return try multiply(try squeezed(a, uneven), try squeezed(b, uneven), keeping: kept)
    }
    let rows = a.labels.filter { !shared.contains($0) }
    let columns = b.labels.filter { !shared.contains($0) }
    func extents(_ operand: Operand, _ labels: [Label]) -> [Int] { labels.map(operand.extent) }
    func count(_ operand: Operand, _ labels: [Label]) -> Int { extents(operand, labels).reduce(1, *) }
    let first = try invocation.reshaped(
      try ordered(a, batch + rows + inner), to: extents(a, batch) + [count(a, rows), count(a, inner)])
    let second = try invocation.reshaped(
      try ordered(b, batch + inner + columns), to: extents(b, batch) + [count(b, inner), count(b, columns)])
    let product = try invocation.matrixProduct(first, second)
    let outer = Array(product.shape.dimensions.dropLast(2))
    return Operand(
      value: try invocation.reshaped(product, to: outer + extents(a, rows) + extents(b, columns)),
      labels: batch + rows + columns)
  }

  /// Without the axes of `labels`: those of one place go away, others are summed.
  private func squeezed(_ operand: Operand, _ labels: [Label]) throws -> Operand {
    try sum(operand, keeping: Set(operand.labels).subtracting(labels))
  }

  private func ordered(_ operand: Operand, _ labels: [Label]) throws -> Value {
    try invocation.transposed(operand.value, labels.map { operand.labels.firstIndex(of: $0)! })
  }
}
