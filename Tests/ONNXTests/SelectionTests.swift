import ONNX
import Tensors
import Testing

/// Extremes, choices, bounds, ranks and running sums; expected values by hand.
struct SelectionTests {
  private static let (a, b, c) = (reals([1, 5, 3]), reals([4, 2, 3.5]), reals([2, 2.5, 9]))

  static let choices: [OperatorCase] = [
    OperatorCase("Max", [a, b, c], gives: [reals([4, 5, 9])]),
    OperatorCase("Min", [a, b, c], gives: [reals([1, 2, 3])]),
    OperatorCase("Sum", [a, b, c], gives: [reals([7, 9.5, 15.5])]),
    OperatorCase("Mean", [a, b, reals([1], [])], gives: [reals([2, 8 / 3, 2.5])]),
    OperatorCase("Max", [a], gives: [a]),
    OperatorCase("Max", [a, reals([2, 4], [2, 1])], gives: [reals([2, 5, 3, 4, 5, 4], [2, 3])]),
    OperatorCase("Max", [wholes([1, 5]), wholes([3])], gives: [wholes([3, 5])]),
    OperatorCase("Where", [truths([1, 0, 1]), a, b], gives: [reals([1, 2, 3])]),
    OperatorCase("Where", [truths([1, 0], [2, 1]), a, reals([7], [])], gives: [reals([1, 5, 3, 7, 7, 7], [2, 3])]),
    OperatorCase("Where", [truths([1, 1, 1]), a, b], gives: [a]),
    OperatorCase(
      "Where", [truths([1, 0]), wholes([1 << 60]), wholes([2])], gives: [wholes([1 << 60, 2])], computes: false),
    OperatorCase("Clip", opset: 6, ["min": .float(2), "max": .float(4)], [a], gives: [reals([2, 4, 3])]),
    OperatorCase("Clip", [a, reals([2], []), reals([4], [])], gives: [reals([2, 4, 3])]),
    OperatorCase("Clip", [a, nil, reals([4], [])], gives: [reals([1, 4, 3])]),
    OperatorCase("Clip", [a], gives: [a]),
    OperatorCase("Clip", [a, reals([4], []), reals([2], [])], gives: [reals([2, 2, 2])]),
    OperatorCase("Clip", [wholes([1, 5, 3]), wholes([2], []), wholes([4], [])], gives: [wholes([2, 4, 3])]),
    OperatorCase(
      "PRelu", [reals([-1, 2, -3, 4], [2, 2]), reals([0.5, 0.25])], gives: [reals([-0.5, 2, -1.5, 4], [2, 2])]),
  ]

  @Test(arguments: choices) func choiceHolds(_ row: OperatorCase) throws { try row.check() }

  static let ranks: [OperatorCase] = [
    OperatorCase("ArgMax", [reals([1, 5, 3, 9, 2, 9], [2, 3])], gives: [wholes([1, 0, 1], [1, 3])]),
    OperatorCase("ArgMax", ["axis": .int(1)], [reals([1, 5, 3, 9, 2, 9], [2, 3])], gives: [wholes([1, 0], [2, 1])]),
    OperatorCase(
      "ArgMax", ["axis": .int(-1), "select_last_index": .int(1), "keepdims": .int(0)],
      [reals([1, 5, 3, 9, 2, 9], [2, 3])], gives: [wholes([1, 2])]),
    OperatorCase(
      "ArgMin", ["axis": .int(1)], [wholes([1, 5, 3, 9, 2, 9], [2, 3])], gives: [wholes([0, 1], [2, 1])]),
    OperatorCase(
      "TopK", opset: 11, [reals([1, 5, 3, 9, 2, 9.5], [2, 3]), wholes([2])],
      gives: [reals([5, 3, 9.5, 9], [2, 2]), wholes([1, 2, 2, 0], [2, 2])], known: [1]),
    OperatorCase(
      "TopK", opset: 11, ["largest": .int(0), "axis": .int(0)], [reals([1, 5, 3, 9, 2, 9.5], [2, 3]), wholes([1])],
      gives: [reals([1, 2, 3], [1, 3]), wholes([0, 1, 0], [1, 3])], known: [1]),
    OperatorCase(
      "TopK", opset: 24, [wholes([4, 4, 7]), wholes([3])], gives: [wholes([7, 4, 4]), wholes([2, 0, 1])], known: [1]),
    OperatorCase("TopK", opset: 9, ["k": .int(2)], [a], gives: [reals([5, 3]), wholes([1, 2])]),
    OperatorCase("TopK", opset: 10, [a, wholes([0])], gives: [reals([]), wholes([])], known: [1]),
  ]

  @Test(arguments: ranks) func rankHolds(_ row: OperatorCase) throws { try row.check() }

