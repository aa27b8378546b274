package import Autodiff
package import Tensors

/// Collects the steps of a program while operators lower their nodes.
package final class ProgramBuilder {
  /// The most elements that one tensor may have: 512 MiB of floats.
  package static let maximumElements = 1 << 27
  /// The most elements that one tensor may have here.
  let tensorLimit: Int
  /// The most elements that all constants may have that nodes make.
  let constantLimit: Int

  private(set) var steps: [Program.Step] = []
  private(set) var leaves: [Program.Leaf] = []
  private(set) var slotCount = 0
  /// The node that is lowered now, for messages and descriptions.
  package var nodeName = ""

  /// What kernels make of weights.
  let kept: KeptWeights

  /// - Parameter kept: shared with other programs of the same weights.
  package init(
    tensorLimit: Int = maximumElements, constantLimit: Int = 4 * maximumElements, kept: KeptWeights = KeptWeights()
  ) {
    self.tensorLimit = min(tensorLimit, Self.maximumElements)
    self.constantLimit = constantLimit
    self.kept = kept
  }

  /// A slot that whoever runs the program fills: the image.
  package func input(shape: Shape, type: ElementType = .float) -> Computed { computed(shape: shape, type: type) }

  /// See `Invocation.emit`.
  package func emit(
    _ operation: some Operation, _ inputs: [Value], shape: Shape, type: ElementType
  ) throws -> Value {
    guard shape.count <= tensorLimit else {
      throw LoweringFailure.unsupported("its result of \(shape) has more than \(tensorLimit) elements")
    }
    let constants = inputs.compactMap(\.constant)
    if constants.count == inputs.count {
      let result = operation.value(of: constants.map(\.tensor), saving: false).outputs[0]
      precondition(result.shape == shape, "\(operation.name) gave \(result.shape), not \(shape) as announced")
      return .constant(Constant(computed: result, type: type))
    }
    let slots = inputs.map(slot)
    let output = computed(shape: shape, type: type)
    steps.append(Program.Step(operation: operation, inputs: slots, output: output.slot, shape: shape, node: nodeName))
    return .computed(output)
  }

  package func checkedShape(_ dimensions: [Int]) throws -> Shape {
    var count = 1
    for dimension in dimensions {
      guard dimension >= 0 else { throw LoweringFailure.invalid("a negative dimension in \(dimensions)") }
      let (product, overflow) = count.multipliedReportingOverflow(by: max(dimension, 1))
      guard !overflow, product <= tensorLimit else {
        throw LoweringFailure.unsupported("a tensor of \(dimensions) has more than \(tensorLimit) elements")
      }
      count = product
    }
    return Shape(dimensions)
  }

  /// What the steps so far compute, for `inputs` and `outputs` that this builder made.
  package func program(inputs: [Computed], outputs: [Value]) -> Program {
    let slots = outputs.map(slot)
    let steps = ConvolutionFusion.apply(to: self.steps, outputs: slots)
    return Program(steps: steps, leaves: leaves, slotCount: slotCount, inputs: inputs.map(\.slot), outputs: slots)
  }

  private func computed(shape: Shape, type: ElementType) -> Computed {
    slotCount += 1
    return Computed(slot: slotCount - 1, shape: shape, type: type)
  }

  private func slot(_ value: Value) -> Int {
    switch value {
    case .computed(let computed): return computed.slot
    case .constant(let constant):
      let leaf = computed(shape: constant.shape, type: constant.type)
      leaves.append(Program.Leaf(slot: leaf.slot, tensor: constant.tensor))
      return leaf.slot
    }
  }
}
