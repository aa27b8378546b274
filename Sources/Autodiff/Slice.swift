import Kernels
import Tensors

/// A range of one axis.
struct Slice: Operation {
  let axis: Int
  let range: Range<Int>

  var name: String { "slice" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let shape = inputs[0].shape
    precondition(
      axis >= 0 && axis < shape.rank && range.lowerBound >= 0 && range.upperBound <= shape[axis],
      "slice: \(range) of axis \(axis) of \(shape)")
    var dimensions = shape.dimensions
    dimensions[axis] = range.count
    let (outer, count, inner) = shape.split(at: axis)
    return Evaluation(
      .from(inputs[0], shape: Shape(dimensions)) {
        Kernels.slice($0, outer: outer, count: count, inner: inner, range: range, into: $1)
      })
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let shape = record.inputs[0].shape
    let (outer, count, inner) = shape.split(at: axis)
    return [
      .from(record.gradient, shape: shape) {
        Kernels.reverseOfSlice($0, outer: outer, count: count, inner: inner, range: range, into: $1)
      }
    ]
  }
}

extension Variable {
  /// Elements `range` of `axis`; the rank stays.
  public func slice(axis: Int, range: Range<Int>) -> Variable { applying(Slice(axis: axis, range: range)) }
}