  static let runs: [OperatorCase] =
    [
      ([:], [1, 3, 6], [1, 2, 6]), (["exclusive": .int(1)], [0, 1, 3], [1, 1, 2]),
      (["reverse": .int(1)], [6, 5, 3], [6, 6, 3]),
      (["exclusive": .int(1), "reverse": .int(1)], [5, 3, 0], [6, 3, 1]),
    ].flatMap { (attributes: [String: Attribute], sums: [Float], products: [Float]) in
      [
        OperatorCase(
          "CumSum", opset: 14, attributes, [reals([1, 2, 3]), wholes([0], [])], gives: [reals(sums)], known: [1]),
        OperatorCase(
          "CumProd", opset: 26, attributes, [reals([1, 2, 3]), wholes([0], [])], gives: [reals(products)], known: [1]),
        OperatorCase(
          "CumSum", opset: 14, attributes, [wholes([1, 2, 3], [3, 1]), wholes([-2], [])],
          gives: [wholes(sums.map { Int($0) }, [3, 1])], known: [1]),
      ]
    } + [
      OperatorCase(
        "CumSum", opset: 14, [reals([1, 2, 3, 4], [2, 2]), wholes([0], [])], gives: [reals([1, 2, 4, 6], [2, 2])],
        known: [1]),
      OperatorCase("CumProd", opset: 26, [reals([2, 0, 3]), wholes([0], [])], gives: [reals([2, 0, 0])], known: [1]),
    ]

  @Test(arguments: runs) func runningSumHolds(_ row: OperatorCase) throws { try row.check() }

  /// Gradients where a derivative does not exist are those that PyTorch chooses.
  @Test func subgradients() throws {
    let x = reals([-1, 0, 1])
    let (low, high) = (reals([-1], []), reals([1], []))
    func slopes(_ row: OperatorCase, computed: Set<Int> = [0]) throws -> [[Float]] {
      try row.gradients(seed: [1, 1, 1], computed: computed)
    }
    #expect(try slopes(OperatorCase("Relu", [x], gives: [x])) == [[0, 0, 1]])
    #expect(try slopes(OperatorCase("Abs", [x], gives: [x])) == [[-1, 0, 1]])
    #expect(try slopes(OperatorCase("LeakyRelu", ["alpha": .float(0.5)], [x], gives: [x])) == [[0.5, 0.5, 1]])
    #expect(try slopes(OperatorCase("Clip", [x, low, high], gives: [x])) == [[1, 1, 1]])
    #expect(try slopes(OperatorCase("Clip", [x, low, high], gives: [x]), computed: [0, 1])[0] == [1, 1, 1])
    #expect(try slopes(OperatorCase("Max", [x, reals([0], [])], gives: [x])) == [[0, 0.5, 1]])
    #expect(try slopes(OperatorCase("Sign", [x], gives: [x])) == [[0, 0, 0]])
    #expect(try slopes(OperatorCase("HardSwish", [reals([-3, 0, 3])], gives: [x])) == [[0, 0.5, 1]])
    #expect(try slopes(OperatorCase("HardSigmoid", [reals([-2.5, 0, 2.5])], gives: [x])) == [[0, 0.2, 0]])
    #expect(
      try slopes(OperatorCase("Where", [truths([1, 0, 1]), x, x], gives: [x]), computed: [1, 2]) == [
        [1, 0, 1], [0, 1, 0],
      ])
  }

  @Test func badInputsFail() {
    let (a, b, one) = (Self.a, Self.b, wholes([1]))
    #expect(OperatorCase("Where", [a, a, a], gives: [a]).failure() == .invalid)
    #expect(OperatorCase("Where", [truths([1]), a, one], gives: [a]).failure() == .invalid)
    #expect(OperatorCase("Max", [], gives: [a]).failure() == .invalid)
    #expect(OperatorCase("Clip", [a, b], gives: [a]).failure() == .invalid)
    #expect(OperatorCase("TopK", opset: 11, [a, wholes([4])], gives: [a]).failure() == .invalid)
    #expect(OperatorCase("TopK", opset: 11, [a, wholes([-1])], gives: [a]).failure() == .invalid)
    #expect(OperatorCase("TopK", opset: 11, [a, one], gives: [a]).failure(computed: [1]) == .unsupported)
    #expect(OperatorCase("ArgMax", [reals([], [0, 2])], gives: [a]).failure() == .invalid)
    #expect(OperatorCase("ArgMax", [reals([1], [])], gives: [a]).failure() == .invalid)
    #expect(OperatorCase("CumSum", [a, wholes([1])], gives: [a]).failure() == .invalid)
    #expect(OperatorCase("PRelu", [a, reals([1, 2], [2, 1])], gives: [a]).failure() == .invalid)
  }
}
