import Autodiff
import ONNX
import Tensors
import Testing

/// Functions of two tensors that are broadcast; expected values by hand.
struct ArithmeticTests {
  private static let a = reals([1.5, -2, 3, 4.5, -5, 6], [2, 3])

  static let sums: [OperatorCase] = [
    OperatorCase("Add", opset: 7, [a, a], gives: [reals([3, -4, 6, 9, -10, 12], [2, 3])]),
    OperatorCase("Add", [a, reals([10], [])], gives: [reals([11.5, 8, 13, 14.5, 5, 16], [2, 3])]),
    OperatorCase("Add", [reals([10], [1]), a], gives: [reals([11.5, 8, 13, 14.5, 5, 16], [2, 3])]),
    OperatorCase("Sub", [a, reals([1, 2, 3])], gives: [reals([0.5, -4, 0, 3.5, -7, 3], [2, 3])]),
    OperatorCase("Sub", [reals([1, 2, 3]), a], gives: [reals([-0.5, 4, 0, -3.5, 7, -3], [2, 3])]),
    OperatorCase("Mul", [a, reals([2, -1], [2, 1])], gives: [reals([3, -4, 6, -4.5, 5, -6], [2, 3])]),
    OperatorCase("Div", [a, reals([2, -1], [2, 1])], gives: [reals([0.75, -1, 1.5, -4.5, 5, -6], [2, 3])]),
    OperatorCase(
      "Mul", [reals([1, 2], [2, 1]), reals([3, 5, 7], [1, 3])], gives: [reals([3, 5, 7, 6, 10, 14], [2, 3])]),
    // A channel's scale, and a bias on both sides of a batch.
    OperatorCase(
      "Mul", [reals((1...8).map { Float($0) }, [2, 2, 1, 2]), reals([10, 0.5], [1, 2, 1, 1])],
      gives: [reals([10, 20, 1.5, 2, 50, 60, 3.5, 4], [2, 2, 1, 2])]),
    OperatorCase(
      "Add", [reals((1...8).map { Float($0) }, [2, 2, 1, 2]), reals([10, 20, 30, 40], [2, 1, 1, 2])],
      gives: [reals([11, 22, 13, 24, 35, 46, 37, 48], [2, 2, 1, 2])]),
    // Nothing is broadcast to nothing.
    OperatorCase("Add", [reals([], [0, 3]), reals([1, 2, 3])], gives: [reals([], [0, 3])]),
  ]

  @Test(arguments: sums) func sumsAndProductsHold(_ row: OperatorCase) throws { try row.check() }

  static let powers: [OperatorCase] = [
    OperatorCase("Pow", [reals([1.5, 2, 0.5]), reals([2, 3, -1])], gives: [reals([2.25, 8, 2])]),
    OperatorCase("Pow", [reals([-1.5, 2, 0.5]), reals([2], [])], gives: [reals([2.25, 4, 0.25])], known: [1]),
    OperatorCase(
      "Pow", [reals([-1.5, 2, 0.5]), wholes([3], [])], gives: [reals([-3.375, 8, 0.125])], tolerance: 4e-6),
    OperatorCase("Pow", [reals([1.5, 4, 0.25]), reals([0.5], [])], gives: [reals([1.2247449, 2, 0.5])]),
    OperatorCase("Pow", [reals([1.5, 4, 0.25]), reals([-1], [1])], gives: [reals([0.6666667, 0.25, 4])]),
    OperatorCase(
      "Pow", [reals([1.5, 4, 0.25]), reals([1.7], [])], gives: [reals([1.9923018, 10.556063, 0.0947323])]),
    OperatorCase("Pow", [wholes([2, -3, 7]), wholes([10, 3, 0])], gives: [wholes([1024, -27, 1])]),
    OperatorCase("Mod", [reals([5.3, -5.3, 5.3]), reals([2, 2, -2])], gives: [reals([1.3, 0.7, -0.7])]),
    OperatorCase(
      "Mod", ["fmod": .int(1)], [reals([5.3, -5.3, 5.3]), reals([2, 2, -2])], gives: [reals([1.3, -1.3, 1.3])]),
    OperatorCase("Mod", [wholes([7, -7, 7, -7]), wholes([3, 3, -3, -3])], gives: [wholes([1, 2, -2, -1])]),
    OperatorCase(
      "Mod", ["fmod": .int(1)], [wholes([7, -7, 7, -7]), wholes([3, 3, -3, -3])], gives: [wholes([1, -1, 1, -1])]),
  ]

