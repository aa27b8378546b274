import ONNX
import Tensors
import Testing

/// Attention and rotary embedding, against numbers made by hand or by onnx 1.23.2's reference.
struct AttentionTests {
  static let query = reals([1, 0], [1, 1, 1, 2])
  /// With a scale of 1 the scores of `query` are ln 3, 0.
  static let keys = reals([1.0986123, 5, 0, -7], [1, 1, 2, 2])
  static let values = reals([1, 10, 2, 20], [1, 1, 2, 2])
  static let unscaled: [String: Attribute] = ["scale": .float(1)]

  static let cases: [OperatorCase] = [
    OperatorCase(
      "Attention", opset: 23, unscaled, [query, keys, values], gives: [reals([1.25, 12.5], [1, 1, 1, 2])]),
    // Masks of truths and of numbers; a mask of one number for all.
    OperatorCase(
      "Attention", opset: 23, unscaled, [query, keys, values, truths([0, 1], [1, 2])],
      gives: [reals([2, 20], [1, 1, 1, 2])], known: []),
    OperatorCase(
      "Attention", opset: 23, unscaled, [query, keys, values, reals([-1.0986123, 0], [1, 1, 2])],
      gives: [reals([1.5, 15], [1, 1, 1, 2])]),
    OperatorCase(
      "Attention", opset: 23, unscaled, [query, keys, values, reals([3], [1, 1])],
      gives: [reals([1.25, 12.5], [1, 1, 1, 2])]),
    // Where everything is masked there is nothing; a mask that is too short ends the keys.
    OperatorCase(
      "Attention", opset: 23, unscaled, [query, keys, values, truths([0, 0], [1, 2])],
      gives: [reals([0, 0], [1, 1, 1, 2])]),
    OperatorCase(
      "Attention", opset: 24, unscaled,
      [query, keys, values, nil, nil, nil, wholes([1])],
      gives: [reals([1, 10], [1, 1, 1, 2])], known: [6]),
    OperatorCase(
      "Attention", opset: 24, unscaled, [query, keys, values, reals([2], [1, 1])],
      gives: [reals([1, 10], [1, 1, 1, 2])]),
    // The only query is the first of those that the past begins; of a window of one it sees its own place only.
    OperatorCase(
      "Attention", opset: 23, ["is_causal": .int(1), "scale": .float(1)],
      [
        query, reals([0, -7], [1, 1, 1, 2]), reals([2, 20], [1, 1, 1, 2]), nil, reals([1.0986123, 5], [1, 1, 1, 2]),
        reals([1, 10], [1, 1, 1, 2]),
      ],
      gives: [reals([1.25, 12.5], [1, 1, 1, 2]), keys, values]),
    OperatorCase(
      "Attention", opset: 25, ["left_window_size": .int(0), "right_window_size": .int(0)],
      [randomReals([1, 1, 2, 3], seed: 1), randomReals([1, 1, 2, 3], seed: 2), reals([1, 2], [1, 1, 2, 1])],
      gives: [reals([1, 2], [1, 1, 2, 1])]),
    OperatorCase(
      "Attention", opset: 24, ["is_causal": .int(1), "softcap": .float(1.5)],
      [randomReals([1, 4, 2, 2], seed: 1), randomReals([1, 2, 3, 2], seed: 2), randomReals([1, 2, 3, 1], seed: 3)],
      gives: [
        reals(
          [-0.9236524, -1.027632, -0.9236524, -1.08891, -1.610939, -1.39732, -1.610939, -1.209376], [1, 4, 2, 1])
      ]),
    // Heads side by side, and the scores behind the mask.
    OperatorCase(
      "Attention", opset: 24,
      [
        "q_num_heads": .int(2), "kv_num_heads": .int(2), "qk_matmul_output_mode": .int(2), "scale": .float(0.5),
      ],
      [
        randomReals([1, 2, 4], seed: 1), randomReals([1, 3, 4], seed: 2), randomReals([1, 3, 6], seed: 3),
        randomReals([2, 3], seed: 4),
      ],
      gives: [
        reals(
          [
            -0.6754081, -1.409747, 1.091449, 0.3913091, 0.8372428, -1.124007, -0.914501, -0.370949, 1.068359,
            -0.5792244, 0.5176861, -0.9890342,
          ], [1, 2, 6]),
        reals(
          [
            -1.312657, 0.5677817, 0.8068306, -0.1653969, 1.487293, 1.401059, 0.1428695, 1.049968, 0.04956746,
            -0.777235, -0.02781224, -1.230138,
          ], [1, 2, 3, 2]),
        reals(
          [
            -0.9236524, -1.174923, 0.5304484, -0.4164064, -1.944689, 1.492216, -1.449459, 1.61235, 0.7996812,
            -1.610939, 0.1392212, -0.8331466, 1.248544, 1.232596, -1.279421, -0.2161779, 0.5199316, -1.001985,
          ], [1, 2, 3, 3]),
        reals(
          [
            0.102563, 0.5356167, -1.530961, -1.096949, 0.02487957, -0.05252099, -0.7039148, 1.188667, 1.099262,
            -0.03015909, -0.6672571, -1.748077,
          ], [1, 2, 2, 3]),
      ]),
    OperatorCase(
      "RotaryEmbedding", opset: 23, ["rotary_embedding_dim": .int(2)],
      [
        randomReals([1, 2, 2, 4], seed: 1), randomReals([5, 1], seed: 2), randomReals([5, 1], seed: 3),
        wholes([3, 1], [1, 2]),
      ],
      gives: [
        reals(
          [
            -4.508393, 0.9673367, -0.2447095, -0.2891252, 1.427386, -1.447127, 0.5155411, 0.390219, 4.059154,
            -0.7568048, -1.28822, -1.180856, 1.917431, 0.1324288, -0.8448069, -0.3816464,
          ], [1, 2, 2, 4])
      ], known: [3]),
    // Quarter turns: of halves and of neighbours.
    OperatorCase(
      "RotaryEmbedding", opset: 23, ["num_heads": .int(1)],
      [reals([1, 2, 3, 4], [1, 1, 4]), reals([0, 0], [1, 1, 2]), reals([1, 1], [1, 1, 2])],
      gives: [reals([-3, -4, 1, 2], [1, 1, 4])]),
    OperatorCase(
      "RotaryEmbedding", opset: 23, ["num_heads": .int(1), "interleaved": .int(1)],
      [reals([1, 2, 3, 4], [1, 1, 4]), reals([0, 0], [1, 1, 2]), reals([1, 1], [1, 1, 2])],
      gives: [reals([-2, 1, -4, 3], [1, 1, 4])]),
  ]

