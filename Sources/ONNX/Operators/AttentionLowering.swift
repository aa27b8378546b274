import Autodiff
import Kernels
import Tensors

/// Lowers one `Attention`.
struct AttentionLowering {
  private let invocation: Invocation
  /// `[batch, heads, length, size]`, with those of the past before the others.
  private let queries: Value
  private let keys: Value
  private let values: Value
  /// How many keys come from the past.
  private let past: Int
  /// Whether heads lie in one axis, as the queries have them.
  private let isFlat: Bool

  init(_ invocation: Invocation) throws {
    self.invocation = invocation
    var inputs = try (0..<3).map { try invocation.input($0) }
    let rank = inputs[0].shape.rank
    guard rank == 3 || rank == 4, inputs.allSatisfy({ $0.shape.rank == rank }) else {
      throw LoweringFailure.invalid(
        "queries, keys and values of \(inputs.map { "\($0.shape)" }.joined(separator: ", "))")
    }
    for input in inputs { try invocation.requireReal(input) }
    isFlat = rank == 3
    if isFlat {
      for (index, attribute) in ["q_num_heads", "kv_num_heads", "kv_num_heads"].enumerated() {
        let heads = try Attention.splitHeads(
          invocation, inputs[index], try invocation.int(attribute), attribute)
        inputs[index] = try invocation.transposed(heads, [0, 2, 1, 3])
      }
    }
    let hasPast = invocation.optionalInput(4) != nil
    guard hasPast == (invocation.optionalInput(5) != nil) else {
      throw LoweringFailure.invalid("past keys without past values, or the other way round")
    }
    past = hasPast ? try Self.length(try invocation.input(4)) : 0
    if hasPast {
      for index in 1...2 { inputs[index] = try Self.joined(invocation, try invocation.input(index + 3), inputs[index]) }
    }
    (queries, keys, values) = (inputs[0], inputs[1], inputs[2])
    let (q, k, v) = (queries.shape, keys.shape, values.shape)
    guard q[0] == k[0], q[3] == k[3], k[1] > 0, q[1] % k[1] == 0, k[0] == v[0], k[1] == v[1], k[2] == v[2] else {
      throw LoweringFailure.invalid("queries of \(q), keys of \(k) and values of \(v)")
    }
  }

  private static func length(_ value: Value) throws -> Int {
    guard value.shape.rank == 4 else { throw LoweringFailure.invalid("a past of \(value.shape)") }
    return value.shape[2]
  }

  private static func joined(_ invocation: Invocation, _ past: Value, _ new: Value) throws -> Value {
    var dimensions = new.shape.dimensions
    dimensions[2] = try length(past)
    guard past.shape.dimensions == dimensions else {
      throw LoweringFailure.invalid("a past of \(past.shape) before \(new.shape)")
    }
    dimensions[2] += new.shape[2]
    return try invocation.emit(
      Concatenation(axis: 2), [past, new], shape: try invocation.shape(dimensions), type: new.type)
  }

  /// The result, the keys and the values with those of the past, and the scores as far as asked for.
  func outputs() throws -> [Value] {
    let biases = try biases()
    let weights = try scores(.weights, biases)
    let result = try attended(weights)
    guard invocation.node.outputs.count > 1 else { return [result] }
    guard invocation.node.outputs.count > 3, invocation.node.outputs[3] != nil else { return [result, keys, values] }
    let stage = try invocation.int("qk_matmul_output_mode", default: 0)
    switch stage {
    case 0: return [result, keys, values, try scores(.products, biases)]
    case 1: return [result, keys, values, try scores(.capped, biases)]
    case 2: return [result, keys, values, try scores(.biased, biases)]
    case 3: return [result, keys, values, weights]
    default: throw LoweringFailure.invalid("qk_matmul_output_mode \(stage)")
    }
  }

