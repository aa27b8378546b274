package import Kernels
package import Tensors

/// A function of two tensors that are broadcast against each other as NumPy does.
package struct BroadcastBinary: Operation {
  let function: BroadcastFunction

  package init(_ function: BroadcastFunction) { self.function = function }

  package var name: String { function.rawValue }

  /// The result's shape for inputs of shapes `a` and `b`; `nil` if they do not fit.
  package static func shape(_ a: Shape, _ b: Shape) -> Shape? {
    BroadcastLayout.shape(a.dimensions, b.dimensions).map { Shape($0) }
  }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    guard let shape = Self.shape(inputs[0].shape, inputs[1].shape) else {
      preconditionFailure("\(name): \(inputs[0].shape) and \(inputs[1].shape)")
    }
    return Evaluation(
      .from(inputs[0], inputs[1], shape: shape) { Kernels.broadcast(function, layout(inputs), $0, $1, into: $2) })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    guard !function.isStep else { return [nil, nil] }
    let (a, b, g) = (record.inputs[0], record.inputs[1], record.gradient)
    let layout = layout(record.inputs)
    var gradients: [Tensor?] = [nil, nil]
    if record.wants[0] {
      gradients[0] =
        passesOn(toFirst: true) && a.shape == g.shape
        ? g
        : .from(a, b, g, shape: a.shape) {
          Kernels.reverseOfBroadcastByFirst(function, layout, $0, $1, gradient: $2, into: $3)
        }
    }
    if record.wants[1] {
      gradients[1] =
        passesOn(toFirst: false) && b.shape == g.shape
        ? g
        : .from(a, b, g, shape: b.shape) {
          Kernels.reverseOfBroadcastBySecond(function, layout, $0, $1, gradient: $2, into: $3)
        }
    }
    return gradients
  }

  /// Whether the derivative by that input is 1.
  private func passesOn(toFirst: Bool) -> Bool { function == .add || (function == .subtract && toFirst) }

  private func layout(_ inputs: [Tensor]) -> BroadcastLayout {
    BroadcastLayout(inputs[0].shape.dimensions, inputs[1].shape.dimensions)
  }
}
