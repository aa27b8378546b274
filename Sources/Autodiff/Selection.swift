import Kernels
package import Tensors

/// Elements of the second input where the first is not zero, else of the third; all three are broadcast as NumPy does. The
/// first has no derivative.
package struct Selection: Operation {
  package init() {}

  package var name: String { "where" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let shape = Self.shape(inputs)
    let (condition, a, b) = (
      inputs[0].repeated(to: shape), inputs[1].repeated(to: shape), inputs[2].repeated(to: shape)
    )
    return Evaluation(
      .from(condition, a, b, shape: shape) { condition, a, b, result in
        let (c, x, y, z) = (condition.baseAddress!, a.baseAddress!, b.baseAddress!, result.baseAddress!)
        for i in 0..<result.count { z[i] = c[i] != 0 ? x[i] : y[i] }
      })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let shape = record.gradient.shape
    let condition = record.inputs[0].repeated(to: shape)
    func gradient(_ index: Int, _ isWanted: @escaping (Float) -> Bool) -> Tensor? {
      guard record.wants[index] else { return nil }
      let masked = Tensor.from(condition, record.gradient, shape: shape) { c, g, result in
        for i in 0..<g.count { result[i] = isWanted(c[i]) ? g[i] : 0 }
      }
      return masked.summed(to: record.inputs[index].shape)
    }
    return [nil, gradient(1) { $0 != 0 }, gradient(2) { $0 == 0 }]
  }

  private static func shape(_ inputs: [Tensor]) -> Shape {
    let shape = inputs.dropFirst().reduce(inputs[0].shape.dimensions) { shape, input in
      guard let shape = BroadcastLayout.shape(shape, input.shape.dimensions) else {
        preconditionFailure("where: \(inputs.map(\.shape))")
      }
      return shape
    }
    return Shape(shape)
  }
}

extension Tensor {
  /// The elements repeated as NumPy's broadcasting does; `shape` is what they fit into.
  package func repeated(to shape: Shape) -> Tensor {
    guard shape != self.shape else { return self }
    let layout = BroadcastLayout(self.shape.dimensions, shape.dimensions)
    return .from(self, shape: shape) { Kernels.repeatElements(layout, $0, into: $1) }
  }

  /// The reverse of `repeated`: sums over what was repeated.
  package func summed(to shape: Shape) -> Tensor {
    guard shape != self.shape else { return self }
    let layout = BroadcastLayout(shape.dimensions, self.shape.dimensions)
    return .from(self, shape: shape) { Kernels.reverseOfRepetition(layout, gradient: $0, into: $1) }
  }
}
