import Kernels
import Tensors

/// The largest element along one axis.
struct Maximum: Operation {
  let axis: Int

  var name: String { "max" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let shape = inputs[0].shape
    precondition(axis >= 0 && axis < shape.rank && shape[axis] > 0, "max: axis \(axis) of \(shape)")
    let (outer, count, inner) = shape.split(at: axis)
    var dimensions = shape.dimensions
    dimensions.remove(at: axis)
    return Evaluation(
      .from(inputs[0], shape: Shape(dimensions)) {
        Kernels.maximum($0, outer: outer, count: count, inner: inner, into: $1)
      })
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (outer, count, inner) = record.inputs[0].shape.split(at: axis)
    return [
      .from(record.inputs[0], record.gradient, shape: record.inputs[0].shape) {
        Kernels.reverseOfMax(input: $0, gradient: $1, outer: outer, count: count, inner: inner, into: $2)
      }
    ]
  }
}

extension Variable {
  /// The largest element along `axis`, which goes away; its gradient goes to the first of equals.
  public func max(axis: Int) -> Variable { applying(Maximum(axis: axis)) }
}
