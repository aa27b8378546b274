import Autodiff
import ONNX
import Tensors
import Testing

/// Products of matrices, against numbers made by hand.
struct MatrixTests {
  static let cases: [OperatorCase] = [
    OperatorCase(
      "MatMul", opset: 13, [reals([1, 2, 3, 4], [2, 2]), reals([5, 6, 7, 8], [2, 2])],
      gives: [reals([19, 22, 43, 50], [2, 2])]),
    // A row, a column, both.
    OperatorCase(
      "MatMul", opset: 9, [reals([1, 2]), reals([1, 2, 3, 4, 5, 6], [2, 3])], gives: [reals([9, 12, 15])]),
    OperatorCase("MatMul", [reals([1, 2, 3, 4, 5, 6], [3, 2]), reals([1, -1])], gives: [reals([-1, -1, -1])]),
    OperatorCase("MatMul", [reals([1, 2, 3]), reals([4, 5, 6])], gives: [reals([32], [])]),
    // One matrix for all rows; the batch of either side broadcast; nothing to sum.
    OperatorCase(
      "MatMul", [reals([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]), reals([1, 0, 2, 1], [2, 2])],
      gives: [reals([5, 2, 11, 4, 17, 6, 23, 8], [2, 2, 2])]),
    OperatorCase(
      "MatMul", [reals([1, 0, 2, 1], [1, 2, 2]), reals([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2])],
      gives: [reals([1, 2, 5, 8, 5, 6, 17, 20], [2, 2, 2])]),
    OperatorCase(
      "MatMul", [reals([1, 2, 3, 4], [2, 1, 1, 2]), reals([1, 1, 2, 0, 0, 3], [3, 2, 1])],
      gives: [reals([3, 2, 6, 7, 6, 12], [2, 3, 1, 1])]),
    OperatorCase(
      "MatMul", [reals([], [2, 0]), reals([], [0, 2])], gives: [reals([0, 0, 0, 0], [2, 2])], differentiable: false),
    OperatorCase(
      "MatMul", [wholes([1 << 40, 1], [1, 2]), wholes([3, 1], [2, 1])], gives: [wholes([3 << 40 + 1], [1, 1])],
      computes: false, differentiable: false),
    OperatorCase(
      "Gemm", opset: 13, [reals([1, 2], [1, 2]), reals([3, 4, 5, 6], [2, 2]), reals([10, 20])],
      gives: [reals([23, 36], [1, 2])]),
    OperatorCase(
      "Gemm", opset: 7, ["alpha": .float(0.5), "beta": .float(2), "transA": .int(1), "transB": .int(1)],
      [reals([1, 2, 3, 4], [2, 2]), reals([1, 1, 2, 0, 0, 3], [3, 2]), reals([1, 2], [2, 1])],
      gives: [reals([4, 3, 6.5, 7, 6, 10], [2, 3])]),
    OperatorCase("Gemm", opset: 11, [reals([1, 2], [1, 2]), reals([3, 4], [2, 1])], gives: [reals([11], [1, 1])]),
    OperatorCase(
      "Gemm", opset: 11, [reals([1, 2], [1, 2]), reals([3, 4], [2, 1]), reals([5], [])], gives: [reals([16], [1, 1])]),
    OperatorCase(
      "MatMulInteger", opset: 10,
      [
        wholes([200, 100], [1, 2], type: .uint8), wholes([3, -4], [2, 1], type: .int8), wholes([100], [], type: .uint8),
        wholes([1], [], type: .int8),
      ], gives: [wholes([200], [1, 1], type: .int32)], differentiable: false),
    OperatorCase(
      "MatMulInteger", opset: 10,
      [
        wholes([1, 2, 3, 4], [2, 2], type: .uint8), wholes([1, 2, 3, 4], [2, 2], type: .uint8),
        wholes([1, 3], type: .uint8), wholes([1, 2], type: .uint8),
      ], gives: [wholes([2, 2, 2, 2], [2, 2], type: .int32)], differentiable: false),
    // (1, 2)·(2, 3) times 0.5 · 0.25 / 0.125, plus 10.
    OperatorCase(
      "QLinearMatMul", opset: 21,
      [
        wholes([2, 3], [1, 2], type: .uint8), reals([0.5], []), wholes([1], [], type: .uint8),
        wholes([4, 5], [2, 1], type: .uint8), reals([0.25]), wholes([2], type: .uint8), reals([0.125], []),
        wholes([10], [], type: .uint8),
      ], gives: [wholes([18], [1, 1], type: .uint8)], differentiable: false),
    OperatorCase(
      "Det", opset: 11, [reals([1, 2, 3, 4, 2, 4, 1, 2], [2, 2, 2])], gives: [reals([-2, 0])]),
    OperatorCase("Det", opset: 22, [reals([2, 0, 1, 0, 3, 0, 1, 0, 1], [3, 3])], gives: [reals([3], [])]),
  ]

