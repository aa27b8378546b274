import ONNX
import Tensors
import Testing

struct MakingTests {
  @Test(arguments: cases) func givesWhatItShall(_ row: OperatorCase) throws { try row.check() }

  @Test(arguments: bad) func isRefused(_ row: OperatorCase) { #expect(row.failure() == .invalid) }

  private static let a = reals([1, 2, 3, 4, 5, 6], [2, 3])
  /// No 32-bit float equals it.
  private static let large = 1_152_921_504_606_846_977

  private static let cases: [OperatorCase] = [
    OperatorCase("Constant", opset: 7, ["value": .tensor(a)], [], gives: [a]),
    OperatorCase("Constant", ["value_int": .int(large)], [], gives: [wholes([large], [])]),
    OperatorCase("Constant", ["value_ints": .ints([1, 2])], [], gives: [wholes([1, 2])]),
    OperatorCase("Constant", ["value_float": .float(1.5)], [], gives: [reals([1.5], [])]),
    OperatorCase("Constant", ["value_floats": .floats([1, 2])], [], gives: [reals([1, 2])]),
    OperatorCase("ConstantOfShape", [:], [wholes([2, 1])], gives: [reals([0, 0], [2, 1])], computes: false),
    OperatorCase(
      "ConstantOfShape", ["value": .tensor(wholes([large]))], [wholes([2])], gives: [wholes([large, large])],
      computes: false),
    OperatorCase(
      "ConstantOfShape", ["value": .tensor(reals([2]))], [wholes([])], gives: [reals([2], [])], computes: false),
    OperatorCase(
      "Range", [:], [wholes([3], []), wholes([10], []), wholes([3], [])], gives: [wholes([3, 6, 9])], computes: false),
    OperatorCase(
      "Range", [:], [wholes([10], []), wholes([4], []), wholes([-2], [])], gives: [wholes([10, 8, 6])], computes: false),
    OperatorCase(
      "Range", [:], [wholes([4], []), wholes([10], []), wholes([-2], [])], gives: [wholes([])], computes: false),
    OperatorCase(
      "Range", [:], [reals([0], []), reals([1], []), reals([0.25], [])], gives: [reals([0, 0.25, 0.5, 0.75])],
      computes: false),
    // A matrix's shape is enough.
    OperatorCase("EyeLike", [:], [a], gives: [reals([1, 0, 0, 0, 1, 0], [2, 3])], differentiable: false),
    OperatorCase(
      "EyeLike", ["dtype": .int(9), "k": .int(-1)], [a], gives: [truths([0, 0, 0, 1, 0, 0], [2, 3])],
      differentiable: false),
    OperatorCase(
      "EyeLike", ["k": .int(.max)], [a], gives: [reals([0, 0, 0, 0, 0, 0], [2, 3])], differentiable: false),
  ]

  private static let bad: [OperatorCase] = [
    OperatorCase("ConstantOfShape", [:], [wholes([-1])], gives: [a]),
    OperatorCase("ConstantOfShape", ["value": .tensor(reals([1, 2]))], [wholes([1])], gives: [a]),
    OperatorCase("Range", [:], [wholes([0], []), wholes([1], []), wholes([0], [])], gives: [a]),
    OperatorCase("Range", [:], [wholes([.min], []), wholes([.max], []), wholes([1], [])], gives: [a]),
    OperatorCase("Range", [:], [reals([0], []), reals([.nan], []), reals([1], [])], gives: [a]),
    OperatorCase("Range", [:], [reals([0], []), wholes([1], []), wholes([1], [])], gives: [a]),
    OperatorCase("EyeLike", [:], [reals([1])], gives: [a]),
    OperatorCase("EyeLike", ["dtype": .int(99)], [a], gives: [a]),
  ]

  /// A classifier's scores must be the same each time.
  @Test(arguments: ["RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Bernoulli"])
  func chanceIsNotSupported(_ name: String) {
    #expect(OperatorCase(name, opset: 15, [:], [Self.a], gives: [Self.a]).failure() == .unsupported)
  }
}
