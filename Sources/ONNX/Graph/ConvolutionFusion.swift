import Autodiff
import Tensors

/// Lets a convolution do what follows it: the addition of a residual, then a rectifier or a clip.
///
/// What lies between is neither written nor kept, and the image's numbers are touched while they are near.
enum ConvolutionFusion {
  /// `steps`, fewer; `outputs` are the slots that someone else reads.
  static func apply(to steps: [Program.Step], outputs: [Int]) -> [Program.Step] {
    var uses: [Int: Int] = [:]
    for slot in outputs { uses[slot, default: 0] += 1 }
    for step in steps { for slot in step.inputs { uses[slot, default: 0] += 1 } }
    var fused: [Program.Step?] = []
    // Where the step is that gives a slot.
    var producers: [Int: Int] = [:]
    for step in steps {
      var step = step
      for input in step.inputs where uses[input] == 1 {
        guard let place = producers[input], let earlier = fused[place], earlier.shape == step.shape,
          let joined = earlier.joined(
            with: step, by: input, shapeOf: { slot in producers[slot].flatMap { fused[$0]?.shape } }
          )
        else { continue }
        fused[place] = nil
        step = joined
        break
      }
      producers[step.output] = fused.count
      fused.append(step)
    }
    return fused.compactMap { $0 }
  }
}

extension Program.Step {
  /// This convolution and `next`, which reads its result in `slot`, as a step in the place of `next`; `shapeOf` knows the
  /// results of earlier steps.
  fileprivate func joined(
    with next: Program.Step, by slot: Int, shapeOf: (Int) -> Shape?
  ) -> Program.Step? {
    guard let convolution = operation as? Convolution else { return nil }
    if next.inputs.count == 1, let fused = convolution.followed(by: next.operation) {
      return Program.Step(
        operation: fused, inputs: inputs, output: next.output, shape: shape, node: node)
    }
    guard next.inputs.count == 2, let fused = convolution.adding(next.operation) else { return nil }
    let other = next.inputs[next.inputs[0] == slot ? 1 : 0]
    // A tensor of another shape would be broadcast.
    guard shapeOf(other) == shape else { return nil }
    return Program.Step(
      operation: fused, inputs: inputs + [other], output: next.output, shape: shape, node: node)
  }
}
