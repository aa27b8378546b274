import ONNX
import Tensors
import Testing

/// Reductions over axes, and softmax; expected values by hand or by onnx 1.23.2's reference.
struct ReductionTests {
  private static let x = reals([1, -2, 3, 4, 5, -6], [2, 3])
  private static let cube = reals((1...12).map { Float($0) / 4 }, [2, 3, 2])
  private static let rows = ["axes": Attribute.ints([1])]
  private static let flatRows = ["axes": Attribute.ints([1]), "keepdims": Attribute.int(0)]

  static let reductions: [OperatorCase] = [
    OperatorCase("ReduceSum", opset: 11, rows, [x], gives: [reals([2, 3], [2, 1])]),
    OperatorCase("ReduceSum", opset: 11, flatRows, [x], gives: [reals([2, 3])]),
    OperatorCase("ReduceSum", opset: 13, [x, wholes([-1])], gives: [reals([2, 3], [2, 1])], known: [1]),
    OperatorCase("ReduceSum", opset: 13, [x], gives: [reals([5], [1, 1])]),
    OperatorCase("ReduceSum", opset: 13, [x, wholes([])], gives: [reals([5], [1, 1])], known: [1]),
    OperatorCase("ReduceSum", opset: 13, ["noop_with_empty_axes": .int(1)], [x, wholes([])], gives: [x], known: [1]),
    OperatorCase("ReduceMean", opset: 13, ["axes": .ints([0])], [x], gives: [reals([2.5, 1.5, -1.5], [1, 3])]),
    OperatorCase(
      "ReduceMean", opset: 18, [cube, wholes([0, 2])], gives: [reals([1.125, 1.625, 2.125], [1, 3, 1])], known: [1]),
    OperatorCase("ReduceMean", [cube, wholes([1])], gives: [reals([0.75, 1, 2.25, 2.5], [2, 1, 2])], known: [1]),
    OperatorCase("ReduceMean", [cube, wholes([1, 2])], gives: [reals([0.875, 2.375], [2, 1, 1])], known: [1]),
    OperatorCase("ReduceMax", opset: 11, flatRows, [x], gives: [reals([3, 5])]),
    OperatorCase(
      "ReduceMax", opset: 20, [truths([0, 1, 0, 0], [2, 2]), wholes([1])], gives: [truths([1, 0], [2, 1])], known: [1]),
    OperatorCase("ReduceMin", opset: 11, flatRows, [x], gives: [reals([-2, -6])]),
    OperatorCase("ReduceMin", opset: 11, ["axes": .ints([0])], [x], gives: [reals([1, -2, -6], [1, 3])]),
    OperatorCase("ReduceProd", opset: 11, flatRows, [x], gives: [reals([-6, -120])]),
    OperatorCase("ReduceProd", opset: 11, flatRows, [reals([0, 2, 3, 0, 0, 5], [2, 3])], gives: [reals([0, 0])]),
    OperatorCase("ReduceL1", opset: 11, flatRows, [x], gives: [reals([6, 15])]),
    OperatorCase("ReduceL2", opset: 11, flatRows, [x], gives: [reals([3.7416575, 8.774964])]),
    OperatorCase("ReduceSumSquare", opset: 11, flatRows, [x], gives: [reals([14, 77])]),
    OperatorCase("ReduceLogSum", opset: 11, flatRows, [x], gives: [reals([0.6931472, 1.0986123])]),
    OperatorCase("ReduceLogSumExp", opset: 11, flatRows, [x], gives: [reals([3.132845, 5.313274])]),
    OperatorCase("ReduceLogSumExp", opset: 11, flatRows, [reals([1000, 1000], [1, 2])], gives: [reals([1000.6931])]),
    OperatorCase("ReduceSum", opset: 13, [reals([3], [])], gives: [reals([3], [])]),
  ]

  @Test(arguments: reductions) func reductionHolds(_ row: OperatorCase) throws { try row.check() }

  static let empty: [OperatorCase] = [
    ("ReduceSum", 0), ("ReduceProd", 1), ("ReduceMax", -.infinity), ("ReduceMin", .infinity), ("ReduceMean", .nan),
    ("ReduceL1", 0), ("ReduceL2", 0), ("ReduceSumSquare", 0), ("ReduceLogSum", -.infinity),
    ("ReduceLogSumExp", -.infinity),
  ].map { (name: String, value: Float) in
    OperatorCase(
      name, opset: 20, [reals([], [2, 0]), wholes([1])], gives: [reals([value, value], [2, 1])], known: [1],
      differentiable: false)
  }

  @Test(arguments: empty) func nothingIsReducedToTheNeutralElement(_ row: OperatorCase) throws { try row.check() }