  @Test(arguments: cases) func values(_ test: OperatorCase) throws { try test.check() }

  static let bad: [OperatorCase] = [
    OperatorCase("MatMul", [reals([1, 2]), reals([1, 2, 3])], gives: [reals([0])]),
    OperatorCase("MatMul", [reals([1], []), reals([1])], gives: [reals([0])]),
    OperatorCase("MatMul", [reals([1, 2], [2, 1, 1]), reals([1, 2, 3], [3, 1, 1])], gives: [reals([0])]),
    OperatorCase("MatMul", [reals([1, 2])], gives: [reals([0])]),
    OperatorCase("Gemm", [reals([1, 2]), reals([1, 2], [2, 1])], gives: [reals([0])]),
    OperatorCase(
      "Gemm", [reals([1, 2], [1, 2]), reals([1, 2], [2, 1]), reals([1, 2], [2, 1])], gives: [reals([0])]),
    OperatorCase("Gemm", ["alpha": .int(1)], [reals([1], [1, 1]), reals([1], [1, 1])], gives: [reals([0])]),
    OperatorCase("Det", [reals([1, 2], [1, 2])], gives: [reals([0])]),
    OperatorCase(
      "MatMulInteger", [wholes([1], [1, 1]), wholes([1], [1, 1]), wholes([1, 2], [1, 1, 2])], gives: [wholes([0])]),
  ]

  @Test(arguments: bad) func badNodes(_ test: OperatorCase) {
    #expect(test.failure() == .invalid)
    #expect(test.failure(computed: [0]) == .invalid)
  }

  /// Shapes that no memory holds are refused before anything is computed.
  @Test func hugeProducts() {
    let column = Constant(Tensor(shape: [1 << 20, 1]))
    let row = Constant(Tensor(shape: [1, 1 << 20]))
    let test = OperatorCase("MatMul", [column, row], gives: [reals([0])])
    #expect(test.failure() == .unsupported)
    #expect(test.failure(computed: [0, 1]) == .unsupported)
  }

  /// Rows of many images, on their own and together: odd sizes, and more rows than a block has.
  @Test(arguments: [(1, 5, 3), (49, 40, 10), (17, 300, 64)])
  func rowsAreIndependentOfTheBatch(_ rows: Int, _ inner: Int, _ columns: Int) {
    let weights = randomReals([inner, columns], seed: 1).tensor
    let images = randomReals([7, rows, inner], seed: 2).tensor
    func run(_ images: Tensor) -> (Tensor, Tensor) {
      let graph = Graph()
      let x = graph.variable(images)
      let y = x.applying(MatrixProduct(), graph.constant(weights))
      return (y.value, graph.gradients(of: y, seed: y.value, by: [x])[0])
    }
    let (values, gradients) = run(images)
    for range in [0..<1, 1..<4, 6..<7, 2..<7] {
      let (part, partGradients) = run(images.rows(range))
      #expect(part == values.rows(range))
      #expect(partGradients == gradients.rows(range))
    }
  }

  /// Images as columns of a second factor, on their own and together.
  @Test func columnsAreIndependentOfTheBatch() throws {
    let weights = randomReals([10, 700], seed: 1)
    let images = randomReals([700, 32], seed: 2).tensor
    func run(_ images: Tensor) throws -> Tensor {
      let test = OperatorCase(
        "MatMul", [weights, Constant(images)], gives: [reals([])])
      let program = try test.lowered(computed: [1]).program
      return program.run([Graph().variable(images)])[0].value
    }
    let together = try run(images)
    for image in [0, 29, 30, 31] {
      let column = Tensor((0..<700).map { images.scalars[$0 * 32 + image] }, shape: [700, 1])
      #expect(try run(column).scalars == (0..<10).map { together.scalars[$0 * 32 + image] })
    }
  }
}
