import ONNX
import Tensors
import Testing

struct SlicingTests {
  @Test(arguments: cases) func givesWhatItShall(_ row: OperatorCase) throws { try row.check() }

  @Test(arguments: bad) func isRefused(_ row: OperatorCase) { #expect(row.failure() == .invalid) }

  /// Element [i, j] is 10 i + j.
  private static let a = reals([0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23], [3, 4])
  private static let line = reals([1, 2, 3])
  /// No 32-bit float equals it.
  private static let large = 1_152_921_504_606_846_977

  private static func slice(
    _ starts: [Int], _ ends: [Int], _ axes: [Int]? = nil, _ steps: [Int]? = nil, gives scalars: [Float], _ shape: Shape
  ) -> OperatorCase {
    OperatorCase(
      "Slice", opset: 13, [:], [a, wholes(starts), wholes(ends), axes.map { wholes($0) }, steps.map { wholes($0) }],
      gives: [reals(scalars, shape)], known: [1, 2, 3, 4])
  }

  private static func pad(
    _ mode: String, _ pads: [Int], _ value: Constant? = nil, _ data: Constant = line, gives scalars: [Float]
  ) -> OperatorCase {
    OperatorCase(
      "Pad", opset: 19, ["mode": .string(mode)], [data, wholes(pads), value], gives: [reals(scalars)], known: [1, 2])
  }

  private static let cases: [OperatorCase] = [
    slice([1], [3], gives: [10, 11, 12, 13, 20, 21, 22, 23], [2, 4]),
    slice([1], [.max], [-1], [2], gives: [1, 3, 11, 13, 21, 23], [3, 2]),
    slice([-1, 3], [.min, 0], [0, 1], [-1, -2], gives: [23, 21, 13, 11, 3, 1], [3, 2]),
    slice([-99, 2], [99, 1], gives: [], [3, 0]),
    slice([.max], [.min], [1], [.min], gives: [3, 13, 23], [3, 1]),
    slice([0], [4], [1], [.max], gives: [0, 10, 20], [3, 1]),
    OperatorCase(
      "Slice", opset: 9, ["starts": .ints([1]), "ends": .ints([-1]), "axes": .ints([1])], [a],
      gives: [reals([1, 2, 11, 12, 21, 22], [3, 2])]),
    OperatorCase(
      "Slice", [:], [wholes([large, 2, 3]), wholes([0]), wholes([1])], gives: [wholes([large])], computes: false),
    pad("constant", [1, 2], gives: [0, 1, 2, 3, 0, 0]),
    pad("constant", [1, 0], reals([5], []), gives: [5, 1, 2, 3]),
    pad("edge", [2, 1], gives: [1, 1, 1, 2, 3, 3]),
    pad("reflect", [2, 5], gives: [3, 2, 1, 2, 3, 2, 1, 2, 3, 2]),
    pad("reflect", [1, 1], nil, reals([4]), gives: [4, 4, 4]),
    pad("wrap", [2, 4], gives: [2, 3, 1, 2, 3, 1, 2, 3, 1]),
    pad("constant", [-1, 1], gives: [2, 3, 0]),
    pad("edge", [2, -1], gives: [1, 1, 1, 2]),
    pad("constant", [-2, -1], gives: []),
    OperatorCase(
      "Pad", opset: 2, ["pads": .ints([0, 1, 0, 0]), "value": .float(-1)], [reals([1, 2], [2, 1])],
      gives: [reals([-1, 1, -1, 2], [2, 2])]),
    OperatorCase(
      "Pad", opset: 18, [:], [reals([1, 2], [2, 1]), wholes([1, 2]), nil, wholes([-1])],
      gives: [reals([0, 1, 0, 0, 0, 2, 0, 0], [2, 4])], known: [1, 3]),
    OperatorCase(
      "Pad", opset: 18, [:], [wholes([large]), wholes([1, 0]), wholes([large], [])], gives: [wholes([large, large])],
      computes: false),
    OperatorCase(
      "Trilu", opset: 14, [:], [a], gives: [reals([0, 1, 2, 3, 0, 11, 12, 13, 0, 0, 22, 23], [3, 4])]),
    OperatorCase(
      "Trilu", opset: 14, ["upper": .int(0)], [a, wholes([-1], [])],
      gives: [reals([0, 0, 0, 0, 10, 0, 0, 0, 20, 21, 0, 0], [3, 4])], known: [1]),
    OperatorCase(
      "Trilu", opset: 14, [:], [a, wholes([.max], [])], gives: [reals([Float](repeating: 0, count: 12), [3, 4])],
      known: [1]),
    OperatorCase(
      "ReverseSequence", ["batch_axis": .int(0), "time_axis": .int(1)], [a, wholes([4, 1, 2])],
      gives: [reals([3, 2, 1, 0, 10, 11, 12, 13, 21, 20, 22, 23], [3, 4])], known: [1]),
    OperatorCase(
      "ReverseSequence", [:], [a, wholes([3, 2, 1, 0])],
      gives: [reals([20, 11, 2, 3, 10, 1, 12, 13, 0, 21, 22, 23], [3, 4])], known: [1]),
    OperatorCase(
      "CenterCropPad", [:], [a, wholes([1, 7])], gives: [reals([0, 10, 11, 12, 13, 0, 0], [1, 7])], known: [1]),
    OperatorCase(
      "CenterCropPad", ["axes": .ints([-1])], [a, wholes([1])], gives: [reals([1, 11, 21], [3, 1])], known: [1]),
  ]

  private static let bad: [OperatorCase] = [
    OperatorCase("Slice", [:], [a, wholes([0]), wholes([1]), wholes([2])], gives: [a]),
    OperatorCase("Slice", [:], [a, wholes([0]), wholes([1, 2])], gives: [a]),
    OperatorCase("Slice", [:], [a, wholes([0]), wholes([1]), wholes([0]), wholes([0])], gives: [a]),
    OperatorCase("Slice", [:], [a, wholes([0, 0]), wholes([1, 1]), wholes([1, -1])], gives: [a]),
    OperatorCase("Slice", [:], [a, wholes([0, 0, 0]), wholes([1, 1, 1])], gives: [a]),
    OperatorCase("Pad", [:], [line, wholes([1])], gives: [a]),
    OperatorCase("Pad", [:], [line, wholes([-2, -2])], gives: [a]),
    OperatorCase("Pad", ["mode": .string("mirror")], [line, wholes([1, 1])], gives: [a]),
    OperatorCase("Pad", ["mode": .string("edge")], [reals([]), wholes([1, 1])], gives: [a]),
    OperatorCase("Trilu", [:], [line], gives: [a]),
    OperatorCase("ReverseSequence", [:], [a, wholes([4, 1, 1, 1])], gives: [a]),
    OperatorCase("ReverseSequence", ["time_axis": .int(1)], [a, wholes([1, 1, 1])], gives: [a]),
    OperatorCase("CenterCropPad", [:], [a, wholes([1])], gives: [a]),
    OperatorCase("CenterCropPad", [:], [a, wholes([1, -1])], gives: [a]),
  ]

  @Test func moreThanMemoryHoldsIsRefused() {
    for pads in [[1 << 40, 0], [Int.min, Int.max], [1 << 27, 1]] {
      #expect(OperatorCase("Pad", [:], [Self.line, wholes(pads)], gives: [Self.line]).failure() == .unsupported)
    }
    let expanded = OperatorCase("Expand", [:], [Self.line, wholes([1 << 30, 1 << 30, 3])], gives: [Self.line])
    #expect(expanded.failure() == .unsupported)
  }
}