  private func scores(_ stage: AttentionScores.Stage, _ biases: [Value]) throws -> Value {
    let size = queries.shape[3]
    let scale = try invocation.float("scale") ?? Float(1 / Double(max(size, 1)).squareRoot())
    let cap = try invocation.float("softcap", default: 0)
    let used = stage >= .biased ? biases : []
    let operation = AttentionScores(
      scale: scale, cap: cap > 0 ? cap : nil, stage: stage, truths: used.map { $0.type == .bool })
    let inputs = [queries, keys] + used
    guard let shape = operation.dimensions(inputs.map(\.shape)) else {
      throw LoweringFailure.invalid(
        "masks of \(used.map { "\($0.shape)" }.joined(separator: ", ")) for \(queries.shape)")
    }
    return try invocation.emit(operation, inputs, shape: try invocation.shape(shape), type: queries.type)
  }

  private func attended(_ weights: Value) throws -> Value {
    let (q, v) = (queries.shape, values.shape)
    // Heads that share keys and values are an axis of their own, along which these are broadcast.
    let grouped = try invocation.reshaped(weights, to: [q[0], v[1], q[1] / v[1], q[2], v[2]])
    let shared = try invocation.reshaped(values, to: [v[0], v[1], 1, v[2], v[3]])
    let product = try invocation.matrixProduct(grouped, shared)
    let result = try invocation.reshaped(product, to: [q[0], q[1], q[2], v[3]])
    guard isFlat else { return result }
    let moved = try invocation.transposed(result, [0, 2, 1, 3])
    let (width, overflow) = q[1].multipliedReportingOverflow(by: v[3])
    guard !overflow else { throw LoweringFailure.invalid("\(q[1]) heads of \(v[3])") }
    return try invocation.reshaped(moved, to: [q[0], q[2], width])
  }
}

// MARK: Masks

extension AttentionLowering {
  /// What is added to the scores, each of rank 4 and broadcast to them.
  private func biases() throws -> [Value] {
    let mask = try mask()
    guard let structure = try structure() else { return [mask].compactMap { $0 } }
    return [mask, .constant(Constant(structure))].compactMap { $0 }
  }

  private func mask() throws -> Value? {
    guard var mask = invocation.optionalInput(3) else { return nil }
    guard mask.type == .bool || mask.type.isReal else {
      throw LoweringFailure.invalid("a mask of \(mask.type)")
    }
    guard mask.shape.rank <= 4 else { throw LoweringFailure.invalid("a mask of \(mask.shape)") }
    let padding = Array(repeating: 1, count: 4 - mask.shape.rank)
    mask = try invocation.reshaped(mask, to: padding + mask.shape.dimensions)
    let (count, wanted) = (mask.shape[3], keys.shape[2])
    guard count != wanted, invocation.version >= 24 else { return mask }
    guard count < wanted else { throw LoweringFailure.invalid("a mask of \(mask.shape) for \(wanted) keys") }
    // Keys that a mask does not reach are masked.
    return try invocation.picked(
      mask, axes: [nil, nil, nil, (0..<wanted).map { $0 < count ? $0 : -1 }],
      fill: FillValue(real: mask.type == .bool ? 0 : -.infinity, integer: 0))
  }

  /// 0 where a query may see a key and -∞ where not, by their places alone; `nil` if every query sees every key.
  private func structure() throws -> Tensor? {
    let (batch, length, count) = (queries.shape[0], queries.shape[2], keys.shape[2])
    let valid = invocation.version >= 24 ? try invocation.optionalIntegers(6, "the numbers of keys") : nil
    if let valid {
      guard valid.count == batch, past == 0 else {
        throw LoweringFailure.invalid("numbers of keys for \(valid.count) of \(batch) images")
      }
    }
    let isCausal = try invocation.flag("is_causal")
    let left = try invocation.int("left_window_size", default: -1)
    let right = try invocation.int("right_window_size", default: -1)
    guard isCausal || left >= 0 || right >= 0 || valid != nil else { return nil }
    let shape = try invocation.shape([valid == nil ? 1 : batch, 1, length, count])
    return Tensor(uninitialized: shape) { elements in
      var index = 0
      for image in 0..<shape[0] {
        let reach = valid.map { min(max($0[image], 0), count) } ?? count
        let offset = valid == nil ? past : reach - length
        for query in 0..<length {
          let position = query + offset
          for key in 0..<count {
            let isSeen =
              key < reach && (!isCausal || key <= position) && (left < 0 || position - key <= left)
              && (right < 0 || key - position <= right)
            elements[index] = isSeen ? 0 : -.infinity
            index += 1
          }
        }
      }
    }
  }
}
