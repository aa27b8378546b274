import ONNX
import Tensors
import Testing

/// Windows over images, against numbers made by hand, and the reverse rules against differences.
@Suite struct PoolingTests {
  /// Quarters of 1…n, shuffled: the differences' steps change no order.
  private static func counted(_ shape: Shape) -> Constant {
    reals((0..<shape.count).map { Float($0 * 7919 % shape.count + 1) / 4 }, shape)
  }

  private static let square = reals((1...16).map(Float.init), [1, 1, 4, 4])
  private static let row = reals([1, -2, 3, -4, 5], [1, 1, 5])

  static let cases = [
    OperatorCase(
      "MaxPool", opset: 12, ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])], [square],
      gives: [reals([6, 8, 14, 16], [1, 1, 2, 2])]),
    // Windows of padding alone do not begin: the last must begin inside.
    OperatorCase(
      "MaxPool", opset: 12,
      ["kernel_shape": .ints([1]), "strides": .ints([2]), "ceil_mode": .int(1)],
      [reals([1, 2, 3, 4], [1, 1, 4])], gives: [reals([1, 3], [1, 1, 2])]),
    OperatorCase(
      "MaxPool", opset: 12,
      ["kernel_shape": .ints([3, 3]), "strides": .ints([2, 2]), "ceil_mode": .int(1)], [square],
      gives: [reals([11, 12, 15, 16], [1, 1, 2, 2])]),
    OperatorCase(
      "MaxPool", opset: 12, ["kernel_shape": .ints([2]), "dilations": .ints([3])], [row],
      gives: [reals([1, 5], [1, 1, 2])]),
    OperatorCase(
      "MaxPool", opset: 12,
      ["kernel_shape": .ints([3]), "pads": .ints([1, 1]), "strides": .ints([2])], [row],
      gives: [reals([1, 3, 5], [1, 1, 3])]),
    OperatorCase(
      "MaxPool", opset: 12, ["kernel_shape": .ints([2]), "auto_pad": .string("SAME_UPPER")], [row],
      gives: [reals([1, 3, 3, 5, 5], [1, 1, 5])]),
    OperatorCase(
      "MaxPool", opset: 12, ["kernel_shape": .ints([2]), "auto_pad": .string("SAME_LOWER")], [row],
      gives: [reals([1, 1, 3, 3, 5], [1, 1, 5])]),
    OperatorCase(
      "MaxPool", opset: 12, ["kernel_shape": .ints([2, 1, 2])],
      [reals([1, 5, 2, 6, 3, 8, 4, 7], [1, 1, 2, 2, 2])],
      gives: [reals([8, 7], [1, 1, 1, 2, 1])]),
    OperatorCase(
      "MaxPool", opset: 12, ["kernel_shape": .ints([2])],
      [wholes([3, 9, 2, 200], [1, 1, 4], type: .uint8)],
      gives: [wholes([9, 9, 200], [1, 1, 3], type: .uint8)]),
    OperatorCase(
      "MaxPool", opset: 12, ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])],
      [reals([4, 1, 2, 3, 0, 1, 9, 3], [1, 2, 2, 2])],
      gives: [reals([4, 9], [1, 2, 1, 1]), wholes([0, 6], [1, 2, 1, 1])]),
    OperatorCase(
      "MaxPool", opset: 12, ["kernel_shape": .ints([2, 2]), "storage_order": .int(1)],
      [reals([1, 2, 3, 6, 5, 4], [1, 1, 2, 3])],
      gives: [reals([6, 5], [1, 1, 1, 2]), wholes([1, 3], [1, 1, 1, 2])]),
    OperatorCase(
      "AveragePool", opset: 11,
      ["kernel_shape": .ints([3]), "pads": .ints([1, 1]), "strides": .ints([2])], [row],
      gives: [reals([-0.5, -1, 0.5], [1, 1, 3])]),
    OperatorCase(
      "AveragePool", opset: 11,
      [
        "kernel_shape": .ints([3]), "pads": .ints([1, 1]), "strides": .ints([2]),
        "count_include_pad": .int(1),
      ], [row],
      gives: [reals([-1 / 3, -1, 1 / 3], [1, 1, 3])]),
    // A place beyond the padding counts in no case.
    OperatorCase(
      "AveragePool", opset: 11,
      [
        "kernel_shape": .ints([4]), "pads": .ints([0, 1]), "strides": .ints([3]),
        "ceil_mode": .int(1),
        "count_include_pad": .int(1),
      ], [row], gives: [reals([-0.5, 1 / 3], [1, 1, 2])]),
    OperatorCase(
      "AveragePool", opset: 19, ["kernel_shape": .ints([2]), "dilations": .ints([2])], [row],
      gives: [reals([2, -3, 4], [1, 1, 3])]),
    OperatorCase(
      "LpPool", opset: 18, ["kernel_shape": .ints([2]), "p": .int(1)], [row],
      gives: [reals([3, 5, 7, 9], [1, 1, 4])]),
    OperatorCase(
      "LpPool", opset: 11, ["kernel_shape": .ints([2]), "strides": .ints([2])],
      [reals([3, -4, 6, 8], [1, 1, 4])],
      gives: [reals([5, 10], [1, 1, 2])]),
    OperatorCase(
      "LpPool", opset: 18, ["kernel_shape": .ints([3]), "p": .int(3), "strides": .ints([3])],
      [reals([3, -4, 5], [1, 1, 3])], gives: [reals([6], [1, 1, 1])]),
    OperatorCase("GlobalMaxPool", opset: 11, [:], [row], gives: [reals([5], [1, 1, 1])]),
    OperatorCase(
      "GlobalAveragePool", opset: 11, [:], [reals((1...40).map(Float.init), [1, 2, 4, 5])],
      gives: [reals([10.5, 30.5], [1, 2, 1, 1])]),
    OperatorCase(
      "GlobalLpPool", opset: 11, ["p": .int(1)], [row], gives: [reals([15], [1, 1, 1])]),
    // β = 1: x / (1 + Σ x² / 3 · 3).
    OperatorCase(
      "LRN", opset: 13, ["size": .int(3), "alpha": .float(3), "beta": .float(1)],
      [reals([1, 2, -1], [1, 3, 1])],
      gives: [reals([1.0 / 6, 2.0 / 7, -1.0 / 6], [1, 3, 1])]),
    // An even window reaches farther behind.
    OperatorCase(
      "LRN", opset: 7, ["size": .int(2), "alpha": .float(2), "beta": .float(1), "bias": .float(2)],
      [reals([1, 2, 3], [1, 3, 1])], gives: [reals([1.0 / 7, 2.0 / 15, 3.0 / 11], [1, 3, 1])]),
  ]

  @Test(arguments: cases) func pooling(_ test: OperatorCase) throws { try test.check() }

  /// The reverse of windows that overlap, are padded and dilated, over two channels of two images.
  @Test(arguments: ["MaxPool", "AveragePool", "LpPool"]) func reverseOfOverlappingWindows(
    _ name: String
  ) throws {
    for attributes: [String: Attribute] in [
      ["kernel_shape": .ints([3, 2]), "strides": .ints([2, 1]), "pads": .ints([1, 0, 1, 1])],
      [
        "kernel_shape": .ints([2, 3]), "dilations": .ints([2, 1]), "strides": .ints([1, 2]),
        "ceil_mode": .int(1),
      ],
      ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])],
    ] {
      let x = Self.counted([2, 2, 5, 6])
      let result = try OperatorCase(name, opset: 19, attributes, [x], gives: [reals([0])]).lowered(
        computed: []).outputs
      try OperatorCase(
        name, opset: 19, attributes, [x], gives: [try #require(result[0].constant)], tolerance: 1e-5
      ).check()
    }
  }

  @Test func aMaximumGivesItsGradientToTheFirstOfEquals() throws {
    let x = reals([2, 2, 1, 2], [1, 1, 4])
    let test = OperatorCase(
      "MaxPool", opset: 12, ["kernel_shape": .ints([4])], [x],
      gives: [reals([2], [1, 1, 1]), wholes([0], [1, 1, 1])],
      differentiable: false)
    try test.check()
  }

  static let bad: [(String, [String: Attribute], Shape, LoweringFailure.Kind)] = [
    ("MaxPool", [:], [1, 1, 4], .invalid),
    ("MaxPool", ["kernel_shape": .ints([5])], [1, 1, 4], .invalid),
    ("MaxPool", ["kernel_shape": .ints([0])], [1, 1, 4], .invalid),
    ("MaxPool", ["kernel_shape": .ints([2, 2])], [1, 1, 4], .invalid),
    ("MaxPool", ["kernel_shape": .ints([2]), "strides": .ints([0])], [1, 1, 4], .invalid),
    ("MaxPool", ["kernel_shape": .ints([.max]), "dilations": .ints([.max])], [1, 1, 4], .invalid),
    (
      "AveragePool", ["kernel_shape": .ints([2]), "pads": .ints([-1, 0])], [1, 1, 4], .unsupported
    ),
    ("AveragePool", ["kernel_shape": .ints([2]), "pads": .ints([1])], [1, 1, 4], .invalid),
    ("AveragePool", ["kernel_shape": .ints([1])], [1, 1, 0], .invalid),
    ("LpPool", ["kernel_shape": .ints([2]), "p": .int(0)], [1, 1, 4], .unsupported),
    ("GlobalMaxPool", [:], [1, 1, 0, 4], .invalid),
    ("GlobalAveragePool", [:], [4], .invalid),
    ("LRN", [:], [1, 1, 4], .invalid),
    ("LRN", ["size": .int(-3)], [1, 1, 4], .invalid),
  ]

  @Test(arguments: bad.indices) func badNodesAreRefused(_ index: Int) {
    let (name, attributes, image, kind) = Self.bad[index]
    let test = OperatorCase(
      name, opset: 18, attributes, [randomReals(image, seed: 1)], gives: [reals([0])])
    #expect(test.failure() == kind, "\(test.testDescription)")
    #expect(test.failure(computed: [0]) == kind, "\(test.testDescription)")
  }
}
