import Autodiff
import Kernels
import Tensors

/// Scaled dot products of queries and keys, and the embedding of positions by rotation.
enum Attention {
  static let operators: [OperatorDefinition] = [
    OperatorDefinition(
      "Attention", versions: [23, 24, 25],
      attributes: [
        "is_causal", "kv_num_heads", "q_num_heads", "qk_matmul_output_mode", "scale", "softcap", "softmax_precision",
        "left_window_size", "right_window_size",
      ]
    ) { try AttentionLowering($0).outputs() },
    OperatorDefinition(
      "RotaryEmbedding", versions: [23], attributes: ["interleaved", "num_heads", "rotary_embedding_dim"],
      lower: rotary),
  ]

  /// `[batch, length, heads × size]` as `[batch, length, heads, size]`.
  static func splitHeads(_ invocation: Invocation, _ value: Value, _ heads: Int?, _ attribute: String) throws -> Value {
    guard let heads, heads > 0, value.shape[2] % heads == 0 else {
      throw LoweringFailure.invalid("\(attribute) = \(heads.map { "\($0)" } ?? "none") for \(value.shape)")
    }
    return try invocation.reshaped(value, to: [value.shape[0], value.shape[1], heads, value.shape[2] / heads])
  }

  private static func rotary(_ invocation: Invocation) throws -> [Value] {
    let x = try invocation.input(0)
    try invocation.requireReal(x)
    guard x.shape.rank == 3 || x.shape.rank == 4 else {
      throw LoweringFailure.invalid("\(x.shape) has neither 3 nor 4 dimensions")
    }
    let isSplit = x.shape.rank == 4
    let heads = isSplit ? x : try splitHeads(invocation, x, try invocation.int("num_heads"), "num_heads")
    let (positionAxis, size) = (isSplit ? 2 : 1, heads.shape[3])
    var rotated = try invocation.int("rotary_embedding_dim", default: 0)
    if rotated == 0 { rotated = size }
    guard rotated > 0, rotated <= size, rotated % 2 == 0 else {
      throw LoweringFailure.invalid("rotary_embedding_dim \(rotated) of vectors of \(size)")
    }
    let operation = RotatedPairs(
      positionAxis: positionAxis, isInterleaved: try invocation.flag("interleaved"))
    let angles = try [1, 2].map { try self.angles(invocation, $0, heads.shape[positionAxis]) }
    guard operation.accepts(heads.shape, angles: angles[0].shape), angles[0].shape == angles[1].shape,
      angles[0].shape[2] == rotated / 2
    else {
      throw LoweringFailure.invalid("cosines of \(angles[0].shape) and sines of \(angles[1].shape) for \(x.shape)")
    }
    let result = try invocation.emit(operation, [heads] + angles, shape: heads.shape, type: x.type)
    return [try invocation.reshaped(result, to: x.shape.dimensions)]
  }

  /// The cosines or sines of every position: `[batch or 1, positions, pairs]`.
  private static func angles(_ invocation: Invocation, _ index: Int, _ length: Int) throws -> Value {
    let cache = try invocation.input(index)
    guard invocation.optionalInput(3) != nil else {
      guard cache.shape.rank == 3 else { throw LoweringFailure.invalid("a cache of \(cache.shape) without positions") }
      return cache
    }
    let positions = try invocation.constant(3, "the positions")
    guard cache.shape.rank == 2, positions.shape.rank == 2, positions.shape[1] == length else {
      throw LoweringFailure.invalid("positions of \(positions.shape) in a cache of \(cache.shape)")
    }
    let places = try invocation.integers(3, "the positions").map {
      try invocation.place($0, of: cache.shape[0], axis: 0)
    }
    let picked = try invocation.picked(cache, axes: [places, nil])
    return try invocation.reshaped(picked, to: positions.shape.dimensions + [cache.shape[1]])
  }
}
