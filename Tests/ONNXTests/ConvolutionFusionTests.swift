import Autodiff
import ONNX
import Tensors
import Testing

@Suite struct ConvolutionFusionTests {
  private static let weights = randomReals([4, 4, 3, 3], seed: 5)
  private static let image = randomReals([2, 4, 5, 5], seed: 6).tensor

  private static func node(_ name: String, _ inputs: [String], _ output: String) -> Node {
    let pads: [String: Attribute] = name == "Conv" ? ["pads": .ints([1, 1, 1, 1])] : [:]
    return Node(
      name: output, operatorName: name, opset: 17, attributes: pads, inputs: inputs.map { $0 }, outputs: [output])
  }

  private static func program(_ nodes: [Node], _ outputs: [String]) throws -> Program {
    let constants = [
      "w": weights, "b": randomReals([4], seed: 7), "low": reals([0], []), "high": reals([1.5], []),
      "channels": randomReals([4, 1, 1], seed: 8),
    ]
    let builder = ProgramBuilder()
    let x = builder.input(shape: image.shape)
    let graph = Subgraph(inputs: [], outputs: outputs, nodes: nodes, constants: constants)
    let values = try GraphLowering.lower(graph, inputs: ["x": .computed(x)], builder: builder)
    return builder.program(inputs: [x], outputs: values)
  }

  private static func results(_ program: Program) -> (value: Tensor, gradient: Tensor) {
    let graph = Graph()
    let x = graph.variable(image)
    let y = program.run([x])[0]
    let seed = randomReals(y.shape, seed: 9).tensor
    return (y.value, graph.gradients(of: y, seed: seed, by: [x])[0])
  }

  /// The nodes, and how many steps they become; whoever reads all values between lets none be joined.
  static let chains: [([Node], Int)] = [
    ([node("Conv", ["x", "w", "b"], "a"), node("Relu", ["a"], "y")], 1),
    ([node("Conv", ["x", "w"], "a"), node("Clip", ["a", "low", "high"], "y")], 1),
    ([node("Conv", ["x", "w", "b"], "a"), node("Add", ["r", "a"], "c"), node("Relu", ["c"], "y")], 2),
    ([node("Conv", ["x", "w", "b"], "a"), node("Add", ["a", "r"], "y")], 2),
    // A tensor of another shape is no residual, and what is read twice stays.
    ([node("Conv", ["x", "w", "b"], "a"), node("Add", ["a", "channels"], "y")], 3),
    ([node("Conv", ["x", "w"], "a"), node("Add", ["a", "a"], "y")], 3),
  ]

  @Test(arguments: chains.indices) func fusedIsWhatItWas(_ index: Int) throws {
    var (nodes, count) = Self.chains[index]
    if index > 1 {
      nodes.insert(Self.node("Relu", ["x"], "r"), at: 0)
      if !nodes.contains(where: { $0.inputs.contains("r") }) { count -= 1 }
    }
    let fused = try Self.program(nodes, ["y"])
    let apart = try Self.program(nodes, ["y"] + nodes.compactMap { $0.outputs[0] }.filter { $0 != "y" })
    #expect(fused.steps.count == count)
    #expect(apart.steps.count == nodes.count)
    let (a, b) = (Self.results(fused), Self.results(apart))
    #expect(a.value == b.value)
    #expect(a.gradient == b.gradient)
  }
}
