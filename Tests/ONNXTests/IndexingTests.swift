import ONNX
import Tensors
import Testing

struct IndexingTests {
  @Test(arguments: cases) func givesWhatItShall(_ row: OperatorCase) throws { try row.check() }

  @Test(arguments: bad) func isRefused(_ row: OperatorCase) { #expect(row.failure() == .invalid) }

  /// Element [i, j] is 10 i + j.
  private static let a = reals([0, 1, 2, 10, 11, 12], [2, 3])
  /// No 32-bit float equals it.
  private static let large = 1_152_921_504_606_846_977

  private static let cases: [OperatorCase] = [
    OperatorCase(
      "Gather", opset: 1, [:], [a, wholes([1, 0, 1])], gives: [reals([10, 11, 12, 0, 1, 2, 10, 11, 12], [3, 3])],
      known: [1]),
    OperatorCase(
      "Gather", ["axis": .int(1)], [a, wholes([-1, 0], [2, 1])], gives: [reals([2, 0, 12, 10], [2, 2, 1])], known: [1]),
    OperatorCase("Gather", ["axis": .int(-1)], [a, wholes([1], [])], gives: [reals([1, 11])], known: [1]),
    OperatorCase("Gather", [:], [wholes([5, large]), wholes([1], [])], gives: [wholes([large], [])], computes: false),
    OperatorCase("Gather", [:], [a, wholes([])], gives: [reals([], [0, 3])], known: [1]),
    OperatorCase(
      "GatherElements", ["axis": .int(1)], [a, wholes([2, 0, -1, 1], [2, 2])], gives: [reals([2, 0, 12, 11], [2, 2])],
      known: [1]),
    // The same in each row: the table is of a row.
    OperatorCase(
      "GatherElements", ["axis": .int(1)], [a, wholes([2, 2, 2, 2], [2, 2])], gives: [reals([2, 2, 12, 12], [2, 2])],
      known: [1]),
    OperatorCase(
      "GatherElements", [:], [a, wholes([1, 0, 1], [1, 3])], gives: [reals([10, 1, 12], [1, 3])], known: [1]),
    OperatorCase(
      "GatherND", [:], [a, wholes([1, 2, 0, -1], [2, 2])], gives: [reals([12, 2])], known: [1]),
    OperatorCase("GatherND", [:], [a, wholes([1], [1])], gives: [reals([10, 11, 12])], known: [1]),
    OperatorCase(
      "GatherND", opset: 12, ["batch_dims": .int(1)], [a, wholes([1, 0], [2, 1])], gives: [reals([1, 10])], known: [1]),
    OperatorCase(
      "GatherND", opset: 12, ["batch_dims": .int(1)], [a, wholes([1, 1, 1, 1], [2, 2, 1])],
      gives: [reals([1, 1, 11, 11], [2, 2])], known: [1]),
    OperatorCase(
      "Compress", ["axis": .int(1)], [a, truths([1, 0, 1])], gives: [reals([0, 2, 10, 12], [2, 2])], known: [1]),
    OperatorCase("Compress", [:], [a, truths([0, 1, 0, 0, 1])], gives: [reals([1, 11])], known: [1]),
    OperatorCase(
      "OneHot", opset: 11, [:], [wholes([0, -1, 3]), wholes([3], []), reals([0, 5])],
      gives: [reals([5, 0, 0, 0, 0, 5, 0, 0, 0], [3, 3])], known: [0, 1, 2], computes: false),
    OperatorCase(
      "OneHot", opset: 9, ["axis": .int(0)], [reals([1, 0]), reals([2], []), wholes([7, large])],
      gives: [wholes([7, large, large, 7], [2, 2])], computes: false),
    OperatorCase(
      "NonZero", [:], [reals([1, 0, 0, 2], [2, 2])], gives: [wholes([0, 1, 0, 1], [2, 2])], computes: false),
  ]

  private static let bad: [OperatorCase] = [
    OperatorCase("Gather", [:], [a, wholes([2])], gives: [a]),
    OperatorCase("Gather", [:], [a, wholes([-3])], gives: [a]),
    OperatorCase("Gather", [:], [a, wholes([.min])], gives: [a]),
    OperatorCase("Gather", ["axis": .int(2)], [a, wholes([0])], gives: [a]),
    OperatorCase("Gather", [:], [reals([1], []), wholes([0])], gives: [a]),
    OperatorCase("GatherElements", [:], [a, wholes([0, 0, 0, 0], [1, 4])], gives: [a]),
    OperatorCase("GatherElements", [:], [a, wholes([2], [1, 1])], gives: [a]),
    OperatorCase("GatherElements", [:], [a, wholes([0])], gives: [a]),
    OperatorCase("GatherND", [:], [a, wholes([0, 0, 0], [1, 3])], gives: [a]),
    OperatorCase("GatherND", [:], [a, wholes([0, 3], [1, 2])], gives: [a]),
    OperatorCase("GatherND", [:], [a, wholes([0], [])], gives: [a]),
    OperatorCase("GatherND", ["batch_dims": .int(1)], [a, wholes([0], [1, 1])], gives: [a]),
    OperatorCase("GatherND", ["batch_dims": .int(-1)], [a, wholes([0], [1, 1])], gives: [a]),
    OperatorCase("Compress", ["axis": .int(1)], [a, truths([1, 1, 1, 1])], gives: [a]),
    OperatorCase("OneHot", [:], [wholes([0]), wholes([-1], []), reals([0, 1])], gives: [a]),
    OperatorCase("OneHot", [:], [wholes([0]), wholes([2], []), reals([0])], gives: [a]),
    OperatorCase("OneHot", [:], [reals([.nan]), wholes([2], []), reals([0, 1])], gives: [a]),
  ]
}
