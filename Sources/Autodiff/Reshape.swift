public import Tensors

/// The same elements under another shape.
package struct Reshape: Operation {
  package let shape: Shape

  package init(shape: Shape) { self.shape = shape }

  package var name: String { "reshape" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation { Evaluation(inputs[0].reshaped(to: shape)) }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] { [record.gradient.reshaped(to: record.inputs[0].shape)] }
}

extension Variable {
  /// The same elements under another shape; nothing is copied.
  public func reshaped(to shape: Shape) -> Variable { applying(Reshape(shape: shape)) }

  /// `[batch, …]` as `[batch, features]`.
  public func flattened() -> Variable { reshaped(to: [shape[0], shape.withoutBatch.count]) }
}
