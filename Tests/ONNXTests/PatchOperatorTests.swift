import ONNX
import Tensors
import Testing

/// Patches of images, against ONNX's reference (onnx 1.23.2), and the reverse rules against differences.
@Suite struct PatchOperatorTests {
  private static let blocks = reals((1...16).map(Float.init), [1, 4, 4])
  private static let image = randomReals([2, 4, 4, 3], seed: 1)
  private static let weights = randomReals([2, 2, 2, 2], seed: 2, in: -1...1)
  /// Two groups of offsets at 3×2 points of 2×2 taps, far enough from whole pixels for the steps of differences.
  private static let offsets = reals(
    randomReals([2, 16, 3, 2], seed: 3, in: -1.4...1.4).tensor.scalars.map { x in
      let rest = x - x.rounded(.down)
      return x.rounded(.down) + min(max(rest, 0.1), 0.9)
    }, [2, 16, 3, 2])
  private static let mask = randomReals([2, 8, 3, 2], seed: 4, in: 0...1)
  private static let deformed: [String: Attribute] = ["group": .int(2), "offset_group": .int(2)]

  static let cases = [
    OperatorCase(
      "Col2Im", [blocks, wholes([3, 3]), wholes([2, 2])],
      gives: [reals([1, 7, 6, 12, 34, 22, 11, 27, 16], [1, 1, 3, 3])], known: [1, 2]),
    OperatorCase(
      "Col2Im", ["pads": .ints([0, 1, 0, 1]), "strides": .ints([1, 2])], [blocks, wholes([3, 2]), wholes([2, 2])],
      gives: [reals([5, 2, 20, 14, 15, 12], [1, 1, 3, 2])], known: [1, 2]),
    OperatorCase(
      "MaxUnpool", opset: 11, ["kernel_shape": .ints([2])],
      [reals([3, 1, 2], [1, 1, 3]), wholes([1, 0, 3], [1, 1, 3])],
      gives: [reals([1, 3, 0, 2], [1, 1, 4])]),
    // The last of equal places stays, and a wanted shape adds zeros.
    OperatorCase(
      "MaxUnpool", opset: 11, ["kernel_shape": .ints([2])],
      [reals([3, 1, 2], [1, 1, 3]), wholes([1, 1, 3], [1, 1, 3]), wholes([1, 1, 6])],
      gives: [reals([0, 1, 0, 2, 0, 0], [1, 1, 6])], known: [2]),
    OperatorCase(
      "SwiGLU", opset: 28, ["alpha": .float(2)], [reals([-1, 0, 2]), reals([3, 4, -5])],
      gives: [reals([-0.357_608_77, 0, -9.820_138])]),
    // Offsets of 0 leave a convolution.
    OperatorCase(
      "DeformConv", opset: 19, [:],
      [
        reals((1...9).map(Float.init), [1, 1, 3, 3]), reals([1, 2, 3, 4], [1, 1, 2, 2]),
        reals([Float](repeating: 0, count: 32), [1, 8, 2, 2]), reals([10]),
      ],
      gives: [reals([47, 57, 77, 87], [1, 1, 2, 2])], differentiable: false),
    // Half a pixel down and to the left, half of it beyond the border.
    OperatorCase(
      "DeformConv", opset: 22, [:],
      [
        reals([1, 2, 3, 4], [1, 1, 2, 2]), reals([1], [1, 1, 1, 1]),
        reals([0.5, 0.5, 0.5, 0.5, -0.5, -0.5, -0.5, -0.5], [1, 2, 2, 2]), nil, reals([1, 1, 1, 2], [1, 1, 2, 2]),
      ],
      gives: [reals([1, 2.5, 0.75, 3.5], [1, 1, 2, 2])]),
    // 12 (3 − 128) ½ ¼ / 2 + 3, and one beyond the bytes.
    OperatorCase(
      "QLinearConv", opset: 10, [:],
      [
        wholes([3, 255], [1, 1, 2], type: .uint8), reals([0.5], []), wholes([128], [], type: .uint8),
        wholes([12, 100], [2, 1, 1], type: .int8), reals([0.25, 0.5]), wholes([0, 0], type: .int8), reals([2], []),
        wholes([100], [], type: .uint8), wholes([0, 8], type: .int32),
      ],
      gives: [wholes([6, 195, 0, 255], [1, 2, 2], type: .uint8)], known: [2, 5], differentiable: false),
  ]

  @Test(arguments: cases) func operatorsGiveTheirNumbersAndGradients(_ row: OperatorCase) throws { try row.check() }

  @Test func aDeformableConvolutionInGroupsHasTheDifferencesAsGradients() throws {
    let inputs: [Constant?] = [Self.image, Self.weights, Self.offsets, reals([1, -1]), Self.mask]
    var row = OperatorCase("DeformConv", opset: 22, Self.deformed, inputs, gives: [reals([0])])
    let output = try #require(try row.lowered(computed: []).outputs.first?.constant)
    #expect(output.shape == [2, 2, 3, 2])
    row.expected = [output]
    try row.check()
  }

  /// PyTorch gives what was overwritten a gradient too; the derivative is zero.
  @Test func theGradientOfAnUnpoolingGoesToTheLastOfEqualPlaces() throws {
    let row = OperatorCase(
      "MaxUnpool", opset: 11, ["kernel_shape": .ints([2])],
      [reals([3, 1, 2], [1, 1, 3]), wholes([1, 1, 3], [1, 1, 3])],
      gives: [reals([0, 1, 0, 2], [1, 1, 4])])
    #expect(try row.gradients(seed: [1, 2, 3, 4]) == [[0, 2, 4]])
  }

  static let bad: [OperatorCase] = [
    OperatorCase("Col2Im", [blocks, wholes([3, 4]), wholes([2, 2])], gives: [reals([0])]),
    OperatorCase("Col2Im", [blocks, wholes([3, 3]), wholes([0, 2])], gives: [reals([0])]),
    OperatorCase("Col2Im", [blocks, wholes([-3, 3]), wholes([2, 2])], gives: [reals([0])]),
    OperatorCase("Col2Im", [blocks, wholes([3, 3]), wholes([2, 2, 2])], gives: [reals([0])]),
    OperatorCase(
      "MaxUnpool", opset: 11, ["kernel_shape": .ints([2])], [reals([3], [1, 1, 1]), wholes([2], [1, 1, 1])],
      gives: [reals([0])]),
    OperatorCase(
      "MaxUnpool", opset: 11, ["kernel_shape": .ints([2])],
      [reals([3], [1, 1, 1]), wholes([1], [1, 1, 1]), wholes([1, 1, 1])], gives: [reals([0])]),
    OperatorCase("SwiGLU", opset: 28, [reals([1, 2]), reals([1])], gives: [reals([0])]),
    OperatorCase("DeformConv", opset: 22, [image, weights, offsets], gives: [reals([0])]),
    OperatorCase(
      "DeformConv", opset: 22, deformed, [image, weights, reals([1], [1, 1, 1, 1])], gives: [reals([0])]),
    OperatorCase(
      "DeformConv", opset: 22, deformed, [image, weights, offsets, nil, reals([1])], gives: [reals([0])]),
  ]

  @Test(arguments: bad) func badNodesAreRefused(_ row: OperatorCase) { #expect(row.failure() != nil) }
}
