import ONNX
import Tensors
import Testing

/// Einstein's sums, against numbers made by hand.
struct EinsumTests {
  static func einsum(
    _ equation: String, _ inputs: [Constant], gives expected: Constant
  ) -> OperatorCase {
    OperatorCase("Einsum", opset: 12, ["equation": .string(equation)], inputs, gives: [expected])
  }

  static let matrix = reals([1, 2, 3, 4, 5, 6], [2, 3])
  static let square = reals([1, 2, 3, 4], [2, 2])

  static let cases: [OperatorCase] = [
    einsum("ij->ji", [matrix], gives: reals([1, 4, 2, 5, 3, 6], [3, 2])),
    einsum("ba", [matrix], gives: reals([1, 4, 2, 5, 3, 6], [3, 2])),
    einsum("ij -> i", [matrix], gives: reals([6, 15])),
    einsum("ij->", [matrix], gives: reals([21], [])),
    einsum("...j->...", [matrix], gives: reals([6, 15])),
    einsum("ii->i", [square], gives: reals([1, 4])),
    einsum("ii", [square], gives: reals([5], [])),
    einsum("...ii->...i", [reals([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2])], gives: reals([1, 4, 5, 8], [2, 2])),
    einsum("i,i", [reals([1, 2, 3]), reals([4, 5, 6])], gives: reals([32], [])),
    einsum("i,j->ij", [reals([1, 2]), reals([3, 4, 5])], gives: reals([3, 4, 5, 6, 8, 10], [2, 3])),
    einsum("i,i->i", [reals([1, 2]), reals([3, 4])], gives: reals([3, 8])),
    // The weights first, as for a linear layer.
    einsum("oi,bi->bo", [square, reals([1, 1, 0, 2], [2, 2])], gives: reals([3, 7, 4, 8], [2, 2])),
    einsum(
      "bij,bjk->bki", [reals([1, 2, 3, 4], [2, 1, 2]), reals([1, 0, 2, 1, 1, 1, 0, 2], [2, 2, 2])],
      gives: reals([5, 2, 3, 11], [2, 2, 1])),
    // Letters of one side alone are summed first; j is summed over both; the ellipsis is broadcast.
    einsum("ij,jk->k", [matrix, reals([1, 0, 2, 1, 0, 3], [3, 2])], gives: reals([19, 34])),
    einsum(
      "...ij,...jk", [reals([1, 2, 3, 4], [2, 1, 2]), reals([1, 1], [2, 1])], gives: reals([3, 7], [2, 1, 1])),
    einsum("...a,...->a", [matrix, reals([2], [1])], gives: reals([10, 14, 18])),
    einsum("ij,jk,kl->il", [square, square, square], gives: reals([37, 54, 81, 118], [2, 2])),
    einsum(
      "bthd,hde->bthe", [reals([1, 2, 3, 4], [1, 1, 2, 2]), reals([1, 1, 2, 0], [2, 2, 1])],
      gives: reals([3, 6], [1, 1, 2, 1])),
    einsum("Aa->aA", [matrix], gives: reals([1, 4, 2, 5, 3, 6], [3, 2])),
  ]

  @Test(arguments: cases) func values(_ test: OperatorCase) throws { try test.check() }

  @Test(arguments: [
    "i->i", "ijk->i", "ij,jk->i", "ij->ik", "ij->ii", "i1->i", "ij->i->j", "...->...", "i...j...->i", "ij>i", ",", "",
  ])
  func badEquations(_ equation: String) {
    let test = Self.einsum(equation, [Self.matrix], gives: reals([0]))
    // The only sound one of them keeps the operand.
    #expect(test.failure(computed: [0]) == (equation == "...->..." ? nil : .invalid))
  }

  @Test func extentsThatDiffer() {
    let vector = reals([1, 2])
    #expect(Self.einsum("ij,j->i", [Self.matrix, vector], gives: reals([0])).failure() == .invalid)
    #expect(Self.einsum("ii->i", [Self.matrix], gives: reals([0])).failure() == .invalid)
    #expect(Self.einsum("ij,j->i", [Self.matrix, reals([1])], gives: reals([0])).failure() == .unsupported)
  }
}
