import ONNX
import Tensors
import Testing

/// Comparisons, truth values and bits; expected values by hand.
struct ComparisonTests {
  private static let (a, b) = (reals([1, 2, 3, .nan]), reals([2, 2, 2, 2]))

  static let rows: [OperatorCase] = [
    OperatorCase("Equal", opset: 11, [a, b], gives: [truths([0, 1, 0, 0])]),
    OperatorCase("Greater", [a, b], gives: [truths([0, 0, 1, 0])]),
    OperatorCase("GreaterOrEqual", [a, b], gives: [truths([0, 1, 1, 0])]),
    OperatorCase("Less", [a, b], gives: [truths([1, 0, 0, 0])]),
    OperatorCase("LessOrEqual", [a, reals([2], [])], gives: [truths([1, 1, 0, 0])]),
    OperatorCase("Equal", [wholes([1, 2], [2, 1]), wholes([2, 1])], gives: [truths([0, 1, 1, 0], [2, 2])]),
    OperatorCase("Equal", [truths([0, 1]), truths([1, 1])], gives: [truths([0, 1])]),
    OperatorCase("Less", [wholes([1 << 53]), wholes([1 << 53 + 1])], gives: [truths([1])], computes: false),
    OperatorCase(
      "Less", [wholes([1], type: .uint64), wholes([-1], type: .uint64)], gives: [truths([1])], computes: false),
    OperatorCase("IsNaN", [a], gives: [truths([0, 0, 0, 1])]),
    OperatorCase("IsInf", [reals([-.infinity, 1, .infinity])], gives: [truths([1, 0, 1])]),
    OperatorCase(
      "IsInf", ["detect_negative": .int(0)], [reals([-.infinity, 1, .infinity])], gives: [truths([0, 0, 1])]),
    OperatorCase("And", [truths([0, 0, 1, 1]), truths([0, 1, 0, 1])], gives: [truths([0, 0, 0, 1])]),
    OperatorCase("Or", [truths([0, 0, 1, 1]), truths([0, 1, 0, 1])], gives: [truths([0, 1, 1, 1])]),
    OperatorCase("Xor", [truths([0, 0, 1, 1]), truths([0, 1, 0, 1])], gives: [truths([0, 1, 1, 0])]),
    OperatorCase("Not", [truths([0, 1])], gives: [truths([1, 0])]),
  ]

  @Test(arguments: rows) func comparisonHolds(_ row: OperatorCase) throws { try row.check() }

  static let bits: [OperatorCase] = [
    OperatorCase("BitwiseAnd", [wholes([12, -1]), wholes([10, 7])], gives: [wholes([8, 7])], computes: false),
    OperatorCase("BitwiseOr", [wholes([12]), wholes([10])], gives: [wholes([14])], computes: false),
    OperatorCase("BitwiseXor", [wholes([12]), wholes([10])], gives: [wholes([6])], computes: false),
    OperatorCase(
      "BitwiseNot", [wholes([0, 15], type: .uint8)], gives: [wholes([255, 240], type: .uint8)], computes: false),
    OperatorCase("BitwiseNot", [wholes([0, 15])], gives: [wholes([-1, -16])], computes: false),
    shift("LEFT", [200, 1, 1], [1, 3, 9], .uint8, [144, 8, 0]),
    shift("RIGHT", [200, 1, 16], [1, 3, 64], .uint8, [100, 0, 0]),
    shift("RIGHT", [-8, -8, 8], [1, 99, -1], .int32, [-4, -1, 0]),
    shift("RIGHT", [-1], [63], .uint64, [1]),
  ]

  private static func shift(
    _ direction: String, _ x: [Int], _ y: [Int], _ type: ElementType, _ z: [Int]
  ) -> OperatorCase {
    OperatorCase(
      "BitShift", opset: 28, ["direction": .string(direction)], [wholes(x, type: type), wholes(y, type: type)],
      gives: [wholes(z, type: type)], computes: false)
  }

  @Test(arguments: bits) func bitsAreExact(_ row: OperatorCase) throws { try row.check() }

  @Test func badInputsFail() {
    let one = wholes([1])
    #expect(OperatorCase("And", [one, one], gives: [one]).failure() == .invalid)
    #expect(OperatorCase("Not", [reals([1])], gives: [one]).failure() == .invalid)
    #expect(OperatorCase("BitwiseAnd", [reals([1]), reals([1])], gives: [one]).failure() == .invalid)
    #expect(OperatorCase("BitwiseAnd", [one, one], gives: [one]).failure(computed: [0]) == .unsupported)
    #expect(OperatorCase("BitShift", [one, one], gives: [one]).failure() == .invalid)
    #expect(OperatorCase("Equal", [reals([1]), one], gives: [one]).failure() == .invalid)
  }
}