  static let wholeNumbers: [OperatorCase] = [
    OperatorCase("ReduceSum", opset: 13, [wholes([1 << 53, 1])], gives: [wholes([1 << 53 + 1])], computes: false),
    OperatorCase("ReduceProd", opset: 11, [wholes([2, 3, 7])], gives: [wholes([42])]),
    OperatorCase("ReduceMax", opset: 11, rows, [wholes([1, 9, 4, 2], [2, 2])], gives: [wholes([9, 4], [2, 1])]),
    OperatorCase("ReduceMin", opset: 11, rows, [wholes([1, 9, 4, 2], [2, 2])], gives: [wholes([1, 2], [2, 1])]),
    OperatorCase("ReduceL1", opset: 11, [wholes([-1, 9])], gives: [wholes([10])]),
    OperatorCase("ReduceSumSquare", opset: 11, [wholes([-1, 9])], gives: [wholes([82])]),
    OperatorCase("ReduceProd", opset: 11, [wholes([.max, .max, .max])], gives: [wholes([.max])], computes: false),
    OperatorCase("ReduceMean", opset: 11, [wholes([7, 8])], gives: [wholes([7])]),
  ]

  @Test(arguments: wholeNumbers) func wholeNumbersAreExact(_ row: OperatorCase) throws { try row.check() }

  /// The gradient goes to the first of equals, and a norm's at zero is zero.
  @Test func subgradients() throws {
    let row = OperatorCase("ReduceMax", opset: 11, [reals([1, 3, 3])], gives: [reals([3])])
    #expect(try row.gradients(seed: [1])[0] == [0, 1, 0])
    let norm = OperatorCase("ReduceL2", opset: 11, [reals([0, 0])], gives: [reals([0])])
    #expect(try norm.gradients(seed: [1])[0] == [0, 0])
  }

  static let softmaxes: [OperatorCase] = [
    OperatorCase(
      "Softmax", opset: 13, [reals([1, 2, 3, 0, 0, 0], [2, 3])],
      gives: [reals([0.0900306, 0.2447285, 0.6652409, 1 / 3, 1 / 3, 1 / 3], [2, 3])]),
    OperatorCase(
      "Softmax", opset: 13, ["axis": .int(0)], [reals([1, 2, 3, 0, 0, 0], [2, 3])],
      gives: [reals([0.7310586, 0.880797, 0.9525741, 0.2689414, 0.119203, 0.0474259], [2, 3])]),
    // Before version 13, over all axes from the second on.
    OperatorCase(
      "Softmax", opset: 11, [reals([0, 0, 0, 0], [1, 2, 2])], gives: [reals([0.25, 0.25, 0.25, 0.25], [1, 2, 2])]),
    OperatorCase(
      "Softmax", opset: 13, [reals([0, 0, 0, 0], [1, 2, 2])], gives: [reals([0.5, 0.5, 0.5, 0.5], [1, 2, 2])]),
    OperatorCase(
      "LogSoftmax", opset: 13, [reals([1, 2, 3], [1, 3])], gives: [reals([-2.407606, -1.407606, -0.407606], [1, 3])]),
    OperatorCase(
      "LogSoftmax", opset: 11, ["axis": .int(0)], [reals([1, 2, 3], [3, 1])],
      gives: [reals([-2.407606, -1.407606, -0.407606], [3, 1])]),
    OperatorCase("Softmax", opset: 13, [reals([-1000, 1000])], gives: [reals([0, 1])]),
    OperatorCase(
      "Softmax", opset: 13, [reals([Float](repeating: 0.5, count: 20), [1, 20])],
      gives: [reals([Float](repeating: 0.05, count: 20), [1, 20])]),
    OperatorCase(
      "Hardmax", opset: 13, [reals([1, 3, 3, 4, 0, 1], [2, 3])], gives: [reals([0, 1, 0, 1, 0, 0], [2, 3])],
      differentiable: false),
  ]

  @Test(arguments: softmaxes) func softmaxHolds(_ row: OperatorCase) throws { try row.check() }

  @Test func badAxesFail() {
    let (x, one) = (Self.x, wholes([1]))
    #expect(OperatorCase("ReduceSum", opset: 11, ["axes": .ints([2])], [x], gives: [one]).failure() == .invalid)
    #expect(OperatorCase("ReduceSum", opset: 11, ["axes": .ints([0, -2])], [x], gives: [one]).failure() == .invalid)
    #expect(OperatorCase("ReduceMean", opset: 18, ["axes": .ints([0])], [x], gives: [one]).failure() == .invalid)
    #expect(OperatorCase("ReduceSum", opset: 13, [x, reals([0])], gives: [one]).failure() == .invalid)
    #expect(OperatorCase("ReduceSum", opset: 13, [x, one], gives: [one]).failure(computed: [1]) == .unsupported)
    #expect(OperatorCase("Softmax", opset: 13, ["axis": .int(2)], [x], gives: [x]).failure() == .invalid)
    #expect(OperatorCase("Softmax", opset: 13, [reals([1], [])], gives: [x]).failure() == .invalid)
    #expect(OperatorCase("Softmax", opset: 13, [one], gives: [x]).failure() == .invalid)
  }
}
