import Kernels
package import Tensors

/// The determinants of the square matrices in the last two axes.
package struct Determinant: Operation {
  package init() {}

  package var name: String { "determinant" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let (shape, size) = sizes(inputs[0].shape)
    return Evaluation(
      .from(inputs[0], shape: shape) { Kernels.determinants($0, count: shape.count, size: size, into: $1) })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (shape, size) = sizes(record.inputs[0].shape)
    return [
      .from(record.inputs[0], record.gradient, shape: record.inputs[0].shape) {
        Kernels.reverseOfDeterminants($0, gradient: $1, count: shape.count, size: size, into: $2)
      }
    ]
  }

  private func sizes(_ shape: Shape) -> (result: Shape, size: Int) {
    let dimensions = shape.dimensions
    precondition(shape.rank >= 2 && dimensions.suffix(2).first == dimensions.last, "determinant: \(shape)")
    return (Shape(Array(dimensions.dropLast(2))), dimensions[shape.rank - 1])
  }
}