  @Test(arguments: cases) func values(_ test: OperatorCase) throws { try test.check() }

  /// The scores at every stage, and how they go on to the queries.
  @Test(arguments: 0..<4) func stages(_ mode: Int) throws {
    let scores: [Float] = [0.9091109, -0.46211717]
    let expected: [Float] = [
      1.5223765, -0.5, scores[0], scores[1], scores[0] + 1, scores[1] + 2, 0.5917557, 0.4082443,
    ]
    try OperatorCase(
      "Attention", opset: 23,
      ["scale": .float(0.5), "softcap": .float(1), "qk_matmul_output_mode": .int(mode)],
      [
        reals([1], [1, 1, 1, 1]), reals([3.044753, -1], [1, 1, 2, 1]), reals([0, 1], [1, 1, 2, 1]),
        reals([1, 2], [1, 2]),
      ],
      gives: [
        reals([0.4082443], [1, 1, 1, 1]), reals([3.044753, -1], [1, 1, 2, 1]), reals([0, 1], [1, 1, 2, 1]),
        reals(Array(expected[2 * mode..<2 * mode + 2]), [1, 1, 1, 2]),
      ]
    ).check()
  }

  static let bad: [OperatorCase] = [
    OperatorCase("Attention", opset: 23, [query, keys], gives: [query]),
    OperatorCase("Attention", opset: 23, [query, reals([1, 2, 3], [1, 1, 1, 3]), values], gives: [query]),
    OperatorCase("Attention", opset: 23, [query, keys, query], gives: [query]),
    OperatorCase("Attention", opset: 23, [query, keys, values, reals([1, 2, 3], [1, 3])], gives: [query]),
    OperatorCase("Attention", opset: 23, [query, keys, values, wholes([1, 1], [1, 2])], gives: [query]),
    OperatorCase("Attention", opset: 23, [query, keys, values, nil, keys], gives: [query]),
    OperatorCase("Attention", opset: 23, [query, keys, values, nil, reals([1], [1, 1, 1, 1]), query], gives: [query]),
    OperatorCase(
      "Attention", opset: 23, [reals([1, 2], [1, 1, 2]), reals([1, 2], [1, 1, 2]), reals([1, 2], [1, 1, 2])],
      gives: [query]),
    OperatorCase(
      "Attention", opset: 23, ["q_num_heads": .int(3), "kv_num_heads": .int(1)],
      [reals([1, 2], [1, 1, 2]), reals([1, 2], [1, 1, 2]), reals([1, 2], [1, 1, 2])], gives: [query]),
    OperatorCase("Attention", opset: 24, [query, keys, values, nil, nil, nil, wholes([1, 2])], gives: [query]),
    OperatorCase("RotaryEmbedding", opset: 23, [reals([1, 2]), query, query], gives: [query]),
    OperatorCase(
      "RotaryEmbedding", opset: 23, [query, reals([1], [1, 1, 1]), reals([1, 2], [1, 1, 2])], gives: [query]),
    OperatorCase(
      "RotaryEmbedding", opset: 23, [query, reals([1], [1, 1]), reals([1], [1, 1]), wholes([4], [1, 1])],
      gives: [query]),
    OperatorCase(
      "RotaryEmbedding", opset: 23, ["rotary_embedding_dim": .int(3)],
      [query, reals([1], [1, 1, 1]), reals([1], [1, 1, 1])], gives: [query]),
  ]

  @Test(arguments: bad) func badNodes(_ test: OperatorCase) {
    #expect(test.failure() == .invalid)
    #expect(test.failure(computed: [0]) == .invalid)
  }
}
