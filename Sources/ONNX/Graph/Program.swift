package import Autodiff
package import Tensors

/// A network lowered for one batch size: operations of the autodiff kernel in the order they run.
package struct Program: Sendable {
  package struct Step: Sendable {
    package let operation: any Operation
    package let inputs: [Int]
    package let output: Int
    package let shape: Shape
    /// The node that it comes from.
    package let node: String
  }

  package struct Leaf: Sendable {
    let slot: Int
    let tensor: Tensor
  }

  package let steps: [Step]
  let leaves: [Leaf]
  let slotCount: Int
  let inputs: [Int]
  let outputs: [Int]
  /// For each step, the slots that no later one reads: their tensors need not live longer.
  private let lastUses: [[Int]]

  init(steps: [Step], leaves: [Leaf], slotCount: Int, inputs: [Int], outputs: [Int]) {
    // What no output needs is not run.
    var needed = Set(outputs)
    var kept: [Step] = []
    for step in steps.reversed() where needed.contains(step.output) {
      kept.append(step)
      needed.formUnion(step.inputs)
    }
    self.steps = kept.reversed()
    self.leaves = leaves.filter { needed.contains($0.slot) }
    self.slotCount = slotCount
    self.inputs = inputs
    self.outputs = outputs
    var seen = Set(outputs)
    lastUses = kept.map { step in step.inputs.filter { seen.insert($0).inserted } }.reversed()
  }

  /// The shapes of its outputs.
  package var outputShapes: [Shape] {
    var shapes: [Int: Shape] = [:]
    for leaf in leaves { shapes[leaf.slot] = leaf.tensor.shape }
    for step in steps { shapes[step.output] = step.shape }
    return outputs.map { shapes[$0] ?? [] }
  }

  /// The elements of all results: what a reverse pass has to keep at most.
  package var resultElements: Int { steps.reduce(0) { $0 + $1.shape.count } }

  /// Records the program on the graph of `images`, one for each input.
  package func run(_ images: [Variable]) -> [Variable] {
    precondition(images.count == inputs.count, "Program: \(images.count) inputs, not \(inputs.count)")
    let graph = images[0].graph
    var slots = [Variable?](repeating: nil, count: slotCount)
    for (slot, image) in zip(inputs, images) { slots[slot] = image }
    for leaf in leaves { slots[leaf.slot] = graph.constant(leaf.tensor) }
    for (step, dead) in zip(steps, lastUses) {
      let result = graph.apply(step.operation, to: step.inputs.map { slots[$0]! })[0]
      precondition(result.shape == step.shape, "\(step.node): \(result.shape), not \(step.shape) as announced")
      slots[step.output] = result
      for slot in dead { slots[slot] = nil }
    }
    return outputs.map { slots[$0]! }
  }
}
