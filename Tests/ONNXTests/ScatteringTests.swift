import ONNX
import Tensors
import Testing

struct ScatteringTests {
  @Test(arguments: cases) func givesWhatItShall(_ row: OperatorCase) throws { try row.check() }

  @Test(arguments: bad) func isRefused(_ row: OperatorCase) { #expect(row.failure() == .invalid) }

  private static let line = reals([1, 2, 3, 4])
  private static let square = reals([1, 2, 3, 4], [2, 2])

  private static func nd(_ reduction: String, gives scalars: [Float]) -> OperatorCase {
    // Place 1 is met twice.
    OperatorCase(
      "ScatterND", opset: 18, ["reduction": .string(reduction)],
      [line, wholes([1, -1, 1], [3, 1]), reals([5, 0.5, -6])], gives: [reals(scalars)], known: [1])
  }

  private static let cases: [OperatorCase] = [
    nd("none", gives: [1, -6, 3, 0.5]),
    nd("add", gives: [1, 1, 3, 4.5]),
    nd("mul", gives: [1, -60, 3, 2]),
    nd("min", gives: [1, -6, 3, 0.5]),
    nd("max", gives: [1, 5, 3, 4]),
    // A factor of zero: the others' gradients are not lost by dividing by it.
    OperatorCase(
      "ScatterND", opset: 16, ["reduction": .string("mul")], [line, wholes([0, 0], [2, 1]), reals([0, 3])],
      gives: [reals([0, 2, 3, 4])], known: [1]),
    OperatorCase(
      "ScatterND", opset: 11, [:], [square, wholes([1], [1, 1]), reals([7, 8], [1, 2])],
      gives: [reals([1, 2, 7, 8], [2, 2])], known: [1]),
    OperatorCase(
      "ScatterElements", opset: 13, ["axis": .int(1)], [square, wholes([1, -2], [2, 1]), reals([7, 8], [2, 1])],
      gives: [reals([1, 7, 8, 4], [2, 2])], known: [1]),
    OperatorCase(
      "ScatterElements", opset: 18, ["reduction": .string("add")],
      [square, wholes([0, 0, 0, 1], [2, 2]), reals([10, 20, 30, 40], [2, 2])],
      gives: [reals([41, 22, 3, 44], [2, 2])],
      known: [1]),
    OperatorCase(
      "Scatter", opset: 9, [:], [square, wholes([1, 0], [1, 2]), reals([7, 8], [1, 2])],
      gives: [reals([1, 8, 7, 4], [2, 2])], known: [1]),
    OperatorCase(
      "ScatterND", opset: 18, ["reduction": .string("add")],
      [wholes([.max, 5]), wholes([0, 1], [2, 1]), wholes([1, 1_152_921_504_606_846_976])],
      gives: [wholes([.min, 1_152_921_504_606_846_981])],
      computes: false),
    OperatorCase(
      "ScatterND", opset: 18, [:], [line, wholes([], [0, 1]), reals([])], gives: [line], known: [1]),
  ]

  private static let bad: [OperatorCase] = [
    OperatorCase("ScatterND", [:], [line, wholes([4], [1, 1]), reals([1])], gives: [line]),
    OperatorCase("ScatterND", [:], [line, wholes([0], [1, 1]), reals([1, 2])], gives: [line]),
    OperatorCase("ScatterND", [:], [line, wholes([0], [1, 1]), wholes([1])], gives: [line]),
    OperatorCase("ScatterND", [:], [line, wholes([0, 0], [1, 2]), reals([1])], gives: [line]),
    OperatorCase(
      "ScatterND", ["reduction": .string("mean")], [line, wholes([0], [1, 1]), reals([1])], gives: [line]),
    OperatorCase("ScatterElements", [:], [square, wholes([2], [1, 1]), reals([1], [1, 1])], gives: [line]),
    OperatorCase("ScatterElements", [:], [square, wholes([0]), reals([1])], gives: [line]),
  ]
}
