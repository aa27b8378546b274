import ONNX
import Tensors
import Testing

struct ReshapingTests {
  @Test(arguments: cases) func givesWhatItShall(_ row: OperatorCase) throws { try row.check() }

  @Test(arguments: bad) func isRefused(_ row: OperatorCase) { #expect(row.failure() == .invalid) }

  private static let a = randomReals([2, 3, 4], seed: 1)

  /// No 32-bit float equals it.
  private static let large = 1_152_921_504_606_846_977

  private static func under(_ shape: Shape) -> Constant { a.reshaped(to: shape) }

  private static let cases: [OperatorCase] = [
    OperatorCase("Reshape", opset: 5, [:], [a, wholes([4, -1])], gives: [under([4, 6])], known: [1]),
    OperatorCase("Reshape", opset: 13, [:], [a, wholes([0, 0, 2, 2])], gives: [under([2, 3, 2, 2])], known: [1]),
    OperatorCase("Reshape", opset: 21, [:], [a, wholes([-1])], gives: [under([24])], known: [1]),
    OperatorCase(
      "Reshape", opset: 14, ["allowzero": .int(1)], [reals([], [0, 3]), wholes([3, 0])], gives: [reals([], [3, 0])],
      known: [1]),
    OperatorCase(
      "Reshape", opset: 14, [:], [reals([], [0, 3]), wholes([0, -1])], gives: [reals([], [0, 3])], known: [1]),
    OperatorCase(
      "Reshape", [:], [wholes([large, -3]), wholes([2, 1])], gives: [wholes([large, -3], [2, 1])],
      computes: false),
    OperatorCase("Flatten", [:], [a], gives: [under([2, 12])]),
    OperatorCase("Flatten", ["axis": .int(0)], [a], gives: [under([1, 24])]),
    OperatorCase("Flatten", ["axis": .int(3)], [a], gives: [under([24, 1])]),
    OperatorCase("Flatten", ["axis": .int(-1)], [a], gives: [under([6, 4])]),
    OperatorCase("Squeeze", opset: 11, ["axes": .ints([0, -1])], [under([1, 24, 1])], gives: [under([24])]),
    OperatorCase("Squeeze", opset: 13, [:], [under([1, 24, 1]), wholes([2])], gives: [under([1, 24])], known: [1]),
    OperatorCase("Squeeze", opset: 13, [:], [under([1, 24, 1])], gives: [under([24])]),
    OperatorCase("Unsqueeze", opset: 11, ["axes": .ints([-1, 0])], [under([24])], gives: [under([1, 24, 1])]),
    OperatorCase("Unsqueeze", opset: 13, [:], [a, wholes([3, 1])], gives: [under([2, 1, 3, 1, 4])], known: [1]),
    OperatorCase("Shape", opset: 13, [:], [a], gives: [wholes([2, 3, 4])]),
    OperatorCase("Shape", opset: 15, ["start": .int(-2), "end": .int(-1)], [a], gives: [wholes([3])]),
    OperatorCase("Shape", opset: 15, ["start": .int(2), "end": .int(1)], [a], gives: [wholes([])]),
    OperatorCase("Shape", opset: 15, ["start": .int(.min), "end": .int(.max)], [a], gives: [wholes([2, 3, 4])]),
    OperatorCase("Size", [:], [a], gives: [wholes([24], [])]),
  ]

  private static let bad: [OperatorCase] = [
    OperatorCase("Reshape", [:], [a, wholes([5, -1])], gives: [a]),
    OperatorCase("Reshape", [:], [a, wholes([-1, -1])], gives: [a]),
    OperatorCase("Reshape", [:], [a, wholes([24, -2])], gives: [a]),
    OperatorCase("Reshape", [:], [a, wholes([25])], gives: [a]),
    OperatorCase("Reshape", [:], [a, wholes([1, 1, 1, 0])], gives: [a]),
    OperatorCase("Reshape", [:], [a, wholes([.max, .max])], gives: [a]),
    OperatorCase("Reshape", ["allowzero": .int(1)], [reals([], [0, 3]), wholes([0, -1])], gives: [a]),
    OperatorCase("Reshape", [:], [a, reals([24])], gives: [a]),
    OperatorCase("Flatten", ["axis": .int(4)], [a], gives: [a]),
    OperatorCase("Squeeze", [:], [a, wholes([0])], gives: [a]),
    OperatorCase("Squeeze", [:], [a, wholes([.min])], gives: [a]),
    OperatorCase("Unsqueeze", [:], [a, wholes([1, 1])], gives: [a]),
    OperatorCase("Unsqueeze", [:], [a], gives: [a]),
  ]
}