  @Test(arguments: powers) func powersAndRemaindersHold(_ row: OperatorCase) throws { try row.check() }

  static let wholeNumbers: [OperatorCase] = [
    OperatorCase("Add", [wholes([1, 2]), wholes([40])], gives: [wholes([41, 42])]),
    OperatorCase("Div", [wholes([7, -7, 9]), wholes([2, 2, 3])], gives: [wholes([3, -3, 3])]),
    OperatorCase(
      "Mul", [wholes([3, 5], [2, 1]), wholes([2, 7], [1, 2])], gives: [wholes([6, 21, 10, 35], [2, 2])]),
    OperatorCase("Sub", [wholes([1], type: .uint8), wholes([3], type: .uint8)], gives: [wholes([254], type: .uint8)]),
    OperatorCase("Add", [wholes([100], type: .int8), wholes([100], type: .int8)], gives: [wholes([-56], type: .int8)]),
  ]

  @Test(arguments: wholeNumbers) func wholeNumbersAreExact(_ row: OperatorCase) throws { try row.check() }

  static let extremes: [OperatorCase] = [
    OperatorCase("Add", [wholes([.max]), wholes([1])], gives: [wholes([.min])], computes: false),
    OperatorCase("Mul", [wholes([1 << 62]), wholes([4])], gives: [wholes([0])], computes: false),
    OperatorCase("Div", [wholes([.min]), wholes([-1])], gives: [wholes([.min])], computes: false),
    OperatorCase("Mod", [wholes([.min]), wholes([-1])], gives: [wholes([0])], computes: false),
    OperatorCase("Add", [wholes([1 << 53]), wholes([1])], gives: [wholes([1 << 53 + 1])], computes: false),
    OperatorCase("Pow", [wholes([2, 0]), wholes([-1, 5])], gives: [wholes([0, 0])], computes: false),
  ]

  @Test(arguments: extremes) func nothingOverflows(_ row: OperatorCase) throws { try row.check() }

  @Test func badInputsFail() {
    let (one, zero) = (wholes([1]), wholes([0]))
    #expect(OperatorCase("Div", [one, zero], gives: [one]).failure() == .invalid)
    #expect(OperatorCase("Mod", [one, zero], gives: [one]).failure() == .invalid)
    #expect(OperatorCase("Pow", [zero, wholes([-1])], gives: [one]).failure() == .invalid)
    #expect(OperatorCase("Add", [reals([1, 2]), reals([1, 2, 3])], gives: [one]).failure(computed: [0]) == .invalid)
    #expect(OperatorCase("Add", [reals([1]), one], gives: [one]).failure(computed: [0]) == .invalid)
    #expect(OperatorCase("Add", [truths([1]), truths([1])], gives: [one]).failure() == .invalid)
    #expect(OperatorCase("Add", [reals([1])], gives: [one]).failure() == .invalid)
    #expect(OperatorCase("Add", opset: 6, [reals([1]), reals([1])], gives: [one]).failure() == .unsupported)
    let (tall, wide) = (reals([], [0, 1 << 20, 1]), reals([], [0, 1, 1 << 20]))
    #expect(OperatorCase("Add", [tall, wide], gives: [one]).failure() == .unsupported)
  }

  /// What an image gets does not depend on how large the batch is, nor on the others in it.
  @Test func anImageIsAloneInItsBatch() throws {
    let images = randomReals([5, 3, 7, 7], seed: 1)
    let scales = randomReals([5, 3, 1, 1], seed: 2)
    func gradients(_ rows: Range<Int>) throws -> [Tensor] {
      let inputs = [images, scales].map { Constant($0.tensor.rows(rows)) }
      let row = OperatorCase("Mul", inputs, gives: [images])
      let program = try row.lowered(computed: [0, 1]).program
      let graph = Graph()
      let variables = inputs.map { graph.variable($0.tensor) }
      let output = program.run(variables)[0]
      return graph.gradients(of: output, seed: Constant(output.value).tensor, by: variables)
    }
    let all = try gradients(0..<5)
    for image in 0..<5 {
      let alone = try gradients(image..<image + 1)
      #expect(zip(all, alone).allSatisfy { $0.rows(image..<image + 1) == $1 })
    }
  }
}
