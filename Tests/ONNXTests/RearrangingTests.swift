import ONNX
import Tensors
import Testing

struct RearrangingTests {
  @Test(arguments: cases) func givesWhatItShall(_ row: OperatorCase) throws { try row.check() }

  @Test(arguments: bad) func isRefused(_ row: OperatorCase) { #expect(row.failure() == .invalid) }

  /// Rows of ten and more: element [i, j] is 10 i + j.
  private static let a = reals([0, 1, 2, 10, 11, 12], [2, 3])
  /// No 32-bit float equals it.
  private static let large = 1_152_921_504_606_846_977

  private static let cases: [OperatorCase] = [
    OperatorCase("Transpose", [:], [a], gives: [reals([0, 10, 1, 11, 2, 12], [3, 2])]),
    OperatorCase(
      "Transpose", ["perm": .ints([1, 2, 0])], [reals([0, 1, 2, 10, 11, 12], [2, 1, 3])],
      gives: [reals([0, 10, 1, 11, 2, 12], [1, 3, 2])]),
    // Only an axis of one place moves.
    OperatorCase(
      "Transpose", ["perm": .ints([1, 0, 2])], [reals([0, 1, 2, 10, 11, 12], [2, 1, 3])],
      gives: [reals([0, 1, 2, 10, 11, 12], [1, 2, 3])]),
    OperatorCase(
      "Transpose", ["perm": .ints([1, 0])], [wholes([large, 2, 3, 4], [2, 2])],
      gives: [wholes([large, 3, 2, 4], [2, 2])],
      computes: false),
    OperatorCase(
      "Concat", ["axis": .int(-1)], [a, reals([7, 8], [2, 1])], gives: [reals([0, 1, 2, 7, 10, 11, 12, 8], [2, 4])]),
    OperatorCase(
      "Concat", ["axis": .int(0)], [a, reals([], [0, 3]), reals([7, 8, 9], [1, 3])],
      gives: [reals([0, 1, 2, 10, 11, 12, 7, 8, 9], [3, 3])]),
    OperatorCase(
      "Concat", ["axis": .int(0)], [wholes([large]), wholes([-1, 2])], gives: [wholes([large, -1, 2])], computes: false),
    OperatorCase(
      "Concat", ["axis": .int(1)], [wholes([1, 2], [2, 1]), wholes([3, 4, 5, 6], [2, 2])],
      gives: [wholes([1, 3, 4, 2, 5, 6], [2, 3])]),
    OperatorCase(
      "Split", opset: 11, ["axis": .int(1), "split": .ints([1, 2])], [a],
      gives: [reals([0, 10], [2, 1]), reals([1, 2, 11, 12], [2, 2])]),
    OperatorCase("Split", opset: 13, [:], [a], gives: [reals([0, 1, 2], [1, 3]), reals([10, 11, 12], [1, 3])]),
    OperatorCase(
      "Split", opset: 13, ["axis": .int(-1)], [a, wholes([0, 3])], gives: [reals([], [2, 0]), a], known: [1]),
    OperatorCase(
      "Split", opset: 18, ["axis": .int(1), "num_outputs": .int(2)], [a],
      gives: [reals([0, 1, 10, 11], [2, 2]), reals([2, 12], [2, 1])]),
    OperatorCase(
      "DepthToSpace", opset: 11, ["blocksize": .int(2), "mode": .string("DCR")],
      [reals([0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51, 60, 61, 70, 71], [1, 8, 1, 2])],
      gives: [reals([0, 20, 1, 21, 40, 60, 41, 61, 10, 30, 11, 31, 50, 70, 51, 71], [1, 2, 2, 4])]),
    OperatorCase(
      "DepthToSpace", opset: 13, ["blocksize": .int(2), "mode": .string("CRD")],
      [reals([0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51, 60, 61, 70, 71], [1, 8, 1, 2])],
      gives: [reals([0, 10, 1, 11, 20, 30, 21, 31, 40, 50, 41, 51, 60, 70, 61, 71], [1, 2, 2, 4])]),
    OperatorCase(
      "SpaceToDepth", opset: 13, ["blocksize": .int(2)],
      [reals([0, 20, 1, 21, 40, 60, 41, 61, 10, 30, 11, 31, 50, 70, 51, 71], [1, 2, 2, 4])],
      gives: [reals([0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51, 60, 61, 70, 71], [1, 8, 1, 2])]),
    OperatorCase(
      "Tile", [:], [a, wholes([1, 2])], gives: [reals([0, 1, 2, 0, 1, 2, 10, 11, 12, 10, 11, 12], [2, 6])], known: [1]),
    OperatorCase(
      "Tile", [:], [a, wholes([2, 1])], gives: [reals([0, 1, 2, 10, 11, 12, 0, 1, 2, 10, 11, 12], [4, 3])], known: [1]),
    OperatorCase("Tile", [:], [a, wholes([0, 9])], gives: [reals([], [0, 27])], known: [1]),
    OperatorCase(
      "Expand", opset: 8, [:], [reals([5, 6], [2, 1]), wholes([2, 1, 3])],
      gives: [reals([5, 5, 5, 6, 6, 6, 5, 5, 5, 6, 6, 6], [2, 2, 3])], known: [1]),
    OperatorCase("Expand", [:], [a, wholes([1, 1])], gives: [a], known: [1]),
    OperatorCase("Expand", [:], [wholes([large], []), wholes([2])], gives: [wholes([large, large])], computes: false),
  ]

  private static let bad: [OperatorCase] = [
    OperatorCase("Transpose", ["perm": .ints([0, 0])], [a], gives: [a]),
    OperatorCase("Transpose", ["perm": .ints([0])], [a], gives: [a]),
    OperatorCase("Concat", [:], [a, a], gives: [a]),
    OperatorCase("Concat", ["axis": .int(2)], [a, a], gives: [a]),
    OperatorCase("Concat", ["axis": .int(0)], [a, reals([1, 2], [1, 2])], gives: [a]),
    OperatorCase("Concat", ["axis": .int(0)], [a, reals([1, 2])], gives: [a]),
    OperatorCase("Concat", ["axis": .int(0)], [], gives: [a]),
    OperatorCase("Split", opset: 13, ["axis": .int(1)], [a], gives: [a, a]),
    OperatorCase("Split", opset: 13, [:], [a, wholes([3, -1])], gives: [a, a]),
    OperatorCase("Split", opset: 13, [:], [a, wholes([1, 0])], gives: [a, a]),
    OperatorCase("Split", opset: 18, ["num_outputs": .int(1_000_000_000)], [a], gives: [a]),
    OperatorCase("DepthToSpace", ["blocksize": .int(0)], [reals([1], [1, 1, 1, 1])], gives: [a]),
    OperatorCase("DepthToSpace", ["blocksize": .int(.max)], [reals([1], [1, 1, 1, 1])], gives: [a]),
    OperatorCase("DepthToSpace", ["blocksize": .int(2)], [reals([1], [1, 1, 1, 1])], gives: [a]),
    OperatorCase("SpaceToDepth", ["blocksize": .int(2)], [reals([1], [1, 1, 1, 1])], gives: [a]),
    OperatorCase("Tile", [:], [a, wholes([2])], gives: [a]),
    OperatorCase("Tile", [:], [a, wholes([-1, 1])], gives: [a]),
    OperatorCase("Tile", [:], [a, wholes([.max, 2])], gives: [a]),
    OperatorCase("Expand", [:], [a, wholes([4])], gives: [a]),
    OperatorCase("Expand", [:], [a, wholes([-3])], gives: [a]),
  ]
}
